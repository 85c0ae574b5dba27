import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type * as neon from "@neondatabase/api-client";
import { startTestApi, type TestApi, type TestProject } from "./testApi";

const apis: TestApi[] = [];
afterAll(() => Promise.all(apis.map((each) => each.close())));

let api: TestApi;
let made: TestProject;
let branches: string;
beforeAll(async () => apis.push((api = await startTestApi())));
beforeEach(async () => {
  made = await api.project();
  branches = `/projects/${made.project.id}/branches`;
});

type Created = neon.BranchResponse & neon.EndpointsResponse & neon.OperationsResponse;

async function create(branch: object, more: object = {}): Promise<Created> {
  const answer = await api.expect<Created>(201, "POST", branches, { branch, ...more });
  await api.settle(made.project.id);
  return answer;
}

const refused = async (branch: object, status = 400) => api.expect(status, "POST", branches, { branch });
const read = async (id: string) => (await api.expect<neon.BranchResponse>(200, "GET", `${branches}/${id}`)).branch;
const specOf = (id: string) => api.computes.branches.get(id)?.spec;
const inFuture = (ms: number) => new Date(api.neon.clock.now().getTime() + ms).toISOString();
const dayMs = 86_400_000;

describe("a branch at a moment of its parent", () => {
  it("comes from that time or position, with the roles and databases of then", async () => {
    const parent_timestamp = new Date().toISOString();
    const { branch } = await create({ name: "by time", parent_timestamp });
    expect(branch).toMatchObject({ parent_id: made.branch.id, parent_timestamp, current_state: "init" });
    expect(specOf(branch.id)?.source).toEqual({ branchId: made.branch.id, at: { time: new Date(parent_timestamp) } });
    expect(api.computes.calls).toContainEqual(["readContents", branch.id]);
    const byLsn = await create({ name: "by lsn", parent_lsn: "0/1a" });
    expect(byLsn.branch.parent_lsn).toBe("0/1A");
    expect(specOf(byLsn.branch.id)?.source).toEqual({ branchId: made.branch.id, at: { lsn: "0/1A" } });
    expect((await read(byLsn.branch.id)).current_state).toBe("ready");
    const password = made.roles[0]?.password;
    expect(api.computes.calls).toContainEqual(["setPassword", byLsn.branch.id, "neondb_owner", password]);
  });

  it("is refused outside of the history", async () => {
    const outside = async (branch: object) => expect((await refused(branch)).code).toBe("WRONG_LSN_OR_TIMESTAMP");
    await outside({ parent_timestamp: "2999-01-01T00:00:00Z" });
    await outside({ parent_timestamp: "2020-01-01T00:00:00Z" });
    await refused({ parent_timestamp: "2020-01-01T23:59:60Z" });
    await refused({ parent_lsn: "x" });
    api.computes.history.set(made.branch.id, { from: new Date(0), fromLsn: "0/20", headLsn: "0/FF" });
    await outside({ parent_lsn: "1/0" });
    await outside({ parent_lsn: "0/1F" });
    await create({ parent_lsn: "0/20" });
    await create({ parent_lsn: "0/FF" });
  });

  it("cannot be had where no history is kept", async () => {
    await api.expect(200, "PATCH", `/projects/${made.project.id}`, { project: { history_retention_seconds: 0 } });
    await api.settle(made.project.id);
    expect(specOf(made.branch.id)?.retentionSeconds?.()).toBe(0);
    const parent_timestamp = new Date(Date.now() - 1).toISOString();
    expect((await refused({ parent_timestamp })).code).toBe("WRONG_LSN_OR_TIMESTAMP");
  });

  it("is by the machine's clock for Postgres when time was moved", async () => {
    const own = await startTestApi();
    apis.push(own);
    const project = await own.project({ history_retention_seconds: 30 * 86_400 });
    const before = own.neon.clock.now();
    await own.neon.clock.advance("10d");
    const path = `/projects/${project.project.id}/branches`;
    const parent_timestamp = before.toISOString();
    const answer = await own.expect<Created>(201, "POST", path, { branch: { parent_timestamp } });
    await own.settle(project.project.id);
    const after = new Date(own.neon.clock.now().getTime() - 1).toISOString();
    const later = await own.expect<Created>(201, "POST", path, { branch: { parent_timestamp: after } });
    await own.settle(project.project.id);
    const timeOf = ({ branch }: Created) => {
      const source = own.computes.branches.get(branch.id)?.spec.source;
      return source && "at" in source ? (source.at?.time?.getTime() ?? 0) : 0;
    };
    expect(timeOf(answer)).toBe(before.getTime());
    expect(timeOf(later)).toBeLessThanOrEqual(Date.now());
    expect(answer.branch.parent_timestamp).toBe(parent_timestamp);
  });
});

