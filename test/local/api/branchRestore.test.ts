import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type * as neon from "@neondatabase/api-client";
import type { BranchRules } from "../../../local/api/rules/branchRules";
import { startTestApi, type TestApi, type TestProject } from "./testApi";
import { until } from "../support/until";

const apis: TestApi[] = [];
afterAll(() => Promise.all(apis.map((api) => api.close())));

interface Setup {
  api: TestApi;
  made: TestProject;
  branches: string;
  main: string;
}

async function setup(branchRules: BranchRules = {}): Promise<Setup> {
  const api = await startTestApi({ branchRules });
  apis.push(api);
  const made = await api.project();
  return { api, made, branches: `/projects/${made.project.id}/branches`, main: made.branch.id };
}

let shared: Setup;
beforeAll(async () => (shared = await setup()));
beforeEach(async () => {
  const made = await shared.api.project();
  shared = { ...shared, made, branches: `/projects/${made.project.id}/branches`, main: made.branch.id };
});

const now = () => new Date().toISOString();

async function createBranch({ api, branches, made }: Setup, branch: object = {}): Promise<neon.Branch> {
  const answer = await api.expect<neon.BranchResponse>(201, "POST", branches, { branch });
  await api.settle(made.project.id);
  return answer.branch;
}

async function restore({ api, branches, made }: Setup, id: string, body: object): Promise<neon.BranchOperations> {
  const answer = await api.expect<neon.BranchOperations>(200, "POST", `${branches}/${id}/restore`, body);
  await api.settle(made.project.id);
  return answer;
}

async function read({ api, branches }: Setup, id: string): Promise<neon.Branch> {
  return (await api.expect<neon.BranchResponse>(200, "GET", `${branches}/${id}`)).branch;
}

async function byName({ api, branches }: Setup, name: string): Promise<neon.Branch> {
  const list = await api.expect<neon.BranchesResponse>(200, "GET", branches);
  const branch = list.branches.find((each) => each.name === name);
  if (!branch) throw new Error(`no branch ${name}`);
  return branch;
}

const callsOf = ({ api }: Setup, name: string) => api.computes.calls.filter(([each]) => each === name);

