import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import type { Operation } from "@neondatabase/api-client";
import { routes, type NeonApi, type OperationId } from "../../../provider/api";
import { closeServers, operation, serverWith } from "./serverWith";

afterEach(closeServers);

/** `operationId` -> method and path, as Neon's document has them. */
function documented(): Map<string, { method: string; path: string }> {
  const folder = path.dirname(require.resolve("@neondatabase/api-client/package.json"));
  const document = parse(readFileSync(path.join(folder, "public-v2-for-users.gen.yaml"), "utf8")) as {
    paths: Record<string, Record<string, { operationId?: string }>>;
  };
  const found = new Map<string, { method: string; path: string }>();
  for (const [route, methods] of Object.entries(document.paths)) {
    for (const [method, entry] of Object.entries(methods)) {
      if (entry.operationId) found.set(entry.operationId, { method: method.toUpperCase(), path: route });
    }
  }
  return found;
}

test("every operation is in Neon's document, with the same method and path", () => {
  const document = documented();
  for (const [operationId, route] of Object.entries(routes))
    expect({ operationId, ...document.get(operationId) }).toEqual({ operationId, ...route });
});

const given = (id: string) => operation(id, "running") as unknown as Operation;

/** One call per operation, with parts of a path that need encoding. */
const calls: Record<OperationId, (api: NeonApi) => Promise<unknown>> = {
  createProject: (api) => api.createProject({ project: {} }),
  getProject: (api) => api.getProject("p-1"),
  listProjects: (api) => api.listProjects(),
  updateProject: (api) => api.updateProject("p-1", { project: {} }),
  deleteProject: (api) => api.deleteProject("p-1"),
  createProjectBranch: (api) => api.createBranch("p-1", {}),
  getProjectBranch: (api) => api.getBranch("p-1", "br-1"),
  listProjectBranches: (api) => api.listBranches("p-1"),
  updateProjectBranch: (api) => api.updateBranch("p-1", "br-1", { branch: {} }),
  deleteProjectBranch: (api) => api.deleteBranch("p-1", "br-1"),
  createProjectEndpoint: (api) =>
    api.createEndpoint("p-1", { endpoint: { branch_id: "br-1", type: "read_write" as never } }),
  getProjectEndpoint: (api) => api.getEndpoint("p-1", "ep-1"),
  listProjectEndpoints: (api) => api.listEndpoints("p-1"),
  updateProjectEndpoint: (api) => api.updateEndpoint("p-1", "ep-1", { endpoint: {} }),
  deleteProjectEndpoint: (api) => api.deleteEndpoint("p-1", "ep-1"),
  createProjectBranchRole: (api) => api.createRole("p-1", "br-1", { name: "my role" }),
  getProjectBranchRole: (api) => api.getRole("p-1", "br-1", "my role"),
  listProjectBranchRoles: (api) => api.listRoles("p-1", "br-1"),
  deleteProjectBranchRole: (api) => api.deleteRole("p-1", "br-1", "my role"),
  getProjectBranchRolePassword: (api) => api.revealRolePassword("p-1", "br-1", "my role"),
  resetProjectBranchRolePassword: (api) => api.resetRolePassword("p-1", "br-1", "my role"),
  createProjectBranchDatabase: (api) => api.createDatabase("p-1", "br-1", { name: "a/b", owner_name: "o" }),
  getProjectBranchDatabase: (api) => api.getDatabase("p-1", "br-1", "a/b"),
  listProjectBranchDatabases: (api) => api.listDatabases("p-1", "br-1"),
  updateProjectBranchDatabase: (api) => api.updateDatabase("p-1", "br-1", "a/b", { name: "c" }),
  deleteProjectBranchDatabase: (api) => api.deleteDatabase("p-1", "br-1", "a/b"),
  getSnapshotSchedule: (api) => api.getSnapshotSchedule("p-1", "br-1"),
  setSnapshotSchedule: (api) => api.setSnapshotSchedule("p-1", "br-1", []),
  listProjectPermissions: (api) => api.listProjectPermissions("p-1"),
  grantPermissionToProject: (api) => api.grantProjectPermission("p-1", "a@example.com"),
  revokePermissionFromProject: (api) => api.revokeProjectPermission("p-1", "x/y"),
  listOrgApiKeys: (api) => api.listOrgApiKeys("org-1"),
  createOrgApiKey: (api) => api.createOrgApiKey("org-1", { key_name: "k", project_id: "p-1" }),
  revokeOrgApiKey: (api) => api.revokeOrgApiKey("org-1", 7),
  getProjectJWKS: (api) => api.listJwks("p-1"),
  addProjectJWKS: (api) => api.addJwks("p-1", { jwks_url: "https://x", provider_name: "x" }),
  deleteProjectJWKS: (api) => api.deleteJwks("p-1", "x/y"),
  getOrganizationVPCEndpointDetails: (api) => api.getOrgVpcEndpoint("org-1", "r-1", "vpce-1"),
  assignOrganizationVPCEndpoint: (api) => api.assignOrgVpcEndpoint("org-1", "r-1", "vpce-1", "l"),
  deleteOrganizationVPCEndpoint: (api) => api.deleteOrgVpcEndpoint("org-1", "r-1", "vpce-1"),
  listProjectVPCEndpoints: (api) => api.listProjectVpcEndpoints("p-1"),
  assignProjectVPCEndpoint: (api) => api.assignProjectVpcEndpoint("p-1", "vpce-1", "l"),
  deleteProjectVPCEndpoint: (api) => api.deleteProjectVpcEndpoint("p-1", "vpce-1"),
  getConnectionURI: (api) => api.connectionUri("p-1", { databaseName: "a/b", roleName: "my role", pooled: false }),
  getActiveRegions: (api) => api.listRegions(),
  listProjectOperations: (api) => api.listOperations("p-1"),
  getProjectOperation: (api) => api.waitForOperations([given("op-1")]),
};