describe("a branch with only the schema", () => {
  it("is a root of its own, which may be deleted, and takes the place of one", async () => {
    const { branch, operations } = await create({ name: "empty", init_source: "schema-only" });
    expect(branch).toMatchObject({ init_source: "schema-only" });
    expect(branch).not.toHaveProperty("parent_id");
    expect(operations.map(({ action }) => action)).toEqual(["create_timeline", "apply_schema_from_branch"]);
    expect(specOf(branch.id)).toMatchObject({ source: { branchId: made.branch.id }, schemaOnly: true });
    expect(api.computes.calls).toContainEqual(["materializeBranch", branch.id]);
    await api.expect(200, "DELETE", `${branches}/${branch.id}`);
  });

  it("counts against the limit of root branches", async () => {
    const organizations = [{ id: "org-local-00000001", name: "local", plan: "free" as const, projectsLimit: 9 }];
    const own = await startTestApi({ organizations });
    apis.push(own);
    const project = await own.project();
    const path = `/projects/${project.project.id}/branches`;
    for (let roots = 1; roots < 3; roots += 1) {
      await own.expect(201, "POST", path, { branch: { init_source: "schema-only" } });
      await own.settle(project.project.id);
    }
    const { status, body } = await own.request("POST", path, { branch: { init_source: "schema-only" } });
    expect([status, body.code]).toEqual([422, "ROOT_BRANCHES_LIMIT_EXCEEDED"]);
    await own.expect(201, "POST", path);
  });
});

describe("an archived branch", () => {
  it("comes back when it is used: by a role, a child, or a connection", async () => {
    const uses: ((branch: neon.Branch, endpoints: neon.Endpoint[]) => Promise<unknown>)[] = [
      ({ id }) => api.expect(201, "POST", `${branches}/${id}/roles`, { role: { name: "r" } }),
      ({ id }) => api.expect(201, "POST", branches, { branch: { parent_id: id } }),
      ({ id }) => api.expect(200, "POST", `${branches}/${id}/set_as_default`),
      async (_branch, [endpoint]) => api.computes.observer()?.woke(endpoint?.id ?? ""),
    ];
    for (const use of uses) {
      const { branch, endpoints, operations } = await create(
        { archived: true },
        { endpoints: [{ type: "read_write" }] },
      );
      expect(operations.at(-1)?.action).toBe("timeline_archive");
      expect((await read(branch.id)).current_state).toBe("archived");
      await use(branch, endpoints);
      await api.settle(made.project.id);
      expect((await read(branch.id)).current_state).toBe("ready");
    }
  });

  it("cannot be protected", async () => {
    await refused({ archived: true, protected: true }, 422);
    const { branch } = await create({ archived: true });
    await api.expect(422, "PATCH", `${branches}/${branch.id}`, { branch: { protected: true } });
  });
});

