import type { AnnotationCreateValueRequest, BranchCreateRequest } from "@neondatabase/api-client";
import type { BranchDocument, DatabaseDocument, Plain, ProjectDocument, RoleDocument } from "../../store/documents";
import { badRequest, conflict, unprocessable } from "../apiError";
import { bodyOf, type Call, created, type Handler } from "../call";
import { type ApiContext, nowText } from "../context";
import { branchesOf, branchOf, findProject, organizationOf, requireReady } from "../find";
import { newPassword } from "../ids";
import { insertBranch, insertDatabase, insertEndpoint } from "../newDocuments";
import { requireUnlocked, schedule, type Step, unarchiveStep } from "../operations/schedule";
import { checkMayHaveChildren, expiryOf, setExpiry } from "../rules/expiry";
import { checkHistory, checkMoment, type StoredMoment } from "../rules/moments";
import { checkDisplayName } from "../rules/names";
import { checkLimit, planLimits } from "../rules/planLimits";
import { branchView } from "../views/branchView";
import { connectionDetails } from "../views/connectionUri";
import { endpointView } from "../views/endpointView";
import { roleView } from "../views/roleView";
import { checkEndpointInput, checkReplicaCount } from "./endpointInput";

type Body = Plain<BranchCreateRequest & AnnotationCreateValueRequest>;
type Input = NonNullable<Body["branch"]>;

/** What a new branch is to be, as far as its request says. */
interface Wanted {
  input: Input;
  project: ProjectDocument;
  parent: BranchDocument;
  /** The moment of the parent; nothing is its head. */
  moment?: StoredMoment;
}

function wantedBranch(call: Call, context: ApiContext): Wanted {
  const project = findProject(call, context);
  const input = bodyOf<Body | undefined>(call)?.branch ?? {};
  const requested = { lsn: input.parent_lsn, timestamp: input.parent_timestamp };
  const fields = { lsn: "parent_lsn", timestamp: "parent_timestamp" };
  const moment = checkMoment(context, project, requested, fields);
  return { input, project, parent: parentOf(context, project, input.parent_id), moment };
}

/** `createProjectBranch`: at the head of its parent or at a moment of its history, with the computes that are asked for. */
export const createProjectBranch: Handler = (call, context) => {
  const body = bodyOf<Body | undefined>(call) ?? {};
  const wanted = wantedBranch(call, context);
  const { input, project, parent } = wanted;
  const plan = organizationOf(context, project).plan;
  checkCombination(input);
  requireUnlocked(context, project.id);
  requireReady(parent);
  if (input.init_source !== "schema-only") checkMayHaveChildren(parent);
  const computeFacts = { plan, rules: context.computeRules };
  const endpointInputs = (body.endpoints ?? []).map((endpoint) => checkEndpointInput(endpoint, project, computeFacts));
  checkReplicaCount(context, project, endpointInputs);
  if (endpointInputs.filter(({ type }) => type === "read_write").length > 1) {
    throw conflict("read_write endpoint already exists");
  }
  checkBranchCounts(context, project, { isRoot: input.init_source === "schema-only", isProtected: input.protected });
  if (input.name !== undefined) checkBranchName(context, project.id, input.name);

  const branch = insertWanted(context, wanted, body.annotation_value);
  const { roles, databases } = copyContents(context, parent, branch);
  const endpoints = endpointInputs.map((endpoint) => insertEndpoint(context, project, branch.id, endpoint));
  const operations = schedule(context, project.id, [
    ...stepsOfData(wanted, branch),
    ...endpoints.map(({ id }): Step => ({
      action: "start_compute",
      branchId: branch.id,
      endpointId: id,
      work: { do: "openEndpoint", endpointId: id },
    })),
    ...(input.archived ? [archiveStep(branch.id)] : []),
  ]);
  const [endpoint] = endpoints;
  const [role] = roles;
  const [database] = databases;
  const hasOneOfEach = roles.length === 1 && databases.length === 1;
  const hasUri = endpoint && role && database && hasOneOfEach && !role.no_login && project.store_passwords;
  return created({
    branch: branchView(branch, context),
    endpoints: endpoints.map((each) => endpointView(each, context)),
    operations,
    roles: roles.map((each) => roleView(each)),
    databases,
    ...(hasUri ? { connection_uris: [connectionDetails(endpoint, role, database.name, context)] } : {}),
  });
};
createProjectBranch.before = async (call, context) => {
  const { parent, moment } = wantedBranch(call, context);
  await checkHistory(context, parent, moment);
};

