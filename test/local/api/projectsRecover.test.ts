import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type * as neon from "@neondatabase/api-client";
import { type ManualClock, manualClock } from "../../../local/clock";
import type { LocalNeonOptions } from "../../../local/startServer";
import { startTestApi, type TestApi, type TestProject } from "./testApi";

const dayMs = 86_400_000;

const open: TestApi[] = [];
afterEach(async () => {
  for (const api of open.splice(0)) await api.close();
});
async function start(options: LocalNeonOptions = {}): Promise<TestApi> {
  const api = await startTestApi(options);
  open.push(api);
  return api;
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 2));

/** Under a clock that stands still, operations end when it is told to move. */
async function settle(api: TestApi, clock: ManualClock, projectId: string): Promise<void> {
  for (;;) {
    const path = `/projects/${projectId}/operations`;
    const { operations } = await api.expect<neon.OperationsResponse>(200, "GET", path);
    if (!operations.some(({ status }) => ["scheduling", "running"].includes(status))) return;
    clock.advance(1000);
    await pause();
  }
}

async function until(clock: ManualClock, condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) {
    clock.advance(1000);
    await pause();
  }
}

async function newProject(api: TestApi, clock: ManualClock): Promise<TestProject> {
  const created = await api.expect<TestProject>(201, "POST", "/projects", { project: { name: "kept" } });
  await settle(api, clock, created.project.id);
  return created;
}

const recoverable = async (api: TestApi) =>
  (await api.expect<neon.ProjectsResponse>(200, "GET", "/projects?recoverable=true")).projects;

it("keeps a deleted project for seven days and gives it back as it was", async () => {
  const clock = manualClock(new Date("2026-01-01T00:00:00Z"));
  const api = await start({ clock });
  const { project, branch, endpoints, roles } = await newProject(api, clock);
  const path = `/projects/${project.id}`;
  const before = await api.expect<neon.EndpointsResponse>(200, "GET", `${path}/endpoints`);
  const deletedAt = clock.now();
  await api.expect(200, "DELETE", path);
  await api.expect(404, "GET", path);
  await api.expect(404, "GET", `${path}/branches`);
  await api.expect(404, "DELETE", path);
  expect((await api.expect<neon.ProjectsResponse>(200, "GET", "/projects")).projects).toEqual([]);
  expect(await recoverable(api)).toMatchObject([
    {
      id: project.id,
      deleted_at: deletedAt.toISOString(),
      recoverable_until: new Date(deletedAt.getTime() + 7 * dayMs).toISOString(),
    },
  ]);
  await until(clock, () => !api.computes.endpoints.has(endpoints[0]?.id ?? ""));
  clock.advance(6 * dayMs);
  const recovered = await api.expect<neon.ProjectResponse & neon.BranchesResponse>(200, "POST", `${path}/recover`);
  expect([recovered.project.id, recovered.branches.map(({ id }) => id)]).toEqual([project.id, [branch.id]]);
  await settle(api, clock, project.id);
  const after = await api.expect<neon.EndpointsResponse>(200, "GET", `${path}/endpoints`);
  expect(after.endpoints.map(({ id, host }) => [id, host])).toEqual(before.endpoints.map(({ id, host }) => [id, host]));
  expect(api.computes.endpoints.get(endpoints[0]?.id ?? "")?.address).toBe(endpoints[0]?.host);
  const password = `${path}/branches/${branch.id}/roles/neondb_owner/reveal_password`;
  expect(await api.expect(200, "GET", password)).toEqual({ password: roles[0]?.password });
  expect(await recoverable(api)).toEqual([]);
  clock.advance(7 * dayMs);
  await api.expect(200, "GET", path);
  expect(api.computes.calls.some(([name]) => name === "removeBranch")).toBe(false);
});

