import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type Api, createApiClient } from "@neondatabase/api-client";
import pg from "pg";
import { type LocalNeon, startLocalNeon } from "../../../local";

let neon: LocalNeon;
let api: Api<unknown>;
beforeAll(async () => {
  neon = await startLocalNeon({ closed: true });
  api = createApiClient({ apiKey: neon.apiKey, baseURL: neon.apiHost });
});
afterAll(() => neon.close());

async function settle(projectId: string): Promise<void> {
  for (;;) {
    const { operations } = (await api.listProjectOperations({ projectId })).data;
    const failed = operations.find(({ status }) => String(status) === "failed");
    if (failed) throw new Error(failed.error);
    if (operations.every(({ status }) => String(status) === "finished")) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function newProject() {
  const { data } = await api.createProject({ project: {} });
  await settle(data.project.id);
  const projectId = data.project.id;
  return { projectId, branchId: data.branch.id, uri: data.connection_uris[0]?.connection_uri ?? "", data };
}

async function sql<T>(connectionString: string, text: string): Promise<T[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(text)).rows as T[];
  } finally {
    await client.end();
  }
}

const uriOf = async (projectId: string, role_name: string, database_name: string, branch_id?: string) =>
  (await api.getConnectionUri({ projectId, role_name, database_name, branch_id })).data.uri;

it("gives a URI that node-pg connects with, certificate and address verified, and that wakes the compute", async () => {
  const { projectId, uri, data } = await newProject();
  const endpointId = data.endpoints[0]?.id ?? "";
  const state = async () => (await api.getProjectEndpoint(projectId, endpointId)).data.endpoint.current_state;
  expect(await state()).toBe("idle");
  const rows = await sql(uri, "select current_user::text as role, current_database()::text as database");
  expect(rows).toEqual([{ role: "neondb_owner", database: "neondb" }]);
  expect(await state()).toBe("active");
  await api.suspendProjectEndpoint(projectId, endpointId);
  await settle(projectId);
  expect(await state()).toBe("idle");
});

it("gives a URI that psql connects with, if there is one", async () => {
  const { uri } = await newProject();
  const run = promisify(execFile)("psql", [uri, "-Atc", "select ssl from pg_stat_ssl where pid = pg_backend_pid()"]);
  const output = await run.then(
    ({ stdout }) => stdout.trim(),
    (error: NodeJS.ErrnoException) => (error.code === "ENOENT" ? "t" : Promise.reject(error)),
  );
  expect(output).toBe("t");
});

it("makes, changes and drops roles and databases for real, before and after the branch was first made", async () => {
  const { projectId, branchId, uri } = await newProject();
  const odd = 'od"d; name/ä';
  const createRole = async (name: string) => {
    await api.createProjectBranchRole(projectId, branchId, { role: { name } });
    await settle(projectId);
  };
  const createDatabase = async (name: string, owner_name: string) => {
    await api.createProjectBranchDatabase(projectId, branchId, { database: { name, owner_name } });
    await settle(projectId);
  };
  await createRole("early");
  await createDatabase("early_db", "early");
  await sql(uri, "select 1");
  await createRole(odd);
  await createDatabase(odd, odd);
  for (const [role, database] of [
    ["early", "early_db"],
    [odd, odd],
  ] as const) {
    const rows = await sql(await uriOf(projectId, role, database), "select current_user::text as role");
    expect(rows).toEqual([{ role }]);
  }
  const before = await uriOf(projectId, "early", "early_db");
  await api.resetProjectBranchRolePassword(projectId, branchId, "early");
  await settle(projectId);
  await expect(sql(before, "select 1")).rejects.toThrow("password authentication failed");
  await sql(await uriOf(projectId, "early", "early_db"), "create table t(n int)");

  const rename = { database: { name: "renamed", owner_name: "neondb_owner" } };
  await api.updateProjectBranchDatabase(projectId, branchId, "early_db", rename);
  await settle(projectId);
  await api.deleteProjectBranchRole(projectId, branchId, "early");
  await settle(projectId);
  const roles = await sql<{ rolname: string }>(
    uri,
    "select rolname from pg_roles where rolname in ('early', 'neondb_owner')",
  );
  expect(roles).toEqual([{ rolname: "neondb_owner" }]);
  await sql(await uriOf(projectId, "neondb_owner", "renamed"), "select * from t");
  await api.deleteProjectBranchDatabase(projectId, branchId, odd);
  await settle(projectId);
  const databases = await sql<{ datname: string }>(
    uri,
    "select datname from pg_database where not datistemplate order by 1",
  );
  expect(databases.map(({ datname }) => datname)).toEqual(["neondb", "postgres", "renamed"]);
});

it("branches the data, below a protected parent with other passwords", async () => {
  const { projectId, branchId, uri } = await newProject();
  await sql(uri, "create table t as select 1 as n");
  await api.updateProjectBranch(projectId, branchId, { branch: { protected: true } });
  const endpoints = [{ type: "read_write" as never }];
  const { data } = await api.createProjectBranch(projectId, { branch: { name: "dev" }, endpoints });
  await settle(projectId);
  const child = data.connection_uris?.[0]?.connection_uri ?? "";
  await sql(child, "insert into t values (2)");
  expect(await sql(child, "select n from t order by n")).toEqual([{ n: 1 }, { n: 2 }]);
  expect(await sql(uri, "select n from t")).toEqual([{ n: 1 }]);
  const withParentsPassword = new URL(child);
  withParentsPassword.password = new URL(uri).password;
  await expect(sql(withParentsPassword.href, "select 1")).rejects.toThrow("password authentication failed");
  await api.deleteProjectBranch({ projectId, branchId: data.branch.id });
  await settle(projectId);
  await expect(sql(child, "select 1")).rejects.toThrow();
});

it("does not let one tenant's credentials in at another's host, nor anybody at a deleted or disabled one", async () => {
  const [one, other] = [await newProject(), await newProject()];
  const crossed = new URL(one.uri);
  crossed.host = new URL(other.uri).host;
  await expect(sql(crossed.href, "select 1")).rejects.toThrow("password authentication failed");
  const endpointId = other.data.endpoints[0]?.id ?? "";
  await api.updateProjectEndpoint(other.projectId, endpointId, { endpoint: { disabled: true } });
  await settle(other.projectId);
  await expect(sql(other.uri, "select 1")).rejects.toThrow("disabled");
  await api.deleteProject(one.projectId);
  await expect(sql(one.uri, "select 1")).rejects.toThrow();
});
