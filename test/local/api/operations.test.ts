import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type * as neon from "@neondatabase/api-client";
import { type ManualClock, manualClock } from "../../../local/clock";
import type { LocalNeonOptions } from "../../../local/startServer";
import { fakeComputes } from "./fakeComputes";
import { startTestApi, type TestApi, type TestProject } from "./testApi";
import { until } from "../support/until";

const open: TestApi[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const api of open.splice(0)) await api.close();
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
});

async function start(options: LocalNeonOptions, computes = fakeComputes()): Promise<TestApi> {
  const api = await startTestApi(options, computes);
  open.push(api);
  return api;
}

function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "operations-"));
  folders.push(folder);
  return folder;
}

const operationsOf = async (api: TestApi, projectId: string) =>
  (await api.expect<neon.OperationsResponse>(200, "GET", `/projects/${projectId}/operations`)).operations;

/** Oldest first. */
const statuses = async (api: TestApi, projectId: string) =>
  (await operationsOf(api, projectId)).reverse().map(({ status }) => status);

const is = (api: TestApi, projectId: string, ...expected: string[]) =>
  until(async () => JSON.stringify(await statuses(api, projectId)) === JSON.stringify(expected));

/** Moves the clock only when the operation before has come to wait for it. */
async function advance(clock: ManualClock, ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 10));
  clock.advance(ms);
}

const create = (api: TestApi) => api.expect<TestProject>(201, "POST", "/projects", { project: {} });

describe("an operation", () => {
  it("runs when its turn comes, for as long as Neon's takes, and locks its project meanwhile", async () => {
    const clock = manualClock(new Date("2026-01-01T00:00:00Z"));
    const api = await start({ clock, latency: "neon" });
    const { project, operations } = await create(api);
    expect(operations.map(({ action, status }) => [action, status])).toEqual([
      ["create_timeline", "running"],
      ["start_compute", "scheduling"],
    ]);
    await advance(clock, 3099);
    await is(api, project.id, "running", "scheduling");
    const locked = await api.request("PATCH", `/projects/${project.id}`, { project: { name: "x" } });
    expect([locked.status, locked.body.message]).toEqual([
      423,
      "project already has running conflicting operations, scheduling of new ones is prohibited",
    ]);
    await api.expect(423, "DELETE", `/projects/${project.id}`);
    await api.expect(200, "GET", `/projects/${project.id}`);
    const other = await create(api);
    expect(other.operations[0]?.status).toBe("running");

    await advance(clock, 1);
    await is(api, project.id, "finished", "running");
    await advance(clock, 4800);
    await is(api, project.id, "finished", "finished");
    const [startCompute, createTimeline] = await operationsOf(api, project.id);
    expect([createTimeline?.total_duration_ms, startCompute?.total_duration_ms]).toEqual([3100, 4800]);
    await api.expect(200, "PATCH", `/projects/${project.id}`, { project: { name: "x" } });
  });

  it("takes as long as its real work does", async () => {
    const computes = fakeComputes();
    const api = await start({}, computes);
    const { project, branch } = await api.project();
    const release = computes.hold("createRole");
    const roles = `/projects/${project.id}/branches/${branch.id}/roles`;
    await api.expect(201, "POST", roles, { role: { name: "r" } });
    await until(() => computes.calls.some(([name]) => name === "createRole"));
    await advance(manualClock(new Date()), 0);
    expect((await statuses(api, project.id)).at(-1)).toBe("running");
    release();
    await is(api, project.id, "finished", "finished", "finished");
  });

  it("fails visibly when its work fails, cancels those that wait for it, and leaves the project unlocked", async () => {
    const computes = fakeComputes();
    computes.failNext("addEndpoint", new Error("the address is taken, choose another --pg-port"));
    const api = await start({}, computes);
    const { project } = await create(api);
    await is(api, project.id, "finished", "failed");
    const [failed] = await operationsOf(api, project.id);
    expect(failed).toMatchObject({ error: "the address is taken, choose another --pg-port", failures_count: 1 });
    computes.failNext("materializeBranch", new Error("disk full"));
    const body = { endpoints: [{ type: "read_write" }] };
    const answer = await api.expect<neon.BranchResponse>(201, "POST", `/projects/${project.id}/branches`, body);
    await is(api, project.id, "finished", "failed", "failed", "cancelled");
    const below = { branch: { parent_id: answer.branch.id } };
    const notReady = await api.request("POST", `/projects/${project.id}/branches`, below);
    expect([notReady.status, notReady.body.message]).toEqual([
      422,
      `branch not ready yet; branch_id:"${answer.branch.id}"`,
    ]);
  });

  it("does not fail for what Postgres has already or no longer", async () => {
    const computes = fakeComputes();
    const api = await start({}, computes);
    const { project, branch } = await api.project();
    const base = `/projects/${project.id}/branches/${branch.id}`;
    computes.failNext("createRole", Object.assign(new Error('role "r" already exists'), { code: "42710" }));
    const { role } = await api.expect<neon.RoleOperations>(201, "POST", `${base}/roles`, { role: { name: "r" } });
    await api.settle(project.id);
    expect(computes.calls.at(-1)).toEqual(["setPassword", branch.id, "r", role.password]);
    computes.failNext("dropRole", Object.assign(new Error("gone"), { code: "42704" }));
    await api.expect(200, "DELETE", `${base}/roles/r`);
    expect((await api.settle(project.id)).every(({ status }) => String(status) === "finished")).toBe(true);
  });
});

