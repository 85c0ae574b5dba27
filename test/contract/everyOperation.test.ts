import { neonDocument } from "../../local/api/apiDocument";
import { handlers } from "../../local/api/handlers/handlers";
import { checkedRoutes, matchRoutes } from "../../local/api/routes";
import type { LocalNeonOptions } from "../../local/startServer";
import { startTestApi, type TestApi, type TestProject } from "../local/api/testApi";
import { accountSteps, organizationSteps } from "./accountSteps";
import type { Step } from "./step";

const document = neonDocument();
const routes = checkedRoutes(document, false);

const organization = (id: string) => ({ id, name: id, plan: "scale", projectsLimit: 100 }) as const;
const twoOrganizations: LocalNeonOptions = {
  organizations: [organization("org-first"), organization("org-second")],
  apiKeys: [
    { key: "local", kind: "personal", orgIds: ["org-first", "org-second"] },
    { key: "other", kind: "personal", orgIds: [], user: { email: "other@example.com" } },
  ],
};

let api: TestApi;
beforeAll(async () => (api = await startTestApi(twoOrganizations)));
afterAll(() => api.close());

const fullProject = {
  name: "acme",
  org_id: "org-first",
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

function consumptionSteps({ id, org_id }: TestProject["project"]): Step[] {
  const [from, to] = [Date.now() - 3_600_000, Date.now()].map((ms) => new Date(ms).toISOString());
  const range = `org_id=${org_id}&from=${from}&to=${to}&granularity=hourly&project_ids=${id}`;
  const metrics = "metrics=compute_unit_seconds,public_network_transfer_bytes";
  return [
    ["getConsumptionHistoryPerProject", "GET", `/consumption_history/projects?${range}`, undefined, 200],
    [
      "getConsumptionHistoryPerProjectV2",
      "GET",
      `/consumption_history/v2/projects?${range}&${metrics}`,
      undefined,
      200,
    ],
    ["getConsumptionHistoryPerBranchV2", "GET", `/consumption_history/v2/branches?${range}&${metrics}`, undefined, 200],
  ];
}

/** Everything of a branch's history; `{branch}` is the child that was made. */
function historySteps(p: string, b: string, branchId: string): Step[] {
  const child = `${p}/branches/{branch}`;
  const daily = { schedule: [{ frequency: "daily", hour: 3, retention_seconds: 7200 }] };
  const restore = { source_branch_id: branchId, source_lsn: "0/1", preserve_under_name: "before" };
  const fromSnapshot = { name: "from snapshot", target_branch_id: branchId };
  return [
    ["getProjectBranchSchema", "GET", `${b}/schema?db_name=app&format=json`, undefined, 200],
    ["getProjectBranchSchemaComparison", "GET", `${child}/compare_schema?db_name=app`, undefined, 200],
    ["restoreProjectBranch", "POST", `${child}/restore`, { source_branch_id: branchId }, 200],
    ["restoreProjectBranch", "POST", `${b}/restore`, restore, 200],
    ["setSnapshotSchedule", "PUT", `${b}/backup_schedule`, daily, 200],
    ["getSnapshotSchedule", "GET", `${b}/backup_schedule`, undefined, 200],
    ["createSnapshot", "POST", `${b}/snapshot?name=first&lsn=0%2F1&expires_at=2999-01-01T00:00:00Z`, undefined, 200],
    ["listSnapshots", "GET", `${p}/snapshots`, undefined, 200],
    ["updateSnapshot", "PATCH", `${p}/snapshots/{snapshot}`, { snapshot: { name: "renamed" } }, 200],
    ["restoreSnapshot", "POST", `${p}/snapshots/{snapshot}/restore`, fromSnapshot, 200],
    ["finalizeRestoreBranch", "POST", `${p}/branches/{restored}/finalize_restore`, { name: "replaced" }, 200],
    ["deleteSnapshot", "DELETE", `${p}/snapshots/{snapshot}`, undefined, 202],
    ["setDefaultProjectBranch", "POST", `${p}/branches/{restored}/set_as_default`, undefined, 200],
  ];
}

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
  const jwks = { jwks_url: "https://example.com/jwks.json", provider_name: "Clerk", jwt_audience: "app" };
  const transferBack = { destination_org_id: "org-first", project_ids: [project.id] };
  const uriQuery = "database_name=app&role_name=owner&pooled=true";
  return [
    ["getProject", "GET", p, undefined, 200],
    ["updateProject", "PATCH", p, patch, 200],
    ...consumptionSteps(project),
    ["grantPermissionToProject", "POST", `${p}/permissions`, { email: "guest@example.com" }, 200],
    ["listProjectPermissions", "GET", `${p}/permissions`, undefined, 200],
    ["revokePermissionFromProject", "DELETE", `${p}/permissions/{permission}`, undefined, 200],
    ["assignProjectVPCEndpoint", "POST", `${p}/vpc_endpoints/vpce-1`, { label: "one" }, 200],
    ["listProjectVPCEndpoints", "GET", `${p}/vpc_endpoints`, undefined, 200],
    ["deleteProjectVPCEndpoint", "DELETE", `${p}/vpc_endpoints/vpce-1`, undefined, 200],
    ["addProjectJWKS", "POST", `${p}/jwks`, jwks, 201],
    ["getProjectJWKS", "GET", `${p}/jwks`, undefined, 200],
    ["deleteProjectJWKS", "DELETE", `${p}/jwks/{jwks}`, undefined, 200],
    ["getAvailablePreloadLibraries", "GET", `${p}/available_preload_libraries`, undefined, 200],
    ["getProjectAdvisorSecurityIssues", "GET", `${p}/advisors?category=SECURITY&min_severity=WARN`, undefined, 200],
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
    ...historySteps(p, b, branch.id),
    ["deleteProjectBranch", "DELETE", child, undefined, 200],
    ["deleteProjectBranch", "DELETE", child, undefined, 204],
    ["recoverProjectBranch", "POST", `${child}/recover`, undefined, 404],
    ["createProjectTransferRequest", "POST", `${p}/transfer_requests`, { ttl_seconds: 60 }, 201],
    ["acceptProjectTransferRequest", "PUT", `${p}/transfer_requests/{request}`, { org_id: "org-second" }, 204],
    ["transferProjectsFromOrgToOrg", "POST", "/organizations/org-second/projects/transfer", transferBack, 200],
    ["deleteProject", "DELETE", p, undefined, 200],
    ["listProjects", "GET", "/projects?recoverable=true&org_id=org-first", undefined, 200],
    ["recoverProject", "POST", `${p}/recover`, undefined, 200],
  ];
};

