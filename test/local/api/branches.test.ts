import type * as neon from "@neondatabase/api-client";
import { startTestApi, type TestApi, type TestProject } from "./testApi";

let api: TestApi;
let made: TestProject;
let branches: string;
beforeAll(async () => {
  api = await startTestApi();
});
beforeEach(async () => {
  made = await api.project();
  branches = `/projects/${made.project.id}/branches`;
});
afterAll(() => api.close());

type CreatedBranch = neon.BranchResponse &
  neon.EndpointsResponse &
  neon.RolesResponse &
  neon.ConnectionURIsOptionalResponse &
  neon.OperationsResponse;

async function createBranch(body?: object): Promise<CreatedBranch> {
  const answer = await api.expect<CreatedBranch>(201, "POST", branches, body);
  await api.settle(made.project.id);
  return answer;
}

describe("createProjectBranch", () => {
  it("branches the default branch at its head, named by its id, without a compute", async () => {
    const { branch, endpoints, operations, roles } = await createBranch();
    expect(branch).toMatchObject({ name: branch.id, parent_id: made.branch.id, default: false, current_state: "init" });
    expect(endpoints).toEqual([]);
    expect(operations.map(({ action }) => action)).toEqual(["create_branch"]);
    expect(roles[0]?.password).toBeUndefined();
    expect(api.computes.calls).toContainEqual(["materializeBranch", branch.id]);
    const read = await api.expect<neon.BranchResponse>(200, "GET", `${branches}/${branch.id}`);
    expect(read.branch.current_state).toBe("ready");
  });

  it("gives a URI with the parent's password when there is one role, one database and a compute", async () => {
    const { connection_uris } = await createBranch({ endpoints: [{ type: "read_write" }] });
    const parameters = connection_uris?.[0]?.connection_parameters;
    expect(parameters?.password).toBe(made.roles[0]?.password);
    expect(parameters?.host).not.toBe(made.endpoints[0]?.host);
    const role = { role: { name: "second" } };
    await api.expect(201, "POST", `${branches}/${made.branch.id}/roles`, role);
    await api.settle(made.project.id);
    expect(await createBranch({ endpoints: [{ type: "read_write" }] })).not.toHaveProperty("connection_uris");
  });

  it("gives roles below a protected parent passwords of their own", async () => {
    await api.expect(200, "PATCH", `${branches}/${made.branch.id}`, { branch: { protected: true } });
    const { branch, connection_uris } = await createBranch({ endpoints: [{ type: "read_write" }] });
    const password = connection_uris?.[0]?.connection_parameters.password;
    expect(password).not.toBe(made.roles[0]?.password);
    expect(api.computes.calls).toContainEqual(["setPassword", branch.id, "neondb_owner", password]);
  });

  it("refuses a name that exists, an unknown parent and what does not go together", async () => {
    const taken = await api.request("POST", branches, { branch: { name: "main" } });
    expect([taken.status, taken.body.message]).toEqual([409, 'branch already exists; branch_name:"main"']);
    await api.expect(404, "POST", branches, { branch: { parent_id: "br-not-there-00000000" } });
    await api.expect(400, "POST", branches, { branch: { init_source: "import" } });
    const both = { parent_lsn: "0/1", parent_timestamp: "2026-01-01T00:00:00Z" };
    await api.expect(400, "POST", branches, { branch: both });
    const nil = await api.request("POST", branches, { endpoints: [{ type: "read_write", settings: {} }] });
    expect([nil.status, nil.body.message]).toEqual([400, "settings must not be nil"]);
  });
});