describe("a restore of a branch to a moment of its own history", () => {
  it("keeps id, name, computes and passwords, and the state before under the name that is given", async () => {
    const { api, made, main } = shared;
    const at = now();
    const endpointId = made.endpoints[0]?.id ?? "";
    await api.expect(200, "POST", `/projects/${made.project.id}/endpoints/${endpointId}/start`);
    await api.settle(made.project.id);
    const release = api.computes.hold("restoreBranch");
    const body = { source_branch_id: main, source_timestamp: at, preserve_under_name: "main_old" };
    const route = `${shared.branches}/${main}/restore`;
    const { branch, operations } = await api.expect<neon.BranchOperations>(200, "POST", route, body);
    expect(branch).toMatchObject({ id: main, name: "main", current_state: "resetting", pending_state: "ready" });
    expect(operations.map(({ action }) => action)).toEqual(["suspend_compute", "create_branch", "start_compute"]);
    await api.expect(423, "POST", route, body);
    release();
    await api.settle(made.project.id);
    const restored = await read(shared, main);
    expect(restored).toMatchObject({ name: "main", current_state: "ready", default: true, parent_timestamp: at });
    expect(restored.last_reset_at).toBeDefined();
    expect(restored.parent_id).toBeUndefined();
    const backup = await byName(shared, "main_old");
    expect(backup).toMatchObject({ current_state: "ready", default: false });
    expect(backup.parent_id).toBeUndefined();
    const [, branchId, wanted] = callsOf(shared, "restoreBranch").at(-1) as [string, string, Record<string, unknown>];
    expect(branchId).toBe(main);
    expect(wanted["source"]).toEqual({ branchId: main, at: { time: new Date(at) } });
    expect(wanted["preserveAs"]).toMatchObject({ spec: { branchId: backup.id, projectId: made.project.id } });
    expect(callsOf(shared, "setPassword").at(-1)).toEqual([
      "setPassword",
      main,
      "neondb_owner",
      made.roles[0]?.password,
    ]);
    const roles = await api.expect<neon.RolesResponse>(200, "GET", `${shared.branches}/${backup.id}/roles`);
    expect(roles.roles.map(({ name }) => name)).toEqual(["neondb_owner"]);
    // It is a root, but not the one that the project began with.
    await api.expect(422, "DELETE", `${shared.branches}/${main}`);
    await api.expect(200, "DELETE", `${shared.branches}/${backup.id}`);
  });

  it("needs a moment and a name, and a name that is free", async () => {
    const { api, branches, main } = shared;
    const route = `${branches}/${main}/restore`;
    const source_branch_id = main;
    await api.expect(400, "POST", route, { source_branch_id });
    await api.expect(400, "POST", route, { source_branch_id, preserve_under_name: "x" });
    await api.expect(400, "POST", route, { source_branch_id, source_timestamp: now() });
    const both = { source_timestamp: now(), source_lsn: "0/1", preserve_under_name: "x" };
    await api.expect(400, "POST", route, { source_branch_id, ...both });
    for (const source_lsn of ["", "0", "0/G", "0/123456789", "0/1 "]) {
      await api.expect(400, "POST", route, { source_branch_id, source_lsn, preserve_under_name: "x" });
    }
    const taken = { source_branch_id, source_lsn: "0/1", preserve_under_name: "main" };
    await api.expect(409, "POST", route, taken);
    await api.expect(400, "POST", route, { ...taken, preserve_under_name: "x".repeat(257) });
    await api.expect(404, "POST", route, { ...taken, source_branch_id: "br-not-there-00000000" });
    expect((await read(shared, main)).current_state).toBe("ready");
  });

  it("is refused outside of the history, whether the API or Postgres knows it", async () => {
    const { api, branches, main, made } = shared;
    const ask = (moment: object) =>
      api.request("POST", `${branches}/${main}/restore`, {
        source_branch_id: main,
        preserve_under_name: "x",
        ...moment,
      });
    const ahead = new Date(Date.now() + 60_000).toISOString();
    const before = new Date(Date.parse(made.project.created_at) - 1000).toISOString();
    for (const source_timestamp of [ahead, before]) {
      const { status, body } = await ask({ source_timestamp });
      expect([status, body.code]).toEqual([400, "WRONG_LSN_OR_TIMESTAMP"]);
    }
    api.computes.history.set(main, { from: new Date(), fromLsn: "0/1500000", headLsn: "0/2000000" });
    expect((await ask({ source_timestamp: made.branch.created_at })).status).toBe(400);
    expect((await ask({ source_lsn: "0/14FFFFF" })).body.code).toBe("WRONG_LSN_OR_TIMESTAMP");
    expect((await ask({ source_lsn: "0/2000001" })).body.code).toBe("WRONG_LSN_OR_TIMESTAMP");
    expect((await ask({ source_lsn: "0/2000000" })).status).toBe(200);
  });

  it("comes to nothing where Postgres refuses: everything is as it was", async () => {
    const { api, branches, main, made } = shared;
    const child = await createBranch(shared, { name: "child" });
    const error = Object.assign(new Error("too old"), { code: "LOCAL_OUTSIDE_HISTORY" });
    api.computes.failNext("restoreBranch", error);
    const body = { source_branch_id: main, source_lsn: "0/1", preserve_under_name: "old" };
    await api.expect(200, "POST", `${branches}/${main}/restore`, body);
    const [operation] = await api.settle(made.project.id);
    expect(operation).toMatchObject({ status: "failed", error: "too old" });
    const list = await api.expect<neon.BranchesResponse>(200, "GET", branches);
    expect(list.branches.map(({ name }) => name).sort()).toEqual(["child", "main"]);
    expect(await read(shared, main)).not.toHaveProperty("last_reset_at");
    expect((await read(shared, main)).current_state).toBe("ready");
    expect((await read(shared, child.id)).parent_id).toBe(main);
  });

  it("makes the preserved state the parent below a parent, and gives it the children", async () => {
    const { main } = shared;
    const dev = await createBranch(shared, { name: "dev" });
    const leaf = await createBranch(shared, { name: "leaf", parent_id: dev.id });
    await restore(shared, dev.id, { source_branch_id: dev.id, source_lsn: "0/1", preserve_under_name: "dev_old" });
    const backup = await byName(shared, "dev_old");
    expect(backup.parent_id).toBe(main);
    expect((await read(shared, dev.id)).parent_id).toBe(backup.id);
    expect((await read(shared, leaf.id)).parent_id).toBe(backup.id);
    // What comes from it is still there.
    await shared.api.expect(422, "DELETE", `${shared.branches}/${backup.id}`);
  });

  it("links a root to its former state where that is switched on", async () => {
    const own = await setup({ restoreBackup: "parent", outsideHistoryStatus: 422, deleteRefusedStatus: 409 });
    const { api, branches, main } = own;
    const body = { source_branch_id: main, source_lsn: "0/1", preserve_under_name: "old" };
    const { branch } = await restore(own, main, body);
    expect(branch.parent_id).toBe((await byName(own, "old")).id);
    await api.expect(409, "DELETE", `${branches}/${main}`);
    const ahead = { source_branch_id: main, source_timestamp: "2999-01-01T00:00:00Z", preserve_under_name: "x" };
    await api.expect(422, "POST", `${branches}/${main}/restore`, ahead);
    // Deleting a project whose children are older than their parents works too.
    await api.expect(200, "DELETE", `/projects/${own.made.project.id}`);
  });
});

