import type {
  AddProjectJWKSRequest,
  BackupScheduleItem,
  Branch,
  BranchCreateRequest,
  BranchUpdateRequest,
  ConnectionDetails,
  Database,
  DatabaseCreateRequest,
  DatabaseUpdateRequest,
  Endpoint,
  EndpointCreateRequest,
  EndpointUpdateRequest,
  JWKS,
  Operation,
  OrgApiKeyCreateResponse,
  OrgApiKeysListResponseItem,
  Project,
  ProjectCreateRequest,
  ProjectListItem,
  ProjectPermission,
  ProjectUpdateRequest,
  RegionResponse,
  Role,
  VPCEndpoint,
  VPCEndpointDetails,
} from "@neondatabase/api-client";

/** What one `POST /projects` answers (`createProject`). Role passwords and URIs in it are secret. */
export interface CreatedProject {
  project: Project;
  branch: Branch;
  endpoints: Endpoint[];
  roles: Role[];
  databases: Database[];
  operations: Operation[];
  connection_uris: ConnectionDetails[];
}

/** What `POST /projects/{id}/branches` answers (`createProjectBranch`). */
export interface CreatedBranch {
  branch: Branch;
  endpoints: Endpoint[];
  operations: Operation[];
  roles: Role[];
  databases: Database[];
}

/** A branch with the annotations it was created with (`listProjectBranches`). */
export interface AnnotatedBranch {
  branch: Branch;
  annotations: Record<string, string>;
}

export interface WaitOptions {
  /** How long to wait, in milliseconds. Default 600,000. */
  timeoutMs?: number;
}

/**
 * The Neon API as the lifecycle functions use it, and nothing more: retries, rate limit, pages and error codes are behind it.
 *
 * Every method throws {@link NeonError}. 423 (busy), 429 and 503 are retried inside, as are GET, PATCH and DELETE after a lost
 * connection; a POST whose answer was lost throws with `unanswered: true` and is not repeated. DELETE resolves on 200, 204 and 404.
 * Mutations of one project are serialized inside this object; different projects run side by side.
 */
export interface NeonApi {
  /** Sent as `org_id` where Neon wants one; undefined with an organization key. */
  readonly orgId: string | undefined;

  createProject(request: ProjectCreateRequest): Promise<CreatedProject>;
  getProject(projectId: string): Promise<Project>;
  /** Every page of `listProjects`; `search` is Neon's substring match on name and id, so callers compare exactly. */
  listProjects(query?: { search?: string; recoverable?: boolean }): Promise<ProjectListItem[]>;
  updateProject(
    projectId: string,
    request: ProjectUpdateRequest,
  ): Promise<{ project: Project; operations: Operation[] }>;
  /** `absent` where there was no such project, and no attempt of this call can have deleted it. */
  deleteProject(projectId: string): Promise<"deleted" | "absent">;

  createBranch(
    projectId: string,
    request: BranchCreateRequest & { annotation_value?: Record<string, string> },
  ): Promise<CreatedBranch>;
  getBranch(projectId: string, branchId: string): Promise<AnnotatedBranch>;
  listBranches(projectId: string, query?: { search?: string }): Promise<AnnotatedBranch[]>;
  updateBranch(
    projectId: string,
    branchId: string,
    request: BranchUpdateRequest,
  ): Promise<{ branch: Branch; operations: Operation[] }>;
  deleteBranch(projectId: string, branchId: string): Promise<Operation[]>;

  createEndpoint(
    projectId: string,
    request: EndpointCreateRequest,
  ): Promise<{ endpoint: Endpoint; operations: Operation[] }>;
  getEndpoint(projectId: string, endpointId: string): Promise<Endpoint>;
  listEndpoints(projectId: string): Promise<Endpoint[]>;
  updateEndpoint(
    projectId: string,
    endpointId: string,
    request: EndpointUpdateRequest,
  ): Promise<{ endpoint: Endpoint; operations: Operation[] }>;
  deleteEndpoint(projectId: string, endpointId: string): Promise<Operation[]>;

