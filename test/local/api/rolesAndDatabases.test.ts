import type * as neon from "@neondatabase/api-client";
import { startTestApi, type TestApi, type TestProject } from "./testApi";

let api: TestApi;
let made: TestProject;
let branch: string;
beforeAll(async () => (api = await startTestApi()));
beforeEach(async () => {
  made = await api.project();
  branch = `/projects/${made.project.id}/branches/${made.branch.id}`;
  api.computes.calls.length = 0;
});
afterAll(() => api.close());

async function change<T = neon.RoleOperations & neon.DatabaseOperations>(
  status: number,
  method: string,
  path: string,
  body?: object,
): Promise<T> {
  const answer = await api.expect<T>(status, method, branch + path, body);
  await api.settle(made.project.id);
  return answer;
}

const odd = 'we"ird; DROP ROLE x -- /ä%';
const oddPath = encodeURIComponent(odd);

it("makes roles and databases of any quotable name and does the real work in the operation", async () => {
  const { role, operations } = await change(201, "POST", "/roles", { role: { name: odd } });
  expect(operations).toMatchObject([{ action: "apply_config", endpoint_id: made.endpoints[0]?.id }]);
  expect(api.computes.calls).toContainEqual([
    "createRole",
    made.branch.id,
    { name: odd, password: role.password, noLogin: false },
  ]);
  await change(201, "POST", "/databases", { database: { name: odd, owner_name: odd } });
  expect(api.computes.calls.at(-1)).toEqual(["createDatabase", made.branch.id, { name: odd, ownerName: odd }]);
  await api.expect(200, "GET", `${branch}/databases/${oddPath}`);

  const query = `database_name=${oddPath}&role_name=${oddPath}`;
  const { uri } = await api.expect<{ uri: string }>(200, "GET", `/projects/${made.project.id}/connection_uri?${query}`);
  const parsed = new URL(uri);
  expect([parsed.username, parsed.pathname].map((part) => decodeURIComponent(part))).toEqual([odd, `/${odd}`]);

  await change(200, "PATCH", `/databases/${oddPath}`, { database: { name: "plain" } });
  expect(api.computes.calls.at(-1)).toEqual(["updateDatabase", made.branch.id, odd, { name: "plain" }]);
  await change(200, "DELETE", "/databases/plain");
  await change(200, "DELETE", `/roles/${oddPath}`);
  expect(api.computes.calls.slice(-2)).toEqual([
    ["dropDatabase", made.branch.id, "plain"],
    ["dropRole", made.branch.id, odd],
  ]);
});

it("shows passwords only where Neon does, and a reset gives another", async () => {
  const { role } = await change(201, "POST", "/roles", { role: { name: "reader" } });
  const reveal = () => api.expect<{ password: string }>(200, "GET", `${branch}/roles/reader/reveal_password`);
  expect((await reveal()).password).toBe(role.password);
  const listed = await api.expect<neon.RolesResponse>(200, "GET", `${branch}/roles`);
  expect(listed.roles.map(({ password }) => password)).toEqual([undefined, undefined]);
  const reset = await change(200, "POST", "/roles/reader/reset_password");
  expect(reset.role.password).not.toBe(role.password);
  expect((await reveal()).password).toBe(reset.role.password);
  expect(api.computes.calls.at(-1)).toEqual(["setPassword", made.branch.id, "reader", reset.role.password]);
});

it("has no password to show for a role that cannot log in or a project that does not store any", async () => {
  const { role } = await change(201, "POST", "/roles", { role: { name: "group", no_login: true } });
  expect([role.password, role.authentication_method]).toEqual([undefined, "no_login"]);
  await api.expect(412, "GET", `${branch}/roles/group/reveal_password`);
  await api.expect(422, "POST", `${branch}/roles/group/reset_password`);
  const other = await api.project({ store_passwords: false });
  const path = `/projects/${other.project.id}/branches/${other.branch.id}/roles/neondb_owner/reveal_password`;
  await api.expect(412, "GET", path);
});

it("refuses what exists, is reserved, is not there or is owned", async () => {
  const text = (answer: { status: number; body: neon.GeneralError }) => [answer.status, answer.body.message];
  const role = (name: string) => api.request("POST", `${branch}/roles`, { role: { name } });
  expect(text(await role("neondb_owner"))).toEqual([409, 'role already exists; role_name:"neondb_owner"']);
  for (const name of ["cloud_admin", "pg_read", "public", "none", "", "x".repeat(64)]) {
    expect((await role(name)).status).toBe(400);
  }
  const database = (name: string, owner_name = "neondb_owner") =>
    api.request("POST", `${branch}/databases`, { database: { name, owner_name } });
  expect(text(await database("neondb"))).toEqual([409, 'database already exists; database_name:"neondb"']);
  expect((await database("postgres")).status).toBe(400);
  expect(text(await database("x", "nobody"))).toEqual([
    404,
    `role not found for branch; role_name:"nobody", branch_id:"${made.branch.id}"`,
  ]);
  await api.expect(422, "DELETE", `${branch}/roles/neondb_owner`);
  await api.expect(404, "PATCH", `${branch}/databases/nothing`, { database: { name: "x" } });
  await api.expect(404, "PATCH", `${branch}/databases/neondb`, { database: { owner_name: "nobody" } });
  expect(api.computes.calls).toEqual([]);
});

it("hands the Postgres side what a branch holds at the moment it is first made", async () => {
  await change(201, "POST", "/roles", { role: { name: "late" } });
  await change(201, "POST", "/databases", { database: { name: "later", owner_name: "late" } });
  const contents = api.computes.branches.get(made.branch.id)?.contents();
  expect(contents?.roles.map(({ name }) => name)).toEqual(["neondb_owner", "late"]);
  expect(contents?.databases).toEqual([
    { name: "neondb", ownerName: "neondb_owner" },
    { name: "later", ownerName: "late" },
  ]);
});