describe("roles and databases after a restore", () => {
  it("are those of the data, with the passwords that were known", async () => {
    const { api, branches, main, made } = shared;
    const inMain = `${branches}/${main}`;
    const addRole = async (name: string) => {
      const { role } = await api.expect<neon.RoleOperations>(201, "POST", `${inMain}/roles`, { role: { name } });
      await api.settle(made.project.id);
      return role.password;
    };
    const removed = await addRole("removed");
    await addRole("later");
    await api.expect(200, "DELETE", `${inMain}/roles/removed`);
    await api.settle(made.project.id);
    await api.expect(201, "POST", `${inMain}/databases`, { database: { name: "later", owner_name: "later" } });
    await api.settle(made.project.id);
    const roles = ["neondb_owner", "removed", "by_sql"].map((name) => ({ name, noLogin: false }));
    const databases = ["neondb", "shop"].map((name) => ({ name, ownerName: "by_sql" }));
    api.computes.found.set(main, { roles: [...roles, { name: "group", noLogin: true }], databases });
    await restore(shared, main, { source_branch_id: main, source_lsn: "0/1", preserve_under_name: "old" });

    const now = await api.expect<neon.RolesResponse>(200, "GET", `${inMain}/roles`);
    expect(now.roles.map(({ name }) => name).sort()).toEqual(["by_sql", "group", "neondb_owner", "removed"]);
    const left = await api.expect<neon.DatabasesResponse>(200, "GET", `${inMain}/databases`);
    expect(left.databases.map(({ name, owner_name }) => [name, owner_name])).toEqual([
      ["neondb", "by_sql"],
      ["shop", "by_sql"],
    ]);
    const set = new Map(callsOf(shared, "setPassword").map(([, , name, password]) => [name, password]));
    expect(set.get("removed")).toBe(removed);
    expect(set.get("neondb_owner")).toBe(made.roles[0]?.password);
    expect(set.get("by_sql")).toMatch(/^npg_/);
    expect(set.has("group")).toBe(false);
    // The state before has what there was.
    const backup = await byName(shared, "old");
    const kept = await api.expect<neon.RolesResponse>(200, "GET", `${branches}/${backup.id}/roles`);
    expect(kept.roles.map(({ name }) => name).sort()).toEqual(["later", "neondb_owner"]);
  });
});

