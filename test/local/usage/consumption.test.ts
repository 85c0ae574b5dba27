import type * as neon from "@neondatabase/api-client";
import { manualClock } from "../../../local/clock";
import type { LocalOrganization } from "../../../local";
import { finish, idsOf, type Metered, newProject, startMetered } from "./metered";
import type { TestProject } from "../api/testApi";

const hour = 3_600_000;
const org = (id: string, plan: LocalOrganization["plan"]) => ({ id, name: id, plan, projectsLimit: 100 });
const organizations = [org("org-scale", "scale"), org("org-launch", "launch"), org("org-free", "free")];
const orgIds = organizations.map(({ id }) => id);

let metered: Metered;
beforeEach(async () => {
  metered = await startMetered({ organizations, apiKeys: [{ key: "k", kind: "personal", orgIds }] });
});
afterEach(() => metered.api.close());

const v2 = "/consumption_history/v2/projects";
const v2Branches = "/consumption_history/v2/branches";
const legacy = "/consumption_history/projects";
const everyMetric = [
  "compute_unit_seconds",
  "root_branch_bytes_month",
  "child_branch_bytes_month",
  "instant_restore_bytes_month",
  "public_network_transfer_bytes",
  "private_network_transfer_bytes",
  "extra_branches_month",
  "snapshot_storage_bytes_month",
];
const query = (fields: Record<string, string | number>) => {
  const base = { org_id: "org-scale", from: "2027-03-10T00:00:00Z", to: "2027-03-11T00:00:00Z", granularity: "hourly" };
  const text = Object.entries({ ...base, metrics: "compute_unit_seconds", ...fields });
  return `?${text.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&")}`;
};
const inOrg = (org_id = "org-scale", fields: Record<string, unknown> = {}) =>
  newProject(metered, { org_id, ...fields });

type Frames = neon.ConsumptionHistoryPerTimeframeV2[];
const framesOf = (periods: neon.ConsumptionHistoryPerPeriodV2[]): Frames =>
  periods.flatMap(({ consumption }) => consumption);
const sumOf = (frames: Frames, name: string) =>
  frames.reduce(
    (sum, { metrics = [] }) => sum + (metrics.find(({ metric_name }) => metric_name === name)?.value ?? NaN),
    0,
  );

async function projectFrames(project: TestProject, fields: Record<string, string | number> = {}): Promise<Frames> {
  const path = v2 + query({ project_ids: idsOf(project).projectId, metrics: everyMetric.join(","), ...fields });
  const { projects } = await metered.api.expect<neon.ConsumptionHistoryPerProjectV2Response>(200, "GET", path);
  return framesOf(projects[0]?.periods ?? []);
}

/** Awake from 11:31 to 14:01, with 1,000 bytes from 12:01 on and 500 written then. */
async function used(): Promise<TestProject> {
  const { clock, observer, wake } = metered;
  const project = await inOrg();
  const { branchId, endpointId } = idsOf(project);
  clock.advance(Date.UTC(2027, 2, 10, 11, 31) - clock.now().getTime());
  wake(project);
  clock.advance(hour / 2);
  observer.sized(branchId, 1000);
  observer.wrote(branchId, 500);
  observer.transferred(endpointId, 40);
  clock.advance(2 * hour);
  await metered.api.computes.suspend(endpointId);
  return project;
}

it("hours hold what was used in them, from the project's beginning to the present one", async () => {
  const project = await used();
  const frames = await projectFrames(project);
  expect(frames.map(({ timeframe_start }) => timeframe_start)).toEqual(
    ["11", "12", "13", "14"].map((h) => `2027-03-10T${h}:00:00Z`),
  );
  const values = (name: string) => frames.map((frame) => sumOf([frame], name));
  expect(values("compute_unit_seconds")).toEqual([29 * 15, 900, 900, 15]);
  expect(values("public_network_transfer_bytes")).toEqual([0, 40, 0, 0]);
  expect(values("root_branch_bytes_month")).toEqual([0, 983, 1000, 17]);
  expect(sumOf(frames, "instant_restore_bytes_month")).toBe(Math.floor((500 * (2 * 60 + 1)) / 60));
  expect(sumOf(frames, "private_network_transfer_bytes") + sumOf(frames, "child_branch_bytes_month")).toBe(0);
});

