import { neonDocument } from "../../local/api/apiDocument";
import { handlers } from "../../local/api/handlers/handlers";
import { checkedRoutes, matchRoutes } from "../../local/api/routes";
import { startTestApi, type TestApi, type TestProject } from "../local/api/testApi";

const document = neonDocument();
const routes = checkedRoutes(document, false);

/** A valid call: operation id, method, path, body, and the status that it answers with. */
type Step = [operationId: string, method: string, path: string, body: unknown, status: number];

let api: TestApi;
beforeAll(async () => (api = await startTestApi()));
afterAll(() => api.close());

const accountSteps = (orgId: string): Step[] => [
  ["getAuthDetails", "GET", "/auth", undefined, 200],
  ["getCurrentUserInfo", "GET", "/users/me", undefined, 200],
  ["getCurrentUserOrganizations", "GET", "/users/me/organizations", undefined, 200],
  ["getOrganization", "GET", `/organizations/${orgId}`, undefined, 200],
  ["listApiKeys", "GET", "/api_keys", undefined, 200],
  ["listOrgApiKeys", "GET", `/organizations/${orgId}/api_keys`, undefined, 200],
  ["getActiveRegions", "GET", "/regions", undefined, 200],
  ["listSharedProjects", "GET", "/projects/shared?limit=5", undefined, 200],
  ["listProjects", "GET", `/projects?limit=400&search=a&org_id=${orgId}&timeout=1000`, undefined, 200],
];

const fullProject = {
  name: "acme",
  region_id: "aws-eu-central-1",
  pg_version: 18,
  branch: { name: "production", role_name: "owner", database_name: "app", annotations: { fleet: "f1" } },
  default_endpoint_settings: {
    autoscaling_limit_min_cu: 0.5,
    autoscaling_limit_max_cu: 2,
    suspend_timeout_seconds: 60,
  },
  settings: { quota: { active_time_seconds: 3600 }, allowed_ips: { ips: ["10.0.0.0/8"] } },
  history_retention_seconds: 3600,
};

/** What a project goes through; ids of what the steps make are filled in by `run`. */
const projectSteps = ({ project, branch, endpoints }: TestProject): Step[] => {
  const p = `/projects/${project.id}`;
  const b = `${p}/branches/${branch.id}`;
  const e = `${p}/endpoints/${endpoints[0]?.id}`;
  const child = `${p}/branches/{branch}`;
  const patch = {
    project: {
      name: "acme 2",
      history_retention_seconds: 7200,
      settings: { enable_logical_replication: true, quota: { logical_size_bytes: 1 } },
      default_endpoint_settings: { autoscaling_limit_max_cu: 4 },
    },
  };
  const replica = { endpoint: { branch_id: branch.id, type: "read_only", settings: { pg_settings: {} }, name: "r" } };
  const newBranch = { branch: { name: "dev" }, endpoints: [{ type: "read_write" }], annotation_value: { a: "b" } };
  const uriQuery = "database_name=app&role_name=owner&pooled=true";
  return [
    ["getProject", "GET", p, undefined, 200],
    ["updateProject", "PATCH", p, patch, 200],
    ["listProjectPermissions", "GET", `${p}/permissions`, undefined, 200],
    ["listProjectOperations", "GET", `${p}/operations?limit=2`, undefined, 200],
    ["getProjectOperation", "GET", `${p}/operations/{operation}`, undefined, 200],
    ["getConnectionURI", "GET", `${p}/connection_uri?${uriQuery}`, undefined, 200],
    ["createProjectBranch", "POST", `${p}/branches`, newBranch, 201],
    ["listProjectBranches", "GET", `${p}/branches?limit=1&sort_by=name&sort_order=asc&search=d`, undefined, 200],
    ["countProjectBranches", "GET", `${p}/branches/count?search=dev`, undefined, 200],
    ["getProjectBranch", "GET", child, undefined, 200],
    ["updateProjectBranch", "PATCH", child, { branch: { name: "dev 2", protected: true } }, 200],
    ["updateProjectBranch", "PATCH", child, { branch: { protected: false, expires_at: null } }, 200],
    ["createProjectEndpoint", "POST", `${p}/endpoints`, replica, 201],
    ["listProjectEndpoints", "GET", `${p}/endpoints`, undefined, 200],
    ["listProjectBranchEndpoints", "GET", `${b}/endpoints`, undefined, 200],
    ["getProjectEndpoint", "GET", e, undefined, 200],
    ["updateProjectEndpoint", "PATCH", e, { endpoint: { autoscaling_limit_max_cu: 4, name: "main" } }, 200],
    ["startProjectEndpoint", "POST", `${e}/start`, undefined, 200],
    ["restartProjectEndpoint", "POST", `${e}/restart`, undefined, 200],
    ["suspendProjectEndpoint", "POST", `${e}/suspend`, undefined, 200],
    ["deleteProjectEndpoint", "DELETE", `${p}/endpoints/{endpoint}`, undefined, 200],
    ["deleteProjectEndpoint", "DELETE", `${p}/endpoints/ep-not-there-00000000`, undefined, 204],
    ["createProjectBranchRole", "POST", `${b}/roles`, { role: { name: "reader" } }, 201],
    ["createProjectBranchRole", "POST", `${b}/roles`, { role: { name: "group", no_login: true } }, 201],
    ["listProjectBranchRoles", "GET", `${b}/roles`, undefined, 200],
    ["getProjectBranchRole", "GET", `${b}/roles/reader`, undefined, 200],
    ["getProjectBranchRolePassword", "GET", `${b}/roles/reader/reveal_password`, undefined, 200],
    ["resetProjectBranchRolePassword", "POST", `${b}/roles/reader/reset_password`, undefined, 200],
    ["createProjectBranchDatabase", "POST", `${b}/databases`, { database: { name: "x", owner_name: "reader" } }, 201],
    ["listProjectBranchDatabases", "GET", `${b}/databases`, undefined, 200],
    ["getProjectBranchDatabase", "GET", `${b}/databases/x`, undefined, 200],
    ["updateProjectBranchDatabase", "PATCH", `${b}/databases/x`, { database: { name: "y", owner_name: "owner" } }, 200],
    ["deleteProjectBranchDatabase", "DELETE", `${b}/databases/y`, undefined, 200],
    ["deleteProjectBranchDatabase", "DELETE", `${b}/databases/y`, undefined, 204],
    ["deleteProjectBranchRole", "DELETE", `${b}/roles/reader`, undefined, 200],
    ["deleteProjectBranchRole", "DELETE", `${b}/roles/reader`, undefined, 204],
    ["setDefaultProjectBranch", "POST", `${b}/set_as_default`, undefined, 200],
    ["deleteProjectBranch", "DELETE", child, undefined, 200],
    ["deleteProjectBranch", "DELETE", child, undefined, 204],
    ["deleteProject", "DELETE", p, undefined, 200],
  ];
};

