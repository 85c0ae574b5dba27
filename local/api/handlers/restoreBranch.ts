import type { BranchRestoreRequest } from "@neondatabase/api-client";
import type { BranchDocument, EndpointDocument, Plain, ProjectDocument, RestoreNote } from "../../store/documents";
import { badRequest, unprocessable } from "../apiError";
import { bodyOf, type Call, type Handler, ok } from "../call";
import { type ApiContext, nowText } from "../context";
import { branchesOf, branchOf, endpointsOf, findBranch, findProject, requireReady } from "../find";
import { insertBranch, insertDatabase } from "../newDocuments";
import { requireUnlocked, schedule, type Step, unarchiveStep } from "../operations/schedule";
import { setExpiry } from "../rules/expiry";
import { checkHistory, checkMoment, type StoredMoment } from "../rules/moments";
import { resetRefusal } from "../rules/resetBlock";
import { branchView } from "../views/branchView";
import { checkBranchCounts, checkBranchName } from "./createBranch";

interface Wanted {
  project: ProjectDocument;
  branch: BranchDocument;
  source: BranchDocument;
  input: Plain<BranchRestoreRequest>;
  /** The moment of the source; nothing is its head. */
  moment?: StoredMoment;
  /** The name that the state before is kept under. */
  preserveAs?: string;
  children: BranchDocument[];
}

function wantedRestore(call: Call, context: ApiContext): Wanted {
  const project = findProject(call, context);
  const branch = findBranch(call, context, project);
  const input = bodyOf<Plain<BranchRestoreRequest>>(call);
  const source = branchOf(context, project, input.source_branch_id);
  const requested = { lsn: input.source_lsn, timestamp: input.source_timestamp };
  const moment = checkMoment(context, project, requested, { lsn: "source_lsn", timestamp: "source_timestamp" });
  const children = branchesOf(context, project.id).filter(({ parent_id }) => parent_id === branch.id);
  const preserveAs = input.preserve_under_name || undefined;
  return { project, branch, source, input, moment, preserveAs, children };
}

/**
 * `restoreProjectBranch`: to a moment of its own history, or to another branch; from its parent's head it is a reset. The branch keeps
 * its id, name, computes and passwords.
 */
export const restoreProjectBranch: Handler = (call, context) => {
  const wanted = wantedRestore(call, context);
  const { project, source, branch, moment } = wanted;
  requireUnlocked(context, project.id);
  requireReady(branch);
  requireReady(source);
  checkRestore(wanted);
  checkReset(context, wanted);
  const restoreId = context.random.uuid();
  const backup = preserve(context, wanted);
  const restored = markRestoring(context, wanted, restoreId, backup);
  const active = endpointsOf(context, branch).filter(({ id }) => context.computes.stateOf(id)?.state === "active");
  const operations = schedule(context, project.id, [
    ...(source.state === "archived" && source.id !== branch.id ? [unarchiveStep(source.id)] : []),
    // The sessions end with the data that they are on.
    ...active.map((endpoint) => computeStep("suspend_compute", endpoint)),
    {
      action: "create_branch",
      branchId: branch.id,
      work: { do: "restoreBranch", branchId: branch.id, restoreId, source: { branch_id: source.id, ...moment } },
    },
    ...active.map((endpoint) => ({
      ...computeStep("start_compute", endpoint),
      work: { do: "start", endpointId: endpoint.id } as const,
    })),
  ]);
  return ok({ branch: branchView(restored, context), operations });
};
restoreProjectBranch.before = async (call, context) => {
  const { source, moment } = wantedRestore(call, context);
  await checkHistory(context, source, moment);
};

const computeStep = (action: "suspend_compute" | "start_compute", endpoint: EndpointDocument): Step => ({
  action,
  branchId: endpoint.branch_id,
  endpointId: endpoint.id,
});

const isReset = ({ branch, source, moment }: Wanted) => source.id === branch.parent_id && !moment;