/** An answer that holds whatever any of the operations is expected to answer. */
const everything = {
  id: "x",
  key: "x",
  length: 0,
  schedule: [],
  project_permissions: [],
  jwks: [],
  vpc_endpoint_id: "vpce-1",
  project: { id: "p-1" },
  projects: [],
  branch: { id: "br-1" },
  branches: [],
  endpoint: { id: "ep-1" },
  endpoints: [],
  role: { name: "r" },
  roles: [],
  database: { name: "d" },
  databases: [],
  regions: [],
  password: "x",
  uri: "postgresql://x",
  operations: [],
  operation: operation("op-1", "finished"),
};

test.each(Object.keys(calls) as OperationId[])("%s goes out as Neon's document says", async (operationId) => {
  const { api, server } = await serverWith([{ status: 200, body: everything }], { orgId: "org-1" });
  await calls[operationId](api);
  const route = routes[operationId];
  const pattern = new RegExp(`^${route.path.replace(/\{\w+\}/g, "[^/]+")}$`);
  expect(server.seen).toHaveLength(1);
  expect(server.seen[0]?.method).toBe(route.method);
  expect(server.seen[0]?.path).toMatch(pattern);
  expect(server.seen[0]?.headers.authorization).toMatch(/^Bearer /);
  expect(server.seen[0]?.headers["user-agent"]).toBe("neon-tenants");
});

test("the organization goes with what needs it, and the request's own wins", async () => {
  const { api, server } = await serverWith([{ status: 200, body: everything }], { orgId: "org-1" });
  await api.createProject({ project: { name: "x" } });
  await api.createProject({ project: { name: "x", org_id: "org-2" } });
  await api.listProjects({ search: "x" });
  await api.listRegions();
  expect(
    server.seen.map((request) => (request.body as { project?: unknown } | undefined)?.project ?? request.query),
  ).toEqual([
    { name: "x", org_id: "org-1" },
    { name: "x", org_id: "org-2" },
    { search: "x", org_id: "org-1", limit: "400" },
    { org_id: "org-1" },
  ]);
});

test("pooled is always said", async () => {
  const { api, server } = await serverWith([{ status: 200, body: everything }]);
  await api.connectionUri("p-1", { databaseName: "d", roleName: "r", pooled: false, branchId: "br-1" });
  expect(server.seen[0]?.query).toEqual({ branch_id: "br-1", database_name: "d", role_name: "r", pooled: "false" });
});

test("projects, branches and operations come page by page, each with the cursor of its own route", async () => {
  const { api, server } = await serverWith((request) => {
    const second = request.query.cursor !== undefined;
    if (request.path.endsWith("/branches")) {
      const annotations = { "br-1": { object: { type: "console/branch", id: "br-1" }, value: { fleet: "f" } } };
      return {
        status: 200,
        body: second
          ? { branches: [{ id: "br-2" }], annotations: {} }
          : { branches: [{ id: "br-1" }], annotations, pagination: { next: "n1" } },
      };
    }
    if (request.path.endsWith("/operations")) {
      const ids = second ? [1_001, 1_002, 1_003] : Array.from({ length: 1_000 }, (_, index) => index);
      return {
        status: 200,
        body: { operations: ids.map((id) => ({ id: `op-${id}` })), pagination: { cursor: "2026" } },
      };
    }
    return {
      status: 200,
      body: second ? { projects: [{ id: "p-2" }] } : { projects: [{ id: "p-1" }], pagination: { cursor: "p-1" } },
    };
  });
  expect(await api.listProjects()).toEqual([{ id: "p-1" }, { id: "p-2" }]);
  expect(await api.listBranches("p-1")).toEqual([
    { branch: { id: "br-1" }, annotations: { fleet: "f" } },
    { branch: { id: "br-2" }, annotations: {} },
  ]);
  expect(await api.listOperations("p-1", 1_002)).toHaveLength(1_002);
  expect(server.seen.map((request) => request.query.cursor)).toEqual([
    undefined,
    "p-1",
    undefined,
    "n1",
    undefined,
    "2026",
  ]);
});

test("a project with few operations costs one request, although Neon gives a cursor with every page", async () => {
  const body = { operations: [{ id: "op-1" }], pagination: { cursor: "2026" } };
  const { api, server } = await serverWith([{ status: 200, body }]);
  expect(await api.listOperations("p-1")).toEqual([{ id: "op-1" }]);
  expect(server.seen).toHaveLength(1);
});

test.each([204, 404])("a DELETE answered with %i has done its work", async (status) => {
  const body = status === 404 ? { code: "", message: "not found" } : undefined;
  const { api } = await serverWith([{ status, body }]);
  await api.deleteProject("p-1");
  expect(await api.deleteBranch("p-1", "br-1")).toEqual([]);
  expect(await api.deleteEndpoint("p-1", "ep-1")).toEqual([]);
  expect(await api.deleteRole("p-1", "br-1", "r")).toEqual([]);
  expect(await api.deleteDatabase("p-1", "br-1", "d")).toEqual([]);
});

test("a DELETE of a project tells what it did from what was not there, also where its first answer was lost", async () => {
  const notFound = { status: 404, body: { code: "", message: "project not found" } };
  const { api } = await serverWith(["reset", notFound, notFound, { status: 503 }, notFound]);
  expect([await api.deleteProject("p-1"), await api.deleteProject("p-1"), await api.deleteProject("p-1")]).toEqual([
    "deleted",
    "absent",
    "absent",
  ]);
});
