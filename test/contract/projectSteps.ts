import type { LocalNeonOptions } from "../../local/startServer";
import type { TestProject } from "../local/api/testApi";
import type { Step } from "./step";

const organization = (id: string) => ({ id, name: id, plan: "scale", projectsLimit: 100 }) as const;
export const twoOrganizations: LocalNeonOptions = {
  organizations: [organization("org-first"), organization("org-second")],
  apiKeys: [
    { key: "local", kind: "personal", orgIds: ["org-first", "org-second"] },
    { key: "other", kind: "personal", orgIds: [], user: { email: "other@example.com" } },
  ],
};

/** A project that names every field. */
export const fullProject = {
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
export const projectSteps = ({ project, branch, endpoints }: TestProject): Step[] => {
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
