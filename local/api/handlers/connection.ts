import { notFound } from "../apiError";
import { type Handler, type Handlers, ok, queryOf } from "../call";
import type { ApiContext } from "../context";
import { branchesOf, branchOf, databaseOf, endpointOf, endpointsOf, findProject, roleOf } from "../find";
import type { BranchDocument, EndpointDocument, ProjectDocument } from "../../store/documents";
import { connectionUri } from "../views/connectionUri";
import { roleWithPassword } from "./roles";

/** Default: the direct URI of the read-write compute of the default branch. */
const getConnectionURI: Handler = (call, context) => {
  const project = findProject(call, context);
  const { branch, endpoint } = target(context, project, {
    branchId: queryOf<string>(call, "branch_id"),
    endpointId: queryOf<string>(call, "endpoint_id"),
  });
  const role = roleOf(context, branch, queryOf<string>(call, "role_name") ?? "");
  const database = databaseOf(context, branch, queryOf<string>(call, "database_name") ?? "");
  const isPooled = queryOf<boolean>(call, "pooled") ?? false;
  const withPassword = roleWithPassword(context, project, role);
  return ok({ uri: connectionUri(endpoint, withPassword, database.name, context, isPooled) });
};

function target(
  context: ApiContext,
  project: ProjectDocument,
  { branchId, endpointId }: { branchId?: string; endpointId?: string },
): { branch: BranchDocument; endpoint: EndpointDocument } {
  const named = endpointId ? endpointOf(context, project, endpointId) : undefined;
  const wanted = branchId ?? named?.branch_id ?? branchesOf(context, project.id).find((branch) => branch.default)?.id;
  const branch = branchOf(context, project, wanted ?? "");
  const endpoint = named ?? endpointsOf(context, branch).find(({ type }) => type === "read_write");
  if (!endpoint || endpoint.branch_id !== branch.id) {
    throw notFound("endpoint not found for branch", { branch_id: branch.id });
  }
  return { branch, endpoint };
}

export const connectionHandlers: Handlers = { getConnectionURI };
