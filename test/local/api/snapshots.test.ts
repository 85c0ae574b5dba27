import type * as neon from "@neondatabase/api-client";
import { nextDue, type ScheduleItem } from "../../../local/api/rules/snapshotSchedule";
import type { LocalNeonOptions } from "../../../local/startServer";
import { startTestApi, type TestApi, type TestProject } from "./testApi";

interface Setup {
  api: TestApi;
  made: TestProject;
  /** `/projects/…` */
  project: string;
  main: string;
  /** `/projects/…/branches/…` of the first branch. */
  inMain: string;
}

const apis: TestApi[] = [];
afterAll(() => Promise.all(apis.map((api) => api.close())));

async function setup(options: LocalNeonOptions = {}, api?: TestApi): Promise<Setup> {
  const server = api ?? (await startTestApi(options));
  if (!api) apis.push(server);
  const made = await server.project();
  const project = `/projects/${made.project.id}`;
  return { api: server, made, project, main: made.branch.id, inMain: `${project}/branches/${made.branch.id}` };
}

const onPlan = (plan: "free" | "launch" | "scale"): LocalNeonOptions => ({
  organizations: [{ id: "org-local-00000001", name: "local", plan, projectsLimit: 100 }],
});

let shared: Setup;
beforeAll(async () => (shared = await setup()));
beforeEach(async () => (shared = await setup({}, shared.api)));

interface SnapshotAnswer {
  snapshot: neon.Snapshot;
  operations: neon.Operation[];
}

async function createSnapshot({ api, inMain, made }: Setup, query = ""): Promise<neon.Snapshot> {
  const { snapshot } = await api.expect<SnapshotAnswer>(200, "POST", `${inMain}/snapshot${query}`);
  await api.settle(made.project.id);
  return snapshot;
}

async function snapshotsOf({ api, project }: Setup): Promise<neon.Snapshot[]> {
  return (await api.expect<{ snapshots: neon.Snapshot[] }>(200, "GET", `${project}/snapshots`)).snapshots;
}