it("figures add up to the project's counters, by hour, day and month", async () => {
  const project = await used();
  metered.clock.advance(40 * 60_000);
  const shown = await metered.get(project);
  expect(shown).toMatchObject({ active_time_seconds: 9000, compute_time_seconds: 2250, written_data_bytes: 500 });
  for (const granularity of ["hourly", "daily", "monthly"]) {
    const fields = {
      granularity,
      from: granularity === "hourly" ? "2027-03-09T00:00:00Z" : "2027-03-01T00:00:00Z",
      to: "2027-04-02T00:00:00Z",
    };
    const frames = await projectFrames(project, fields);
    expect(sumOf(frames, "compute_unit_seconds")).toBe(shown.compute_time_seconds);
    expect(sumOf(frames, "public_network_transfer_bytes")).toBe(shown.data_transfer_bytes);
    const storage = sumOf(frames, "root_branch_bytes_month") + sumOf(frames, "instant_restore_bytes_month");
    expect(Math.abs(storage - shown.data_storage_bytes_hour)).toBeLessThanOrEqual(1);
  }
});

it("what a deleted branch used stays counted, and it stores nothing more", async () => {
  const { api, clock, observer } = metered;
  const project = await inOrg();
  const { projectId } = idsOf(project);
  const body = { endpoints: [{ type: "read_write" }] };
  const made = await api.expect<neon.BranchResponse & neon.EndpointsResponse>(
    201,
    "POST",
    `/projects/${projectId}/branches`,
    body,
  );
  await finish(api, clock, projectId);
  api.computes.wake(made.endpoints[0]?.id ?? "");
  clock.advance(hour);
  observer.wrote(made.branch.id, 300);
  observer.sized(made.branch.id, 1000);
  clock.advance(hour);
  await api.expect(200, "DELETE", `/projects/${projectId}/branches/${made.branch.id}`);
  await finish(api, clock, projectId);
  const atDeletion = await metered.get(project);
  expect(atDeletion).toMatchObject({ active_time_seconds: 7200, written_data_bytes: 300 });
  clock.advance(5 * hour);
  expect(await metered.get(project)).toMatchObject({
    active_time_seconds: 7200,
    data_storage_bytes_hour: atDeletion.data_storage_bytes_hour,
  });
  const frames = await projectFrames(project);
  expect(sumOf(frames, "child_branch_bytes_month")).toBe(300);
  expect(sumOf(frames, "extra_branches_month")).toBe(2);
  const path = v2Branches + query({ project_ids: projectId, metrics: "compute_unit_seconds" });
  const { branches } = await api.expect<neon.ConsumptionHistoryPerBranchV2Response>(200, "GET", path);
  const deleted = branches.find(({ branch_id }) => branch_id === made.branch.id);
  expect(sumOf(framesOf(deleted?.periods ?? []), "compute_unit_seconds")).toBe(1800);
});

it("timeframes lie in the billing period in which they begin", async () => {
  const project = await used();
  metered.clock.advance(30 * 24 * hour);
  const path =
    v2 +
    query({
      project_ids: idsOf(project).projectId,
      granularity: "daily",
      from: "2027-03-30T00:00:00Z",
      to: "2027-04-03T00:00:00Z",
    });
  const { projects } = await metered.api.expect<neon.ConsumptionHistoryPerProjectV2Response>(200, "GET", path);
  const periods = projects[0]?.periods ?? [];
  expect(periods).toMatchObject([
    { period_plan: "scale", period_start: "2027-03-01T00:00:00Z", period_end: "2027-04-01T00:00:00Z" },
    { period_plan: "scale", period_start: "2027-04-01T00:00:00Z" },
  ]);
  expect(periods[1]).not.toHaveProperty("period_end");
  expect(periods.map(({ consumption }) => consumption.length)).toEqual([2, 2]);
});

it("pages go from the newest project to the oldest", async () => {
  const made = [await inOrg(), await inOrg(), await inOrg()].map((project) => idsOf(project).projectId);
  const pages: string[][] = [];
  let cursor = "";
  for (;;) {
    const path = v2 + query({ limit: 2, cursor });
    const page = await metered.api.expect<neon.ConsumptionHistoryPerProjectV2Response & neon.PaginationResponse>(
      200,
      "GET",
      path,
    );
    if (page.projects.length === 0) break;
    pages.push(page.projects.map(({ project_id }) => project_id));
    cursor = page.pagination?.cursor ?? "";
  }
  expect(pages).toEqual([[made[2], made[1]], [made[0]]]);
  const some = v2 + query({ project_ids: `${made[0]},${made[2]},unknown` });
  const { projects } = await metered.api.expect<neon.ConsumptionHistoryPerProjectV2Response>(200, "GET", some);
  expect(projects.map(({ project_id }) => project_id)).toEqual([made[2], made[0]]);
});