it("removes it for good after seven days", async () => {
  const clock = manualClock(new Date("2026-01-01T00:00:00Z"));
  const api = await start({ clock });
  const { project, branch } = await newProject(api, clock);
  await api.expect(200, "DELETE", `/projects/${project.id}`);
  await until(clock, () => api.computes.calls.some(([name]) => name === "removeEndpoint"));
  clock.advance(7 * dayMs);
  await until(clock, () => api.computes.calls.some(([name, id]) => name === "removeBranch" && id === branch.id));
  expect(await recoverable(api)).toEqual([]);
  await api.expect(404, "POST", `/projects/${project.id}/recover`);
  expect((await api.expect<neon.ProjectsResponse>(200, "GET", `/projects?cursor=${project.id}`)).projects).toEqual([]);
});

it("does so after a restart, even when the time came while it was stopped", async () => {
  const stateFolder = fs.mkdtempSync(path.join(os.tmpdir(), "local-recover-"));
  try {
    const clock = manualClock(new Date("2026-01-01T00:00:00Z"));
    const first = await start({ stateFolder, clock });
    const kept = await newProject(first, clock);
    const gone = await newProject(first, clock);
    for (const { project } of [kept, gone]) await first.expect(200, "DELETE", `/projects/${project.id}`);
    await open.pop()?.close();
    const second = await start({ stateFolder, clock });
    expect((await recoverable(second)).map(({ id }) => id)).toEqual([kept.project.id, gone.project.id]);
    expect([...second.computes.endpoints.keys()]).toEqual([]);
    await second.expect(200, "POST", `/projects/${kept.project.id}/recover`);
    await settle(second, clock, kept.project.id);
    expect([...second.computes.endpoints.keys()]).toEqual([kept.endpoints[0]?.id]);
    await open.pop()?.close();
    clock.advance(8 * dayMs);
    const third = await start({ stateFolder, clock });
    await until(clock, () => third.computes.calls.some(([name]) => name === "removeBranch"));
    expect(await recoverable(third)).toEqual([]);
    await third.expect(200, "GET", `/projects/${kept.project.id}`);
  } finally {
    fs.rmSync(stateFolder, { recursive: true, force: true });
  }
});

it("opens it again only after it was closed, when it is recovered at once", async () => {
  const api = await start();
  const { project, endpoints } = await api.project();
  api.computes.calls.length = 0;
  const release = api.computes.hold("removeEndpoint");
  await api.expect(200, "DELETE", `/projects/${project.id}`);
  await api.expect(200, "POST", `/projects/${project.id}/recover`);
  await api.expect(423, "DELETE", `/projects/${project.id}`);
  release();
  await api.settle(project.id);
  expect(api.computes.calls.map(([name]) => name)).toEqual(["removeEndpoint", "addEndpoint"]);
  expect([...api.computes.endpoints.keys()]).toEqual([endpoints[0]?.id]);
});

it("recovers only what was deleted, for admins of its organization", async () => {
  const api = await start({
    organizations: [
      { id: "org-a", name: "A", plan: "scale", projectsLimit: 100 },
      { id: "org-b", name: "B", plan: "scale", projectsLimit: 100 },
    ],
    apiKeys: [
      { key: "a", kind: "organization", orgId: "org-a" },
      { key: "b", kind: "organization", orgId: "org-b" },
    ],
  });
  const { project } = await api.project();
  const recover = (key: string, id = project.id) => api.request("POST", `/projects/${id}/recover`, undefined, key);
  expect((await recover("a")).status).toBe(422);
  expect((await recover("b")).status).toBe(404);
  expect((await recover("a", "nothing-there")).status).toBe(404);
  await api.expect(200, "DELETE", `/projects/${project.id}`);
  expect((await recover("b")).status).toBe(404);
  expect((await recover("a")).status).toBe(200);
});

