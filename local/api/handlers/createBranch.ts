import type { AnnotationCreateValueRequest, BranchCreateRequest } from "@neondatabase/api-client";
import type { BranchDocument, DatabaseDocument, Plain, ProjectDocument, RoleDocument } from "../../store/documents";
import { badRequest, conflict, notBuilt, unprocessable } from "../apiError";
import { bodyOf, created, type Handler } from "../call";
import { type ApiContext, nowText } from "../context";
import { branchesOf, branchOf, findProject, organizationOf } from "../find";
import { newPassword } from "../ids";
import { insertBranch, insertDatabase, insertEndpoint } from "../newDocuments";
import { requireUnlocked, schedule, type Step } from "../operations/schedule";
import { checkDisplayName } from "../rules/names";
import { checkLimit, planLimits } from "../rules/planLimits";
import { branchView } from "../views/branchView";
import { connectionDetails } from "../views/connectionUri";
import { endpointView } from "../views/endpointView";
import { roleView } from "../views/roleView";
import { checkEndpointInput } from "./endpointInput";

type Body = Plain<BranchCreateRequest & AnnotationCreateValueRequest>;
type Input = NonNullable<Body["branch"]>;

/** `createProjectBranch`: at the head of its parent, with the computes that are asked for. */
export const createProjectBranch: Handler = (call, context) => {
  const body = bodyOf<Body | undefined>(call) ?? {};
  const input = body.branch ?? {};
  const project = findProject(call, context);
  const plan = organizationOf(context, project).plan;
  refuseUnbuilt(input);
  requireUnlocked(context, project.id);
  const parent = parentOf(context, project, input.parent_id);
  const endpointInputs = (body.endpoints ?? []).map((endpoint) => checkEndpointInput(endpoint, project, plan));
  if (endpointInputs.filter(({ type }) => type === "read_write").length > 1) {
    throw conflict("read_write endpoint already exists");
  }
  checkBranchCounts(context, project, input);
  if (input.name !== undefined) checkBranchName(context, project.id, input.name);

  const branch = insertBranch(context, project, {
    name: input.name,
    parent_id: parent.id,
    default: false,
    protected: input.protected ?? false,
    init_source: "parent-data",
    annotation: body.annotation_value,
  });
  const { roles, databases } = copyContents(context, parent, branch);
  const endpoints = endpointInputs.map((endpoint) => insertEndpoint(context, project, branch.id, endpoint));
  const steps: Step[] = [
    {
      action: "create_branch",
      branchId: branch.id,
      work: { do: "createBranch", branchId: branch.id, setPasswords: parent.protected },
    },
    ...endpoints.map(({ id }): Step => ({
      action: "start_compute",
      branchId: branch.id,
      endpointId: id,
      work: { do: "openEndpoint", endpointId: id },
    })),
  ];
  const operations = schedule(context, project.id, steps);
  const [endpoint] = endpoints;
  const [role] = roles;
  const [database] = databases;
  const hasUri = endpoint && role && database && roles.length === 1 && databases.length === 1 && !role.no_login;
  return created({
    branch: branchView(branch, context),
    endpoints: endpoints.map((each) => endpointView(each, context)),
    operations,
    roles: roles.map((each) => roleView(each)),
    databases,
    ...(hasUri ? { connection_uris: [connectionDetails(endpoint, role, database.name, context)] } : {}),
  });
};

function refuseUnbuilt(input: Input): void {
  if (input.parent_lsn !== undefined && input.parent_timestamp !== undefined) {
    throw badRequest("parent_lsn and parent_timestamp cannot be specified together");
  }
  for (const field of ["parent_lsn", "parent_timestamp", "expires_at"] as const) {
    if (input[field] !== undefined) throw notBuilt(`createProjectBranch with ${field}`);
  }
  if (input.archived) throw notBuilt("createProjectBranch with archived");
  if (input.init_source !== undefined && input.init_source !== "parent-data") {
    if (input.init_source !== "schema-only")
      throw badRequest("invalid init_source", { init_source: input.init_source });
    throw notBuilt("createProjectBranch with init_source schema-only");
  }
}

function parentOf(context: ApiContext, project: ProjectDocument, parentId: string | undefined): BranchDocument {
  const parent = parentId
    ? branchOf(context, project, parentId)
    : branchesOf(context, project.id).find((branch) => branch.default);
  if (!parent) throw new Error(`project ${project.id} has no default branch`);
  if (parent.state !== "ready") throw unprocessable("branch not ready yet", { branch_id: parent.id });
  return parent;
}

function checkBranchCounts(context: ApiContext, project: ProjectDocument, input: Input): void {
  const limits = planLimits(organizationOf(context, project).plan);
  checkLimit("branches", "BRANCHES_LIMIT_EXCEEDED", limits.branches, context.store.count("branch", project.id) + 1);
  if (input.protected) checkProtectedCount(context, project);
}

/** Before one more branch of the project becomes protected. */
export function checkProtectedCount(context: ApiContext, project: ProjectDocument): void {
  const limit = planLimits(organizationOf(context, project).plan).protectedBranches;
  const wouldBe = branchesOf(context, project.id).filter((branch) => branch.protected).length + 1;
  checkLimit("protected branches", "BRANCHES_PROTECTED_LIMIT_EXCEEDED", limit, wouldBe);
}

export function checkBranchName(context: ApiContext, projectId: string, name: string): void {
  checkDisplayName("branch", name);
  if (branchesOf(context, projectId).some((branch) => branch.name === name)) {
    throw conflict("branch already exists", { branch_name: name });
  }
}

/** Roles and databases come with the data; below a protected parent, roles get passwords of their own. */
function copyContents(
  context: ApiContext,
  parent: BranchDocument,
  branch: BranchDocument,
): { roles: RoleDocument[]; databases: DatabaseDocument[] } {
  const { store, random } = context;
  const now = nowText(context);
  const roles = store.list("role", parent.id).map((role) => {
    const password = parent.protected ? newPassword(random) : role.password;
    const copy: RoleDocument = { ...role, branch_id: branch.id, password, created_at: now, updated_at: now };
    return store.insert("role", `${branch.id}/${role.name}`, branch.id, copy, role.name);
  });
  const databases = store
    .list("database", parent.id)
    .map(({ name, owner_name }) => insertDatabase(context, branch.id, { name, owner_name }));
  return { roles, databases };
}