it("lists operations newest first, page by page, no two of the same time", async () => {
  const clock = manualClock(new Date("2026-01-01T00:00:00Z"));
  const api = await start({ clock });
  const { project } = await create(api);
  for (const _ of [1, 2]) await advance(clock, 5);
  await is(api, project.id, "finished", "finished");
  await api.expect(200, "PATCH", `/projects/${project.id}`, { project: { history_retention_seconds: 1 } });
  await advance(clock, 5);
  await api.settle(project.id);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const query = `?limit=1${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`;
    const page = await api.expect<neon.OperationsResponse & neon.PaginationResponse>(
      200,
      "GET",
      `/projects/${project.id}/operations${query}`,
    );
    seen.push(...page.operations.map(({ action }) => action));
    cursor = page.pagination?.cursor;
  } while (cursor);
  expect(seen).toEqual(["apply_storage_config", "start_compute", "create_timeline"]);
  const times = (await operationsOf(api, project.id)).map(({ created_at }) => created_at);
  expect(new Set(times).size).toBe(3);
  await api.expect(400, "GET", `/projects/${project.id}/operations?cursor=yesterday`);
  await api.expect(404, "GET", `/projects/${project.id}/operations/00000000-0000-4000-8000-000000000000`);
});

/** The folder as it would be after `kill -9` at this moment: every write of SQLite is in its files when it returns. */
function afterKill(api: TestApi): string {
  const folder = temporaryFolder();
  fs.cpSync(api.neon.stateFolder, folder, { recursive: true, filter: (file) => !file.includes("lock.sqlite") });
  return folder;
}

describe("after a kill", () => {
  it("finishes the operations that were under way", async () => {
    const clock = manualClock(new Date("2026-01-01T00:00:00Z"));
    const killed = await start({ clock, latency: "neon" });
    const { project, endpoints } = await create(killed);
    const stateFolder = afterKill(killed);
    const later = manualClock(new Date("2026-01-01T01:00:00Z"));
    const api = await start({ stateFolder, clock: later });
    expect(await statuses(api, project.id)).toEqual(["running", "scheduling"]);
    await until(async () => {
      later.advance(5000);
      return (await statuses(api, project.id)).every((status) => String(status) === "finished");
    });
    const read = await api.expect<TestProject>(200, "GET", `/projects/${project.id}`);
    expect(read.project.created_at).toBe(project.created_at);
    expect(api.computes.endpoints.has(endpoints[0]?.id ?? "")).toBe(true);
    await api.expect(200, "PATCH", `/projects/${project.id}`, { project: { name: "unlocked" } });
  });

  it("does the real work once more that had not been reported as done", async () => {
    const computes = fakeComputes();
    const killed = await start({}, computes);
    const { project, branch } = await killed.project();
    const release = computes.hold("createDatabase");
    const base = `/projects/${project.id}/branches/${branch.id}`;
    await killed.expect(201, "POST", `${base}/databases`, { database: { name: "x", owner_name: "neondb_owner" } });
    const stateFolder = afterKill(killed);
    release();
    const again = fakeComputes();
    const api = await start({ stateFolder }, again);
    await api.settle(project.id);
    expect(again.calls).toContainEqual(["createDatabase", branch.id, { name: "x", ownerName: "neondb_owner" }]);
  });

  it("removes the files of a project and a branch that were deleted", async () => {
    const computes = fakeComputes();
    const killed = await start({}, computes);
    const { project, branch } = await killed.project();
    const other = await killed.project();
    const branches = `/projects/${other.project.id}/branches`;
    const child = await killed.expect<neon.BranchResponse>(201, "POST", branches);
    await killed.settle(other.project.id);
    const release = computes.hold("removeBranch");
    await killed.expect(200, "DELETE", `/projects/${project.id}`);
    await killed.expect(200, "DELETE", `${branches}/${child.branch.id}`);
    const stateFolder = afterKill(killed);
    release();
    const again = fakeComputes();
    const api = await start({ stateFolder }, again);
    await api.settle(other.project.id);
    // As long as the project can be recovered, its files are kept.
    await api.neon.clock.advance("8d");
    const removed = () => again.calls.filter(([name]) => name === "removeBranch").map(([, id]) => id);
    await until(() => removed().length >= 2);
    expect(removed().sort()).toEqual([branch.id, child.branch.id].sort());
    await api.expect(404, "GET", `/projects/${project.id}`);
    expect(again.branches.has(other.branch.id)).toBe(true);
  });
});

it("keeps what it acknowledged when it is closed in the middle, and goes on at the next start", async () => {
  const stateFolder = temporaryFolder();
  const clock = manualClock(new Date("2026-01-01T00:00:00Z"));
  const first = await start({ stateFolder, clock });
  const { project } = await create(first);
  await first.close();
  const second = await start({ stateFolder });
  await is(second, project.id, "finished", "finished");
});