/** Ids of keys, members, permissions, JWKS and transfer requests. */
function noteAccess(made: Record<string, string>, operationId: string, answer: unknown): void {
  const { id, jwks, members } = (answer ?? {}) as {
    id?: string | number;
    jwks?: { id?: string };
    members?: { member: { id: string } }[];
  };
  if (operationId === "createApiKey" || operationId === "createOrgApiKey") made["key"] = String(id);
  if (operationId === "getOrganizationMembers") made["member"] = members?.[0]?.member.id ?? "";
  if (operationId === "grantPermissionToProject") made["permission"] = String(id);
  if (operationId === "createProjectTransferRequest") made["request"] = String(id);
  if (operationId === "addProjectJWKS") made["jwks"] = jwks?.id ?? "";
}

/** After these there is no project whose operations could be waited for. */
const withoutProject = ["deleteProject", "listProjects"];

/** Makes the call of a step in closed mode: an answer outside of the document is a 500. */
async function run(made: Record<string, string>, [operationId, method, template, body, status]: Step): Promise<void> {
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => made[name] ?? "missing");
  const segments = (path.split("?")[0] ?? "").slice(1).split("/");
  const route = matchRoutes(routes, segments).find((candidate) => candidate.method === method);
  expect(route?.operationId).toBe(operationId);
  const answer = await api.expect<Record<string, unknown> | undefined>(status, method, path, body);
  type Made = Record<string, { id: string } & { id: string }[]>;
  const { branch, endpoint, operations, snapshot } = (answer ?? {}) as Made;
  noteAccess(made, operationId, answer);
  if (operationId === "createProjectBranch") made["branch"] = branch?.id ?? "";
  if (operationId === "createSnapshot") made["snapshot"] = snapshot?.id ?? "";
  if (operationId === "restoreSnapshot") made["restored"] = branch?.id ?? "";
  if (operationId === "createProjectEndpoint") made["endpoint"] = endpoint?.id ?? "";
  if (operations?.[0]) made["operation"] = operations[0].id;
}

it("answers a valid call of every built operation within Neon's document", async () => {
  const done = new Set(["createProject"]);
  const created = await api.project(fullProject);
  const made: Record<string, string> = {};
  for (const step of [...accountSteps(api.neon.orgId), ...organizationSteps(api.neon.orgId)]) {
    await run(made, step);
    done.add(step[0]);
  }
  for (const step of projectSteps(created)) {
    await run(made, step);
    done.add(step[0]);
    if (!withoutProject.includes(step[0])) await api.settle(created.project.id);
  }
  expect([...done].sort()).toEqual(Object.keys(handlers).sort());
});

it("answers 501 with the operation id for every operation that is not built", async () => {
  const unbuilt = routes.filter(({ operationId }) => !(operationId in handlers));
  expect(unbuilt.length).toBeGreaterThan(50);
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
  expect(answered).toBeGreaterThan(30);
});

it("builds every operation of the groups that it promises, masking excepted", () => {
  const promised = new Set([
    "Project",
    "Branch",
    "Endpoint",
    "Snapshot",
    "Operation",
    "Region",
    "API Key",
    "Consumption",
    "Users",
    "Organizations",
  ]);
  const isPromised = ({ template, method }: (typeof routes)[number]) => {
    const item = (document["paths"] as Record<string, Record<string, { tags: string[] }>>)[template];
    return item?.[method.toLowerCase()]?.tags.some((tag) => promised.has(tag)) ?? false;
  };
  const missing = routes.filter((route) => isPromised(route) && !(route.operationId in handlers));
  expect(missing.map(({ operationId }) => operationId).sort()).toEqual([
    "createProjectBranchAnonymized",
    "getAnonymizedBranchStatus",
    "getMaskingRules",
    "startAnonymization",
    "updateMaskingRules",
  ]);
});