  createRole(
    projectId: string,
    branchId: string,
    role: { name: string; no_login?: boolean },
  ): Promise<{ role: Role; operations: Operation[] }>;
  getRole(projectId: string, branchId: string, name: string): Promise<Role>;
  listRoles(projectId: string, branchId: string): Promise<Role[]>;
  deleteRole(projectId: string, branchId: string, name: string): Promise<Operation[]>;
  /** `getProjectBranchRolePassword`: 412 (`NEON_REFUSED`) where the project does not store passwords. */
  revealRolePassword(projectId: string, branchId: string, name: string): Promise<string>;
  resetRolePassword(
    projectId: string,
    branchId: string,
    name: string,
  ): Promise<{ role: Role; operations: Operation[] }>;

  createDatabase(
    projectId: string,
    branchId: string,
    request: DatabaseCreateRequest["database"],
  ): Promise<{ database: Database; operations: Operation[] }>;
  getDatabase(projectId: string, branchId: string, name: string): Promise<Database>;
  listDatabases(projectId: string, branchId: string): Promise<Database[]>;
  updateDatabase(
    projectId: string,
    branchId: string,
    name: string,
    request: DatabaseUpdateRequest["database"],
  ): Promise<{ database: Database; operations: Operation[] }>;
  deleteDatabase(projectId: string, branchId: string, name: string): Promise<Operation[]>;

  /** `getSnapshotSchedule`: empty where there is none. */
  getSnapshotSchedule(projectId: string, branchId: string): Promise<BackupScheduleItem[]>;
  /** `setSnapshotSchedule` replaces the whole schedule; an empty one ends it. */
  setSnapshotSchedule(projectId: string, branchId: string, schedule: BackupScheduleItem[]): Promise<void>;

  listProjectPermissions(projectId: string): Promise<ProjectPermission[]>;
  grantProjectPermission(projectId: string, email: string): Promise<ProjectPermission>;
  revokeProjectPermission(projectId: string, permissionId: string): Promise<void>;

  /** `listOrgApiKeys`: all of an organization, without their secrets. */
  listOrgApiKeys(orgId: string): Promise<OrgApiKeysListResponseItem[]>;
  /** `createOrgApiKey`: the only answer that holds the key. Needs the personal key of an admin. */
  createOrgApiKey(orgId: string, request: { key_name: string; project_id?: string }): Promise<OrgApiKeyCreateResponse>;
  revokeOrgApiKey(orgId: string, keyId: number): Promise<void>;

  listJwks(projectId: string): Promise<JWKS[]>;
  addJwks(projectId: string, request: AddProjectJWKSRequest): Promise<{ jwks: JWKS; operations: Operation[] }>;
  deleteJwks(projectId: string, jwksId: string): Promise<void>;

  /** `getOrganizationVPCEndpointDetails`. */
  getOrgVpcEndpoint(orgId: string, regionId: string, vpcEndpointId: string): Promise<VPCEndpointDetails>;
  /** `assignOrganizationVPCEndpoint`: also what changes the label. */
  assignOrgVpcEndpoint(orgId: string, regionId: string, vpcEndpointId: string, label: string): Promise<void>;
  /** `deleteOrganizationVPCEndpoint`: one that was taken away can never be assigned again. */
  deleteOrgVpcEndpoint(orgId: string, regionId: string, vpcEndpointId: string): Promise<void>;
  listProjectVpcEndpoints(projectId: string): Promise<VPCEndpoint[]>;
  /** `assignProjectVPCEndpoint`: also what changes the label. */
  assignProjectVpcEndpoint(projectId: string, vpcEndpointId: string, label: string): Promise<void>;
  deleteProjectVpcEndpoint(projectId: string, vpcEndpointId: string): Promise<void>;

  /** `getConnectionURI`; `pooled` is always sent because its default is contested. The URI holds the password. */
  connectionUri(
    projectId: string,
    query: { branchId?: string; endpointId?: string; databaseName: string; roleName: string; pooled: boolean },
  ): Promise<string>;
  listRegions(): Promise<RegionResponse[]>;

  /** Newest first (`listProjectOperations`), the most recent `limit` (default 100). */
  listOperations(projectId: string, limit?: number): Promise<Operation[]>;
  /**
   * Waits until every operation has ended. Ended well: `finished`, `skipped`, `cancelled`; otherwise throws
   * `NEON_OPERATION_FAILED` naming the action and Neon's error, or `NEON_OPERATION_TIMEOUT`.
   */
  waitForOperations(operations: readonly Operation[], options?: WaitOptions): Promise<void>;
}