/** Makes the call of a step in closed mode: an answer outside of the document is a 500. */
async function run(made: Record<string, string>, [operationId, method, template, body, status]: Step): Promise<void> {
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => made[name] ?? "missing");
  const segments = (path.split("?")[0] ?? "").slice(1).split("/");
  const route = matchRoutes(routes, segments).find((candidate) => candidate.method === method);
  expect(route?.operationId).toBe(operationId);
  const answer = await api.expect<Record<string, unknown> | undefined>(status, method, path, body);
  const { branch, endpoint, operations } = (answer ?? {}) as Record<string, { id: string } & { id: string }[]>;
  if (operationId === "createProjectBranch") made["branch"] = branch?.id ?? "";
  if (operationId === "createProjectEndpoint") made["endpoint"] = endpoint?.id ?? "";
  if (operations?.[0]) made["operation"] = operations[0].id;
}

it("answers a valid call of every built operation within Neon's document", async () => {
  const done = new Set(["createProject"]);
  const created = await api.project(fullProject);
  for (const step of accountSteps(api.neon.orgId)) {
    await run({}, step);
    done.add(step[0]);
  }
  const made: Record<string, string> = {};
  for (const step of projectSteps(created)) {
    await run(made, step);
    done.add(step[0]);
    if (step[0] !== "deleteProject") await api.settle(created.project.id);
  }
  expect([...done].sort()).toEqual(Object.keys(handlers).sort());
});

it("answers 501 with the operation id for every operation that is not built", async () => {
  const unbuilt = routes.filter(({ operationId }) => !(operationId in handlers));
  expect(unbuilt.length).toBeGreaterThan(100);
  const bare = unbuilt.filter((route) => !route.bodyRequired);
  let answered = 0;
  for (const route of bare) {
    const path = route.template.replace("{operation_id}", "00000000-0000-4000-8000-000000000000");
    const answer = await api.request("GET" === route.method ? "GET" : route.method, path.replace(/\{\w+\}/g, "1"));
    // Some need a query or more in the path; those are refused before.
    expect([400, 501]).toContain(answer.status);
    if (answer.status !== 501) continue;
    answered += 1;
    expect(answer.body.message).toContain(route.operationId);
  }
  expect(answered).toBeGreaterThan(60);
});