describe("listProjectBranches", () => {
  it("pages in every order without losing or repeating a branch", async () => {
    const names = ["main", "b", "c", "a"];
    for (const name of names.slice(1)) await createBranch({ branch: { name } });
    for (const order of ["asc", "desc"]) {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const query = `?limit=3&sort_by=name&sort_order=${order}${cursor ? `&cursor=${cursor}` : ""}`;
        const page = await api.expect<neon.BranchesResponse & neon.CursorPaginationResponse>(
          200,
          "GET",
          branches + query,
        );
        seen.push(...page.branches.map(({ name }) => name));
        cursor = page.pagination?.next;
      } while (cursor);
      expect(seen).toEqual(order === "asc" ? names.sort() : names.sort().reverse());
    }
    await api.expect(400, "GET", `${branches}?cursor=bm90aGluZw`);
    const { count } = await api.expect<neon.BranchesCountResponse>(200, "GET", `${branches}/count?search=A`);
    expect(count).toBe(2 + (await idsWith("a")));
  });
});

/** Ids are searched too. */
async function idsWith(part: string): Promise<number> {
  const listed = await api.expect<neon.BranchesResponse>(200, "GET", branches);
  return listed.branches.filter(({ id, name }) => id.includes(part) && !["main", "a"].includes(name)).length;
}

describe("deleteProjectBranch", () => {
  it("refuses the default, a root, a protected branch and one with children", async () => {
    const child = (await createBranch({ branch: { name: "child" } })).branch.id;
    const grandchild = (await createBranch({ branch: { parent_id: child } })).branch.id;
    await api.expect(422, "DELETE", `${branches}/${made.branch.id}`);
    await api.expect(422, "DELETE", `${branches}/${child}`);
    await api.expect(200, "POST", `${branches}/${grandchild}/set_as_default`);
    await api.expect(422, "DELETE", `${branches}/${made.branch.id}`);
    await api.expect(422, "DELETE", `${branches}/${grandchild}`);
    await api.expect(200, "POST", `${branches}/${made.branch.id}/set_as_default`);
    await api.expect(200, "PATCH", `${branches}/${grandchild}`, { branch: { protected: true } });
    await api.expect(422, "DELETE", `${branches}/${grandchild}`);
    await api.expect(200, "PATCH", `${branches}/${grandchild}`, { branch: { protected: false } });
    for (const id of [grandchild, child]) {
      await api.expect(200, "DELETE", `${branches}/${id}`);
      await api.settle(made.project.id);
      await api.expect(204, "DELETE", `${branches}/${id}`);
    }
  });

  it("suspends its computes and removes them with its data", async () => {
    const { branch, endpoints } = await createBranch({ endpoints: [{ type: "read_write" }] });
    const path = `${branches}/${branch.id}`;
    const { operations } = await api.expect<neon.OperationsResponse>(200, "DELETE", path);
    expect(operations.map(({ action }) => action)).toEqual(["suspend_compute", "delete_timeline"]);
    await api.settle(made.project.id);
    expect(api.computes.calls.slice(-2)).toEqual([
      ["removeEndpoint", endpoints[0]?.id],
      ["removeBranch", branch.id],
    ]);
    await api.expect(404, "GET", path);
    await api.expect(404, "GET", `/projects/${made.project.id}/endpoints/${endpoints[0]?.id}`);
  });
});

it("renames without operations and demotes the old default", async () => {
  const { branch } = await createBranch({ branch: { name: "next" } });
  const renamed = await api.expect<neon.BranchOperations>(200, "PATCH", `${branches}/${branch.id}`, {
    branch: { name: "v2" },
  });
  expect([renamed.branch.name, renamed.operations]).toEqual(["v2", []]);
  await api.expect(409, "PATCH", `${branches}/${branch.id}`, { branch: { name: "main" } });
  await api.expect(200, "POST", `${branches}/${branch.id}/set_as_default`);
  const listed = await api.expect<neon.BranchesResponse>(200, "GET", branches);
  expect(listed.branches.filter((each) => each.default).map(({ name }) => name)).toEqual(["v2"]);
});

it("does not show a branch of another project", async () => {
  const other = await api.project();
  await api.expect(404, "GET", `${branches}/${other.branch.id}`);
  await api.expect(204, "DELETE", `${branches}/${other.branch.id}`);
  await api.expect(200, "GET", `/projects/${other.project.id}/branches/${other.branch.id}`);
});