function checkCombination({ init_source = "parent-data", archived, expires_at, protected: isProtected }: Input): void {
  if (init_source !== "parent-data" && init_source !== "schema-only") {
    throw badRequest("invalid init_source", { init_source });
  }
  if (isProtected && expires_at !== undefined) throw unprocessable("protected branch cannot have an expiration");
  if (isProtected && archived) throw unprocessable("protected branch cannot be archived");
}

function insertWanted(
  context: ApiContext,
  { input, project, parent, moment }: Wanted,
  annotation: Record<string, string> | undefined,
): BranchDocument {
  const isSchemaOnly = input.init_source === "schema-only";
  const expiry = input.expires_at === undefined ? {} : expiryOf(context, input.expires_at);
  const branch = insertBranch(context, project, {
    name: input.name,
    default: false,
    protected: input.protected ?? false,
    init_source: input.init_source ?? "parent-data",
    annotation,
    ...(isSchemaOnly ? { later_root: true } : { parent_id: parent.id, ...originOf(input) }),
    ...(isSchemaOnly || moment ? { source: { branch_id: parent.id, ...moment } } : {}),
    ...expiry,
  });
  setExpiry(context, branch);
  return branch;
}

const originOf = ({ parent_lsn, parent_timestamp }: Input) => ({
  ...(parent_lsn === undefined ? {} : { parent_lsn: parent_lsn.toUpperCase() }),
  ...(parent_timestamp === undefined ? {} : { parent_timestamp: new Date(parent_timestamp).toISOString() }),
});

/** Neon makes a schema-only branch as an empty one first. */
function stepsOfData({ parent, input }: Wanted, branch: BranchDocument): Step[] {
  const work = { do: "createBranch", branchId: branch.id, setPasswords: parent.protected } as const;
  const unarchive = parent.state === "archived" ? [unarchiveStep(parent.id)] : [];
  if (input.init_source !== "schema-only")
    return [...unarchive, { action: "create_branch", branchId: branch.id, work }];
  return [
    ...unarchive,
    { action: "create_timeline", branchId: branch.id },
    { action: "apply_schema_from_branch", branchId: branch.id, work },
  ];
}

const archiveStep = (branchId: string): Step => ({
  action: "timeline_archive",
  branchId,
  work: { do: "archive", branchId },
});

function parentOf(context: ApiContext, project: ProjectDocument, parentId: string | undefined): BranchDocument {
  const parent = parentId
    ? branchOf(context, project, parentId)
    : branchesOf(context, project.id).find((branch) => branch.default);
  if (!parent) throw new Error(`project ${project.id} has no default branch`);
  return parent;
}

/** Before one more branch of a project is made. */
export function checkBranchCounts(
  context: ApiContext,
  project: ProjectDocument,
  { isRoot, isProtected = false }: { isRoot: boolean; isProtected?: boolean },
): void {
  const limits = planLimits(organizationOf(context, project).plan);
  const branches = branchesOf(context, project.id);
  checkLimit("branches", "BRANCHES_LIMIT_EXCEEDED", limits.branches, branches.length + 1);
  if (isRoot) {
    const roots = branches.filter(({ parent_id }) => !parent_id).length;
    checkLimit("root branches", "ROOT_BRANCHES_LIMIT_EXCEEDED", limits.rootBranches, roots + 1);
  }
  if (isProtected) checkProtectedCount(context, project);
}

/** Before one more branch of the project becomes protected. */
export function checkProtectedCount(context: ApiContext, project: ProjectDocument): void {
  const limit = planLimits(organizationOf(context, project).plan).protectedBranches;
  const wouldBe = branchesOf(context, project.id).filter((branch) => branch.protected).length + 1;
  checkLimit("protected branches", "BRANCHES_PROTECTED_LIMIT_EXCEEDED", limit, wouldBe);
}

export function checkBranchName(context: ApiContext, projectId: string, name: string): void {
  checkDisplayName("branch", name);
  // Where the document says nothing, as for `preserve_under_name`, the limit of every other branch name holds.
  if (name.length < 1 || name.length > 256) throw badRequest("branch name must have 1 to 256 characters");
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