describe("a restore from another branch", () => {
  it("is a reset from the parent, which begins the life of an expiring branch anew", async () => {
    const { api, branches, main } = shared;
    const expires_at = new Date(Date.now() + 3_600_000).toISOString();
    const dev = await createBranch(shared, { name: "dev", expires_at });
    await shared.api.neon.clock.advance("30m");
    await restore(shared, dev.id, { source_branch_id: main });
    const reset = await read(shared, dev.id);
    expect(reset).toMatchObject({ parent_id: main, ttl_interval_seconds: 3600 });
    expect(Date.parse(reset.expires_at ?? "")).toBeGreaterThan(Date.parse(expires_at) + 29 * 60_000);
    const [, , wanted] = callsOf(shared, "restoreBranch").at(-1) as [string, string, Record<string, unknown>];
    expect(wanted).toMatchObject({ source: { branchId: main } });
    expect(wanted["preserveAs"]).toBeUndefined();
    await api.expect(200, "DELETE", `${branches}/${dev.id}`);
  });

  it("is refused with children unless they are preserved, and as a reset for a protected branch", async () => {
    const { api, branches, main } = shared;
    const dev = await createBranch(shared, { name: "dev" });
    const leaf = await createBranch(shared, { parent_id: dev.id });
    const route = `${branches}/${dev.id}/restore`;
    await api.expect(400, "POST", route, { source_branch_id: main });
    await api.expect(200, "PATCH", `${branches}/${dev.id}`, { branch: { protected: true } });
    await api.expect(422, "POST", route, { source_branch_id: main, preserve_under_name: "old" });
    await api.expect(200, "PATCH", `${branches}/${dev.id}`, { branch: { protected: false } });
    // From its own child: that child goes to the preserved state, so that nothing comes from itself.
    await restore(shared, dev.id, { source_branch_id: leaf.id, preserve_under_name: "old" });
    expect((await read(shared, dev.id)).parent_id).toBe(leaf.id);
    expect((await read(shared, leaf.id)).parent_id).toBe((await byName(shared, "old")).id);
  });
});

describe("a server that stops while it restores", () => {
  it("goes on with the same restore when it starts again", async () => {
    const stateFolder = fs.mkdtempSync(path.join(os.tmpdir(), "restore-"));
    const first = await startTestApi({ stateFolder });
    const made = await first.project();
    const main = made.branch.id;
    const release = first.computes.hold("restoreBranch");
    const body = { source_branch_id: main, source_lsn: "0/1", preserve_under_name: "old" };
    const branches = `/projects/${made.project.id}/branches`;
    await first.expect(200, "POST", `${branches}/${main}/restore`, body);
    first.computes.failNext("readContents", new Error("killed"));
    await until(() => first.computes.calls.some(([name]) => name === "restoreBranch"));
    const closed = first.close();
    release();
    await closed;

    const api = await startTestApi({ stateFolder });
    apis.push(api);
    const second = { api, made, branches, main };
    await api.settle(made.project.id);
    expect([await read(second, main), await byName(second, "old")]).toMatchObject([
      { current_state: "ready", parent_lsn: "0/1" },
      { current_state: "ready" },
    ]);
    expect(callsOf(second, "setPassword")).toEqual([["setPassword", main, "neondb_owner", made.roles[0]?.password]]);
    const again = callsOf(second, "restoreBranch").map(([, , wanted]) => wanted as { restoreId: string });
    const before = callsOf({ ...second, api: first }, "restoreBranch").map(([, , wanted]) => wanted);
    expect(again.every(({ restoreId }) => restoreId === (before[0] as { restoreId: string }).restoreId)).toBe(true);
    fs.rmSync(stateFolder, { recursive: true });
  });
});