function checkRestore(wanted: Wanted): void {
  const { branch, source, moment, preserveAs, children } = wanted;
  const isSelf = source.id === branch.id;
  const detail = { branch_id: branch.id };
  if (isSelf && !moment) {
    throw badRequest("source_lsn or source_timestamp is required to restore a branch from its own history", detail);
  }
  if (isSelf && preserveAs === undefined) {
    throw badRequest("preserve_under_name is required to restore a branch from its own history", detail);
  }
  if (children.length > 0 && preserveAs === undefined) {
    throw badRequest("preserve_under_name is required to restore a branch that has children", detail);
  }
}

function checkReset(context: ApiContext, wanted: Wanted): void {
  if (!isReset(wanted)) return;
  const { branch } = wanted;
  const refusal = branch.protected ? "protected branch cannot be reset" : resetRefusal(context, branch);
  if (refusal !== undefined) throw unprocessable(refusal, { branch_id: branch.id });
}

/** The branch that gets the state before, with the roles and databases of that; children of the restored branch become its own. */
function preserve(context: ApiContext, { project, branch, source, preserveAs, children }: Wanted) {
  if (preserveAs === undefined) return undefined;
  const { store } = context;
  checkBranchName(context, project.id, preserveAs);
  checkBranchCounts(context, project, { isRoot: !branch.parent_id });
  const backup = insertBranch(context, project, {
    name: preserveAs,
    parent_id: branch.parent_id,
    default: false,
    protected: false,
    init_source: "parent-data",
    preserves: branch.id,
    // As Neon has it, the former state of a root branch is kept for good when the root was replaced by another branch.
    ...(branch.parent_id || source.id !== branch.id ? {} : { later_root: true }),
  });
  for (const kind of ["role", "removedRole"] as const) {
    for (const role of store.list(kind, branch.id)) {
      store.insert(kind, `${backup.id}/${role.name}`, backup.id, { ...role, branch_id: backup.id }, role.name);
    }
  }
  for (const { name, owner_name } of store.list("database", branch.id)) {
    insertDatabase(context, backup.id, { name, owner_name });
  }
  for (const child of children) store.update("branch", child.id, { ...child, parent_id: backup.id });
  return backup;
}

function markRestoring(
  context: ApiContext,
  wanted: Wanted,
  restoreId: string,
  backup: BranchDocument | undefined,
): BranchDocument {
  const { branch, input } = wanted;
  const { parent_id, parent_lsn, parent_timestamp, last_reset_at, expires_at, ttl_interval_seconds } = branch;
  const now = nowText(context);
  const restoring: RestoreNote = {
    restore_id: restoreId,
    ...(backup ? { backup_id: backup.id } : {}),
    ...{ parent_id, parent_lsn, parent_timestamp, last_reset_at, expires_at },
  };
  const restored: BranchDocument = {
    ...branch,
    parent_id: parentAfter(context, wanted, backup),
    parent_lsn: input.source_lsn?.toUpperCase(),
    parent_timestamp: input.source_timestamp && new Date(input.source_timestamp).toISOString(),
    restoring,
    state: "resetting",
    state_changed_at: now,
    last_reset_at: now,
    updated_at: now,
  };
  // The life of an expiring branch begins anew when it is reset.
  if (isReset(wanted) && expires_at && ttl_interval_seconds !== undefined) {
    restored.expires_at = new Date(Date.parse(now) + ttl_interval_seconds * 1000).toISOString();
  }
  context.store.update("branch", branch.id, restored);
  setExpiry(context, restored);
  return restored;
}

/** A branch comes from what it was restored from: of its own history that is the branch which preserves it. */
function parentAfter(
  context: ApiContext,
  { branch, source }: Wanted,
  backup: BranchDocument | undefined,
): string | undefined {
  if (source.id !== branch.id) return source.expires_at ? branch.parent_id : source.id;
  const isLinked = branch.parent_id !== undefined || context.branchRules.restoreBackup === "parent";
  return isLinked ? backup?.id : undefined;
}
