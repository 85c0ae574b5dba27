export type HttpMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface Route {
  method: HttpMethod;
  path: string;
}

/**
 * Every operation of Neon's document that this package calls, with its method and path. The method decides what may be repeated;
 * a test compares the table with the document and with the requests that the client really makes.
 */
export const routes = {
  createProject: { method: "POST", path: "/projects" },
  getProject: { method: "GET", path: "/projects/{project_id}" },
  listProjects: { method: "GET", path: "/projects" },
  updateProject: { method: "PATCH", path: "/projects/{project_id}" },
  deleteProject: { method: "DELETE", path: "/projects/{project_id}" },

  createProjectBranch: { method: "POST", path: "/projects/{project_id}/branches" },
  getProjectBranch: { method: "GET", path: "/projects/{project_id}/branches/{branch_id}" },
  listProjectBranches: { method: "GET", path: "/projects/{project_id}/branches" },
  updateProjectBranch: { method: "PATCH", path: "/projects/{project_id}/branches/{branch_id}" },
  deleteProjectBranch: { method: "DELETE", path: "/projects/{project_id}/branches/{branch_id}" },

  createProjectEndpoint: { method: "POST", path: "/projects/{project_id}/endpoints" },
  getProjectEndpoint: { method: "GET", path: "/projects/{project_id}/endpoints/{endpoint_id}" },
  listProjectEndpoints: { method: "GET", path: "/projects/{project_id}/endpoints" },
  updateProjectEndpoint: { method: "PATCH", path: "/projects/{project_id}/endpoints/{endpoint_id}" },
  deleteProjectEndpoint: { method: "DELETE", path: "/projects/{project_id}/endpoints/{endpoint_id}" },

  createProjectBranchRole: { method: "POST", path: "/projects/{project_id}/branches/{branch_id}/roles" },
  getProjectBranchRole: { method: "GET", path: "/projects/{project_id}/branches/{branch_id}/roles/{role_name}" },
  listProjectBranchRoles: { method: "GET", path: "/projects/{project_id}/branches/{branch_id}/roles" },
  deleteProjectBranchRole: { method: "DELETE", path: "/projects/{project_id}/branches/{branch_id}/roles/{role_name}" },
  getProjectBranchRolePassword: {
    method: "GET",
    path: "/projects/{project_id}/branches/{branch_id}/roles/{role_name}/reveal_password",
  },
  resetProjectBranchRolePassword: {
    method: "POST",
    path: "/projects/{project_id}/branches/{branch_id}/roles/{role_name}/reset_password",
  },

  createProjectBranchDatabase: { method: "POST", path: "/projects/{project_id}/branches/{branch_id}/databases" },
  getProjectBranchDatabase: {
    method: "GET",
    path: "/projects/{project_id}/branches/{branch_id}/databases/{database_name}",
  },
  listProjectBranchDatabases: { method: "GET", path: "/projects/{project_id}/branches/{branch_id}/databases" },
  updateProjectBranchDatabase: {
    method: "PATCH",
    path: "/projects/{project_id}/branches/{branch_id}/databases/{database_name}",
  },
  deleteProjectBranchDatabase: {
    method: "DELETE",
    path: "/projects/{project_id}/branches/{branch_id}/databases/{database_name}",
  },

  getSnapshotSchedule: { method: "GET", path: "/projects/{project_id}/branches/{branch_id}/backup_schedule" },
  setSnapshotSchedule: { method: "PUT", path: "/projects/{project_id}/branches/{branch_id}/backup_schedule" },

  listProjectPermissions: { method: "GET", path: "/projects/{project_id}/permissions" },
  grantPermissionToProject: { method: "POST", path: "/projects/{project_id}/permissions" },
  revokePermissionFromProject: { method: "DELETE", path: "/projects/{project_id}/permissions/{permission_id}" },

  listOrgApiKeys: { method: "GET", path: "/organizations/{org_id}/api_keys" },
  createOrgApiKey: { method: "POST", path: "/organizations/{org_id}/api_keys" },
  revokeOrgApiKey: { method: "DELETE", path: "/organizations/{org_id}/api_keys/{key_id}" },

  getProjectJWKS: { method: "GET", path: "/projects/{project_id}/jwks" },
  addProjectJWKS: { method: "POST", path: "/projects/{project_id}/jwks" },
  deleteProjectJWKS: { method: "DELETE", path: "/projects/{project_id}/jwks/{jwks_id}" },

  getOrganizationVPCEndpointDetails: {
    method: "GET",
    path: "/organizations/{org_id}/vpc/region/{region_id}/vpc_endpoints/{vpc_endpoint_id}",
  },
  assignOrganizationVPCEndpoint: {
    method: "POST",
    path: "/organizations/{org_id}/vpc/region/{region_id}/vpc_endpoints/{vpc_endpoint_id}",
  },
  deleteOrganizationVPCEndpoint: {
    method: "DELETE",
    path: "/organizations/{org_id}/vpc/region/{region_id}/vpc_endpoints/{vpc_endpoint_id}",
  },
  listProjectVPCEndpoints: { method: "GET", path: "/projects/{project_id}/vpc_endpoints" },
  assignProjectVPCEndpoint: { method: "POST", path: "/projects/{project_id}/vpc_endpoints/{vpc_endpoint_id}" },
  deleteProjectVPCEndpoint: { method: "DELETE", path: "/projects/{project_id}/vpc_endpoints/{vpc_endpoint_id}" },

  getConnectionURI: { method: "GET", path: "/projects/{project_id}/connection_uri" },
  getActiveRegions: { method: "GET", path: "/regions" },
  listProjectOperations: { method: "GET", path: "/projects/{project_id}/operations" },
  getProjectOperation: { method: "GET", path: "/projects/{project_id}/operations/{operation_id}" },
} as const satisfies Record<string, Route>;

/** An operation id of Neon's document. */
export type OperationId = keyof typeof routes;
