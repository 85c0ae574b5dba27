import { type Branch, type Endpoint, EndpointType, type Project } from "@neondatabase/api-client";
import { NeonError } from "../../api/errors";
import type { AnnotatedBranch, CreatedProject, NeonApi } from "../../api/neonApi";
import type { Values } from "../../fields";
import { defined } from "../defined";
import { pooledHostOf, uriWithHost } from "../connection";

/** The outputs that a project's own answer carries. */
export function outputsOfProject(project: Project): Values {
  return defined({
    projectId: project.id,
    name: project.name,
    regionId: project.region_id,
    pgVersion: project.pg_version,
    orgId: project.org_id,
    createdAt: project.created_at,
  });
}

/** Everything that the one POST told, the password included: it is not told again without another call. */
export function outputsOfCreated(created: CreatedProject): Values {
  const { connection_uris: uris, branch } = created;
  const endpoint = created.endpoints.find((candidate) => candidate.type === EndpointType.ReadWrite);
  const uri = uris[0];
  const parameters = uri?.connection_parameters;
  const host = parameters?.host ?? endpoint?.host;
  const pooledHost = parameters?.pooler_host || (host && pooledHostOf(host));
  const database = parameters?.database ?? created.databases[0]?.name;
  const role =
    parameters?.role ??
    created.databases.find((candidate) => candidate.name === database)?.owner_name ??
    created.roles.find((candidate) => !candidate.protected)?.name;
  return defined({
    ...outputsOfProject(created.project),
    branchId: branch.id,
    branchName: branch.name,
    endpointId: endpoint?.id,
    host,
    pooledHost,
    databaseName: database,
    roleName: role,
    rolePassword: parameters?.password || created.roles.find((candidate) => candidate.name === role)?.password,
    directUri: uri?.connection_uri,
    pooledUri: uri && pooledHost && uriWithHost(uri.connection_uri, pooledHost),
  });
}

/** Which of several roles and databases is meant, where the state does not know. */
export interface Wanted {
  readonly databaseName?: unknown;
  readonly roleName?: unknown;
  /** Consent to a new password for the role, where the project does not store them. */
  readonly resetPassword?: boolean;
}

/**
 * Asks for everything that the outputs of a project hold: for one that was found, not made. One call each for branch, endpoints,
 * databases, password and URI; none of them wakes a compute.
 */
export async function lookUpOutputs(
  api: NeonApi,
  project: Project,
  branch: Branch,
  wanted: Wanted = {},
): Promise<Values> {
  const endpoint = await primaryEndpoint(api, project.id, branch.id);
  const databases = await api.listDatabases(project.id, branch.id);
  const database = databases.find((candidate) => candidate.name === wanted.databaseName) ?? databases[0];
  const role = typeof wanted.roleName === "string" ? wanted.roleName : database?.owner_name;
  return defined({
    ...outputsOfProject(project),
    branchId: branch.id,
    branchName: branch.name,
    endpointId: endpoint?.id,
    host: endpoint?.host,
    pooledHost: endpoint && pooledHostOf(endpoint.host),
    databaseName: database?.name,
    roleName: role,
    ...(endpoint && database && role
      ? await lookUpAccess(api, project, { endpoint, database: database.name, role }, wanted.resetPassword ?? false)
      : {}),
  });
}

interface Access {
  readonly endpoint: Endpoint;
  readonly database: string;
  readonly role: string;
}

async function lookUpAccess(
  api: NeonApi,
  project: Project,
  { endpoint, database, role }: Access,
  resetPassword: boolean,
): Promise<Values> {
  const { branch_id: branchId } = endpoint;
  if (!project.store_passwords) {
    if (!resetPassword) throw passwordUnknown(project, role);
    return newAccess(api, { endpoint, database, role });
  }
  const rolePassword = await api.revealRolePassword(project.id, branchId, role);
  const directUri = await api.connectionUri(project.id, {
    branchId,
    databaseName: database,
    roleName: role,
    pooled: false,
  });
  // Made like that of a new project, so that both have the same.
  return { rolePassword, directUri, pooledUri: uriWithHost(directUri, pooledHostOf(endpoint.host)) };
}

/** Neon tells a password that it does not store once, when it is set; the URIs hold it, so they are put together here. */
async function newAccess(api: NeonApi, { endpoint, database, role }: Access): Promise<Values> {
  const { project_id: projectId, branch_id: branchId, host } = endpoint;
  const reset = await api.resetRolePassword(projectId, branchId, role);
  await api.waitForOperations(reset.operations);
  const password = reset.role.password;
  if (password === undefined) return {};
  const user = `${encodeURIComponent(role)}:${encodeURIComponent(password)}`;
  const directUri = `postgresql://${user}@${host}/${encodeURIComponent(database)}?sslmode=require`;
  return { rolePassword: password, directUri, pooledUri: uriWithHost(directUri, pooledHostOf(host)) };
}

function passwordUnknown(project: Project, role: string): NeonError {
  return new NeonError(
    "NEON_REFUSED",
    `project ${project.id} does not store passwords, so that of its role ${role} cannot be read`,
    {
      hint: "Consent to a new one with adopt: { resetPassword: true }: programs that use the old one then need the new URI.",
      operation: "getProjectBranchRolePassword",
    },
  );
}

/** The compute that writes to the branch; undefined where it was deleted. */
export async function primaryEndpoint(
  api: NeonApi,
  projectId: string,
  branchId: string,
): Promise<Endpoint | undefined> {
  const endpoints = await api.listEndpoints(projectId);
  return endpoints.find((candidate) => candidate.branch_id === branchId && candidate.type === EndpointType.ReadWrite);
}

/** The default branch, whatever it is called and whichever id it has now. */
export async function defaultBranch(api: NeonApi, projectId: string): Promise<Branch> {
  return defaultOf(projectId, await api.listBranches(projectId));
}

/** The default one of a project's branches. */
export function defaultOf(projectId: string, annotated: readonly AnnotatedBranch[]): Branch {
  const branches = annotated.map((entry) => entry.branch);
  const found = branches.find((branch) => branch.default) ?? branches.find((branch) => !branch.parent_id);
  if (found) return found;
  throw new NeonError("NEON_UNEXPECTED_RESPONSE", `project ${projectId} has no default branch`, {
    operation: "listProjectBranches",
  });
}

/** The outputs with another compute: host and URIs follow it, role and password stay. */
export function withEndpoint(outputs: Values, endpoint: Pick<Endpoint, "id" | "host">): Values {
  if (outputs.endpointId === endpoint.id && outputs.host === endpoint.host) return outputs;
  const pooledHost = pooledHostOf(endpoint.host);
  const moved = (uri: unknown, host: string): unknown => (typeof uri === "string" ? uriWithHost(uri, host) : uri);
  return defined({
    ...outputs,
    endpointId: endpoint.id,
    host: endpoint.host,
    pooledHost,
    directUri: moved(outputs.directUri, endpoint.host),
    pooledUri: moved(outputs.pooledUri, pooledHost),
  });
}