describe("snapshots", () => {
  it("are made of the head or of a moment, renamed, listed and deleted with their files", async () => {
    const { api, project, inMain, main, made } = shared;
    const release = api.computes.hold("createSnapshot");
    const answer = await api.expect<SnapshotAnswer>(200, "POST", `${inMain}/snapshot?name=first`);
    expect(answer.snapshot).toMatchObject({ name: "first", source_branch_id: main, manual: true });
    expect(answer.snapshot).not.toHaveProperty("full_size");
    expect(answer.operations).toHaveLength(1);
    await api.expect(423, "POST", `${inMain}/snapshot`);
    release();
    await api.settle(made.project.id);
    await createSnapshot(shared, "?lsn=0%2F1ab");
    await createSnapshot(shared, `?timestamp=${encodeURIComponent(made.branch.created_at)}`);
    const [byTime, byLsn, first] = await snapshotsOf(shared);
    expect(first).toMatchObject({ name: "first", lsn: "0/1500000", full_size: 30_000_000 });
    expect(byLsn?.lsn).toBe("0/1AB");
    expect(byTime?.timestamp).toBe(made.branch.created_at);
    const of = api.computes.calls.filter(([name]) => name === "createSnapshot").slice(-3);
    expect(of.map(([, , wanted]) => wanted)).toEqual([
      { branchId: main },
      { branchId: main, at: { lsn: "0/1AB" } },
      { branchId: main, at: { time: new Date(made.branch.created_at) } },
    ]);
    const path = `${project}/snapshots/${first?.id}`;
    const renamed = await api.expect<SnapshotAnswer>(200, "PATCH", path, { snapshot: { name: "one" } });
    expect(renamed.snapshot.name).toBe("one");
    const { operations } = await api.expect<neon.OperationsResponse>(202, "DELETE", path);
    expect(operations.map(({ action }) => action)).toEqual(["delete_timeline"]);
    await api.settle(made.project.id);
    expect(api.computes.snapshots.has(first?.id ?? "")).toBe(false);
    await api.expect(404, "DELETE", path);
    expect(await snapshotsOf(shared)).toHaveLength(2);
  });

  it("are refused outside of the history, with wrong times, and of branches that are no roots", async () => {
    const { api, project, inMain, made } = shared;
    const refused = (query: string, status = 400) => api.expect(status, "POST", `${inMain}/snapshot?${query}`);
    await refused("lsn=0%2F1&timestamp=2026-01-01T00:00:00Z");
    for (const text of ["yesterday", "2026-13-01T00:00:00Z", "2026-01-01", "2026-01-01T00:00:00", "0"]) {
      await refused(`timestamp=${text}`);
      await refused(`expires_at=${text}`);
    }
    await refused("expires_at=2020-01-01T00:00:00Z");
    expect((await refused("timestamp=2999-01-01T00:00:00Z")).code).toBe("WRONG_LSN_OR_TIMESTAMP");
    await refused(`name=${"x".repeat(257)}`);
    const child = await api.expect<neon.BranchResponse>(201, "POST", `${project}/branches`);
    await api.settle(made.project.id);
    await api.expect(422, "POST", `${project}/branches/${child.branch.id}/snapshot`);
    await api.expect(404, "POST", `${project}/branches/br-not-there-00000000/snapshot`);
    expect(await snapshotsOf(shared)).toEqual([]);
  });

  it("vanish where making them fails", async () => {
    const { api, inMain, made } = shared;
    api.computes.failNext("createSnapshot", new Error("disk full"));
    await api.expect(200, "POST", `${inMain}/snapshot`);
    expect((await api.settle(made.project.id))[0]?.status).toBe("failed");
    expect(await snapshotsOf(shared)).toEqual([]);
  });

  it("outlive their branch, expire by the clock, and go with their project", async () => {
    const { api, project, made } = shared;
    const root = { branch: { name: "root", init_source: "schema-only" } };
    const { branch } = await api.expect<neon.BranchResponse>(201, "POST", `${project}/branches`, root);
    await api.settle(made.project.id);
    const inRoot = `${project}/branches/${branch.id}`;
    const expiresAt = new Date(api.neon.clock.now().getTime() + 86_400_000).toISOString();
    await api.expect(200, "POST", `${inRoot}/snapshot?expires_at=${expiresAt}&name=a`);
    await api.settle(made.project.id);
    await api.expect(200, "POST", `${inRoot}/snapshot?name=b`);
    await api.settle(made.project.id);
    await api.expect(200, "DELETE", inRoot);
    await api.settle(made.project.id);
    expect((await snapshotsOf(shared)).map(({ name }) => name)).toEqual(["b", "a"]);
    await api.neon.clock.advance("25h");
    await api.settle(made.project.id);
    const [kept, ...others] = await snapshotsOf(shared);
    expect([kept?.name, others]).toEqual(["b", []]);
    expect(api.computes.snapshots).toContain(kept?.id);
    await api.expect(200, "DELETE", project);
    await api.neon.clock.advance("8d");
    while (api.computes.snapshots.has(kept?.id ?? "")) await new Promise((resolve) => setTimeout(resolve, 2));
  });

  it.each([
    ["free", 1],
    ["launch", 10],
  ] as const)("are limited on the plan %s to %i", async (plan, limit) => {
    const own = await setup(onPlan(plan));
    for (let n = 0; n < limit; n += 1) await createSnapshot(own);
    const { body, status } = await own.api.request("POST", `${own.inMain}/snapshot`);
    expect([status, body.code]).toEqual([422, "SNAPSHOTS_LIMIT_EXCEEDED"]);
  });
});

type Restored = neon.BranchResponse & neon.OperationsResponse;