it("branches are paged by project and branch", async () => {
  const { api, clock } = metered;
  const project = await inOrg();
  const { projectId, branchId } = idsOf(project);
  const { branch } = await api.expect<neon.BranchResponse>(201, "POST", `/projects/${projectId}/branches`, {});
  await finish(api, clock, projectId);
  const page = async (cursor: string) =>
    api.expect<neon.ConsumptionHistoryPerBranchV2Response & neon.PaginationResponse>(
      200,
      "GET",
      v2Branches + query({ project_ids: projectId, limit: 1, cursor }),
    );
  const first = await page("");
  const second = await page(first.pagination?.cursor ?? "");
  const third = await page(second.pagination?.cursor ?? "");
  const ids = [...first.branches, ...second.branches, ...third.branches].map(({ branch_id }) => branch_id);
  expect(ids).toEqual([branchId, branch.id].sort());
  expect(third).not.toHaveProperty("pagination");
});

it("the legacy route shows what Neon's former plans counted", async () => {
  const project = await used();
  const path = legacy + query({ metrics: "logical_size_bytes,data_storage_bytes_hour" });
  const { projects } = await metered.api.expect<neon.ConsumptionHistoryPerProjectResponse>(200, "GET", path);
  const [entry] = projects;
  expect(entry?.project_id).toBe(idsOf(project).projectId);
  const frames = entry?.periods.flatMap(({ consumption }) => consumption) ?? [];
  expect(frames[1]).toEqual({
    timeframe_start: "2027-03-10T12:00:00Z",
    timeframe_end: "2027-03-10T13:00:00Z",
    active_time_seconds: 3600,
    compute_time_seconds: 900,
    written_data_bytes: 500,
    synthetic_storage_size_bytes: 1000,
    logical_size_bytes: 1000,
    data_storage_bytes_hour: expect.any(Number) as number,
  });
});

it("plans that have no consumption history are refused", async () => {
  const { api } = metered;
  for (const path of [v2, v2Branches]) {
    await api.expect(403, "GET", path + query({ org_id: "org-free", project_ids: "p" }));
    await api.expect(200, "GET", path + query({ org_id: "org-launch", project_ids: "p" }));
  }
  await api.expect(403, "GET", legacy + query({ org_id: "org-launch", metrics: "" }));
  await api.expect(404, "GET", v2 + query({ org_id: "org-of-somebody-else" }));
});

it("a range that its granularity does not reach is refused with 406", async () => {
  const { api } = metered;
  const ask = (granularity: string, from: string) =>
    api.request("GET", v2 + query({ granularity, from, to: "2027-03-10T11:30:00Z" })).then(({ status }) => status);
  expect(await ask("hourly", "2027-03-03T11:30:00Z")).toBe(200);
  expect(await ask("hourly", "2027-03-03T11:29:00Z")).toBe(406);
  expect(await ask("daily", "2027-01-09T11:30:00Z")).toBe(200);
  expect(await ask("daily", "2027-01-09T11:29:00Z")).toBe(406);
  expect(await ask("monthly", "2026-03-10T11:30:00Z")).toBe(200);
  expect(await ask("monthly", "2026-03-10T11:29:00Z")).toBe(406);
});

it.each<Record<string, string | number>>([
  { metrics: "cpu_seconds" },
  { metrics: "" },
  { from: "2027-03-12T00:00:00Z" },
  { from: "yesterday" },
  { granularity: "yearly" },
  { cursor: "no-such-project" },
  { limit: 101 },
  { org_id: "" },
])("a request that makes no sense is refused with 400: %j", async (fields) => {
  await metered.api.expect(400, "GET", v2 + query(fields));
});

it("a metric that only projects have is not one of branches", async () => {
  await metered.api.expect(400, "GET", v2Branches + query({ project_ids: "p", metrics: "extra_branches_month" }));
  await metered.api.expect(400, "GET", v2Branches + query({ project_ids: "" }));
});

it("consumption has a rate limit of its own, which can be switched off", async () => {
  const statuses = async (consumptionRateLimit?: number) => {
    const limited = await startMetered({ rateLimits: true, consumptionRateLimit }, manualClock(metered.clock.now()));
    const paths = [v2, v2Branches].map((path) => path + query({ org_id: limited.api.neon.orgId, project_ids: "p" }));
    const seen: number[] = [];
    for (let n = 0; n < 32; n++) seen.push((await limited.api.request("GET", paths[n % 2] ?? "")).status);
    seen.push((await limited.api.request("GET", "/projects")).status);
    await limited.api.close();
    return seen;
  };
  expect((await statuses()).map((status) => status === 200)).toEqual([
    ...Array<boolean>(30).fill(true),
    false,
    false,
    true,
  ]);
  expect(new Set(await statuses(0))).toEqual(new Set([200]));
});