it("lets happen after a recovery what came due of its branches meanwhile", async () => {
  const clock = manualClock(new Date("2026-01-01T00:00:00Z"));
  const api = await start({ clock });
  const { project, branch } = await newProject(api, clock);
  const path = `/projects/${project.id}`;
  const expiring = { branch: { name: "short", expires_at: "2026-01-02T00:00:00Z" } };
  const child = await api.expect<neon.BranchResponse>(201, "POST", `${path}/branches`, expiring);
  await settle(api, clock, project.id);
  const schedule = { schedule: [{ frequency: "daily", hour: 0, retention_seconds: 30 * 86_400 }] };
  await api.expect(200, "PUT", `${path}/branches/${branch.id}/backup_schedule`, schedule);
  await api.expect(200, "DELETE", path);
  await until(clock, () => api.computes.calls.some(([name]) => name === "removeEndpoint"));
  clock.advance(3 * dayMs);
  await pause();
  expect(api.computes.calls.some(([name]) => name === "removeBranch" || name === "createSnapshot")).toBe(false);
  await api.expect(200, "POST", `${path}/recover`);
  await until(clock, async () => (await api.request("GET", `${path}/branches/${child.branch.id}`)).status === 404);
  expect(await api.expect(200, "GET", `${path}/branches/${branch.id}/backup_schedule`)).toMatchObject(schedule);
  clock.advance(dayMs);
  await until(clock, () => api.computes.calls.some(([name]) => name === "createSnapshot"));
});

it("takes its snapshots with it for good", async () => {
  const clock = manualClock(new Date("2026-01-01T00:00:00Z"));
  const api = await start({ clock });
  const { project, branch } = await newProject(api, clock);
  const path = `/projects/${project.id}`;
  const made = await api.expect<{ snapshot: neon.Snapshot }>(200, "POST", `${path}/branches/${branch.id}/snapshot`);
  await settle(api, clock, project.id);
  await api.expect(200, "DELETE", path);
  await until(clock, () => api.computes.calls.some(([name]) => name === "removeEndpoint"));
  clock.advance(6 * dayMs);
  expect(api.computes.calls.some(([name]) => name === "removeSnapshot")).toBe(false);
  clock.advance(dayMs);
  await until(clock, () => api.computes.calls.some(([name]) => name === "removeSnapshot"));
  expect(api.computes.calls).toContainEqual(["removeSnapshot", made.snapshot.id]);
});

describe("the limit of projects", () => {
  const organizations = [{ id: "org-a", name: "A", plan: "scale", projectsLimit: 1 } as const];

  it("does not count a recoverable one, which then has to fit", async () => {
    const api = await start({ organizations });
    const { project } = await api.project();
    await api.expect(200, "DELETE", `/projects/${project.id}`);
    const second = await api.project();
    const refused = await api.request("POST", `/projects/${project.id}/recover`);
    expect([refused.status, refused.body.code]).toEqual([422, "PROJECTS_LIMIT_EXCEEDED"]);
    await api.expect(200, "DELETE", `/projects/${second.project.id}`);
    await api.expect(200, "POST", `/projects/${project.id}/recover`);
  });

  it("counts it where the rules say so", async () => {
    const api = await start({ organizations, accessRules: { recoverableProjectsCount: true } });
    const { project } = await api.project();
    await api.expect(200, "DELETE", `/projects/${project.id}`);
    expect((await api.request("POST", "/projects", { project: {} })).body.code).toBe("PROJECTS_LIMIT_EXCEEDED");
    await api.expect(200, "POST", `/projects/${project.id}/recover`);
  });
});

it("shows a deleted project where the rules say so", async () => {
  const api = await start({ accessRules: { showsDeletedProjects: true } });
  const { project } = await api.project();
  await api.expect(200, "DELETE", `/projects/${project.id}`);
  const shown = await api.expect<neon.ProjectResponse>(200, "GET", `/projects/${project.id}`);
  expect(shown.project.id).toBe(project.id);
  await api.expect(404, "GET", "/projects/nothing-there");
});