describe("a restored snapshot", () => {
  it("is a branch of its own, which takes the place of the former one when it is finalized", async () => {
    const { api, project, inMain, main, made } = shared;
    const snapshot = await createSnapshot(shared, "?name=s");
    const restore = `${project}/snapshots/${snapshot.id}/restore`;
    const endpointId = made.endpoints[0]?.id ?? "";
    await api.expect(200, "POST", `${project}/endpoints/${endpointId}/start`);
    await api.settle(made.project.id);
    const { role } = await api.expect<neon.RoleOperations>(200, "POST", `${inMain}/roles/neondb_owner/reset_password`);
    await api.settle(made.project.id);
    await api.expect(200, "PUT", `${inMain}/backup_schedule`, { schedule: [{ frequency: "daily" }] });

    const { branch } = await api.expect<Restored>(200, "POST", restore, { name: "preview" });
    await api.settle(made.project.id);
    const preview = `${project}/branches/${branch.id}`;
    const read = async (path: string) => (await api.expect<neon.BranchResponse>(200, "GET", path)).branch;
    expect(await read(preview)).toMatchObject({
      name: "preview",
      current_state: "ready",
      restored_from: snapshot.id,
      restored_as: main,
      restore_status: "restored",
    });
    expect(api.computes.branches.get(branch.id)?.spec.source).toEqual({ snapshotId: snapshot.id });
    expect(api.computes.calls).toContainEqual(["setPassword", branch.id, "neondb_owner", role.password]);
    expect((await read(inMain)).default).toBe(true);

    await api.expect(409, "POST", `${preview}/finalize_restore`, { name: "main" });
    const { operations } = await api.expect<neon.OperationsResponse>(200, "POST", `${preview}/finalize_restore`);
    expect(operations.map(({ action }) => action)).toEqual(["suspend_compute", "apply_config", "start_compute"]);
    await api.settle(made.project.id);
    expect(await read(preview)).toMatchObject({ name: "main", default: true, restore_status: "finalized" });
    expect((await read(inMain)).name).toMatch(/^main \(old /);
    const { endpoint } = await api.expect<neon.EndpointResponse>(200, "GET", `${project}/endpoints/${endpointId}`);
    expect([endpoint.branch_id, endpoint.host]).toEqual([branch.id, made.endpoints[0]?.host]);
    expect(api.computes.endpoints.get(endpointId)?.branchId).toBe(branch.id);
    const schedule = await api.expect<neon.BackupSchedule>(200, "GET", `${preview}/backup_schedule`);
    expect(schedule.schedule).toEqual([{ frequency: "daily" }]);
    await api.expect(422, "POST", `${preview}/finalize_restore`);
    // The old one may go now.
    await api.expect(422, "DELETE", preview);
    await api.expect(200, "DELETE", inMain);
  });

  it("keeps branches below it from being reset for as long as the rule says", async () => {
    const own = await setup({ branchRules: { resetBlockedHours: 24 } });
    const { api, project, made } = own;
    const snapshot = await createSnapshot(own);
    const restore = `${project}/snapshots/${snapshot.id}/restore`;
    const { branch } = await api.expect<Restored>(200, "POST", restore, { finalize_restore: true });
    await api.settle(made.project.id);
    const below = { branch: { parent_id: branch.id } };
    const child = (await api.expect<Restored>(201, "POST", `${project}/branches`, below)).branch;
    await api.settle(made.project.id);
    const inChild = `${project}/branches/${child.id}`;
    const restricted = async () =>
      (await api.expect<neon.BranchResponse>(200, "GET", inChild)).branch.restricted_actions?.map(({ name }) => name);
    expect(await restricted()).toEqual(["restore"]);
    const reset = { source_branch_id: branch.id };
    await api.expect(422, "POST", `${inChild}/restore`, reset);
    await api.neon.clock.advance("24h");
    expect(await restricted()).toBeUndefined();
    await api.expect(200, "POST", `${inChild}/restore`, reset);
    await api.settle(made.project.id);
  });

  it("takes the place at once where that is asked for", async () => {
    const { api, project, main, made } = shared;
    const snapshot = await createSnapshot(shared);
    const restore = `${project}/snapshots/${snapshot.id}/restore`;
    await api.expect(404, "POST", restore, { target_branch_id: "br-not-there-00000000" });
    const { branch } = await api.expect<Restored>(200, "POST", restore, { finalize_restore: true });
    await api.settle(made.project.id);
    const { branches } = await api.expect<neon.BranchesResponse>(200, "GET", `${project}/branches`);
    expect(branches.find(({ default: isDefault }) => isDefault)).toMatchObject({ id: branch.id, name: "main" });
    expect(branches.find(({ id }) => id === main)?.name).toMatch(/^main \(old /);
  });

  it("does not touch the former branch where the data could not be brought back", async () => {
    const { api, project, main, made, inMain } = shared;
    const snapshot = await createSnapshot(shared);
    api.computes.failNext("materializeBranch", new Error("broken"));
    await api.expect(200, "POST", `${project}/snapshots/${snapshot.id}/restore`, { finalize_restore: true });
    await api.settle(made.project.id);
    const { branch } = await api.expect<neon.BranchResponse>(200, "GET", inMain);
    expect(branch).toMatchObject({ id: main, name: "main", default: true });
  });
});

describe("a backup schedule", () => {
  it("makes each snapshot once over a month that is jumped over, and drops those whose time is over", async () => {
    const { api, inMain, made } = shared;
    const schedule = [
      { frequency: "daily", hour: 3, retention_seconds: 7 * 86_400 },
      { frequency: "weekly", day: 7 },
    ];
    await api.expect(200, "PUT", `${inMain}/backup_schedule`, { schedule });
    const start = api.neon.clock.now();
    await api.neon.clock.advance("30d");
    await api.settle(made.project.id);
    const end = api.neon.clock.now();
    const snapshots = await snapshotsOf(shared);
    expect(snapshots.every(({ manual, full_size }) => manual === false && full_size === 30_000_000)).toBe(true);
    const times = (frequency: string) =>
      snapshots.filter(({ name }) => name.includes(` ${frequency} `)).map(({ created_at }) => Date.parse(created_at));
    const expected = (item: ScheduleItem, keptMs: number) => {
      const all: number[] = [];
      for (let at = nextDue(item, start); at <= end; at = nextDue(item, at)) all.unshift(at.getTime());
      return all.filter((at) => at + keptMs > end.getTime());
    };
    expect(times("daily")).toEqual(expected({ frequency: "daily", hour: 3 }, 7 * 86_400_000));
    expect(times("weekly")).toEqual(expected({ frequency: "weekly", day: 7 }, Infinity));
    expect(times("daily")).toHaveLength(7);
    await api.expect(200, "PUT", `${inMain}/backup_schedule`, { schedule: [] });
    await api.neon.clock.advance("8d");
    await api.settle(made.project.id);
    expect(await snapshotsOf(shared)).toHaveLength(times("weekly").length);
  });

  it("is refused on Free, on branches that are no roots, and where it makes no sense", async () => {
    const { api, inMain, project, made } = shared;
    const put = (path: string, item: object, status: number, server = api) =>
      server.expect(status, "PUT", `${path}/backup_schedule`, { schedule: [item] });
    await put(inMain, { frequency: "secondly" }, 400);
    await put(inMain, { frequency: "constructor" }, 400);
    await put(inMain, { frequency: "daily", hour: 24 }, 400);
    await put(inMain, { frequency: "weekly", day: 8 }, 400);
    await put(inMain, { frequency: "daily", retention_seconds: 3599 }, 400);
    const child = await api.expect<neon.BranchResponse>(201, "POST", `${project}/branches`);
    await api.settle(made.project.id);
    await put(`${project}/branches/${child.branch.id}`, { frequency: "daily" }, 422);
    const free = await setup(onPlan("free"));
    await put(free.inMain, { frequency: "daily" }, 403, free.api);
    const none = await api.expect<neon.BackupSchedule>(200, "GET", `${inMain}/backup_schedule`);
    expect(none.schedule).toEqual([]);
  });
});