describe("a branch that expires", () => {
  it("is deleted with its compute at its time, not before", async () => {
    const expires_at = inFuture(dayMs);
    const { branch, endpoints } = await create({ expires_at }, { endpoints: [{ type: "read_write" }] });
    expect(branch).toMatchObject({ expires_at, ttl_interval_seconds: 86_400 });
    await api.neon.clock.advance("23h");
    await read(branch.id);
    await api.neon.clock.advance("1h");
    await api.settle(made.project.id);
    await api.expect(404, "GET", `${branches}/${branch.id}`);
    expect(api.computes.endpoints.has(endpoints[0]?.id ?? "")).toBe(false);
    const { operations } = await api.expect<neon.OperationsResponse>(
      200,
      "GET",
      `/projects/${made.project.id}/operations`,
    );
    expect(operations.slice(0, 2).map(({ action }) => action)).toEqual(["delete_timeline", "suspend_compute"]);
  });

  it("waits until its project is idle, and is deleted by the next server where this one stops before", async () => {
    const stateFolder = fs.mkdtempSync(path.join(os.tmpdir(), "expiry-"));
    const first = await startTestApi({ stateFolder });
    const project = await first.project();
    const inProject = `/projects/${project.project.id}`;
    const expires_at = new Date(first.neon.clock.now().getTime() + 60_000).toISOString();
    const { branch } = await first.expect<Created>(201, "POST", `${inProject}/branches`, { branch: { expires_at } });
    await first.settle(project.project.id);
    first.neon.faults.add({ route: "createProjectBranchRole", kind: "operationHangs" });
    const inMain = `${inProject}/branches/${project.branch.id}`;
    await first.expect(201, "POST", `${inMain}/roles`, { role: { name: "r" } });
    await first.neon.clock.advance("2m");
    await first.expect(200, "GET", `${inProject}/branches/${branch.id}`);
    await first.close();

    const second = await startTestApi({ stateFolder });
    apis.push(second);
    let status = 200;
    while (status === 200) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      ({ status } = await second.request("GET", `${inProject}/branches/${branch.id}`));
    }
    expect(status).toBe(404);
    await second.settle(project.project.id);
    fs.rmSync(stateFolder, { recursive: true });
  });

  it("can be kept by taking the time back, or longer by another one", async () => {
    const { branch } = await create({ expires_at: inFuture(dayMs) });
    const inBranch = `${branches}/${branch.id}`;
    await api.expect(200, "PATCH", inBranch, { branch: { expires_at: inFuture(2 * dayMs) } });
    await api.neon.clock.advance("30h");
    await api.settle(made.project.id);
    expect((await read(branch.id)).ttl_interval_seconds).toBe(2 * 86_400);
    await api.expect(200, "PATCH", inBranch, { branch: { expires_at: null } });
    await api.neon.clock.advance("30h");
    await api.settle(made.project.id);
    expect(await read(branch.id)).not.toHaveProperty("expires_at");
  });

  it("is neither protected nor default nor a parent, and its time is in the next 30 days with a zone", async () => {
    for (const expires_at of [inFuture(-1000), inFuture(30 * dayMs + 60_000), "2027-01-01T00:00:00"]) {
      await refused({ expires_at });
    }
    const expires_at = inFuture(dayMs);
    await refused({ expires_at, protected: true }, 422);
    const { branch } = await create({ expires_at });
    const inBranch = `${branches}/${branch.id}`;
    await refused({ parent_id: branch.id }, 422);
    await api.expect(422, "PATCH", inBranch, { branch: { protected: true } });
    await api.expect(422, "POST", `${inBranch}/set_as_default`);
    await api.expect(422, "PATCH", `${branches}/${made.branch.id}`, { branch: { expires_at } });
    const parent = (await create({})).branch;
    await create({ parent_id: parent.id });
    await api.expect(422, "PATCH", `${branches}/${parent.id}`, { branch: { expires_at } });
    // Its schema alone may be taken from it.
    await create({ parent_id: branch.id, init_source: "schema-only" });
  });
});

it("tells what a protected branch does not allow", async () => {
  const { branch } = await create({ protected: true });
  expect(branch.restricted_actions?.map(({ name }) => name)).toEqual(["delete-rw-endpoint"]);
});

it("recovers no deleted branch, as without Neon's preview feature", async () => {
  const { branch } = await create({});
  const inBranch = `${branches}/${branch.id}`;
  await api.expect(422, "POST", `${inBranch}/recover`);
  await api.expect(200, "DELETE", `${inBranch}?hard_delete=false`);
  await api.settle(made.project.id);
  await api.expect(404, "POST", `${inBranch}/recover`);
});
