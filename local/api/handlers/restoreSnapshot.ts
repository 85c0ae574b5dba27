import type { BranchDocument, Operation, ProjectDocument, SnapshotDocument } from "../../store/documents";
import { unprocessable } from "../apiError";
import { bodyOf, type Handler, type Handlers, ok, queryOf } from "../call";
import { type ApiContext, nowText } from "../context";
import { branchesOf, branchOf, endpointsOf, findBranch, findProject, maybeBranch, requireReady } from "../find";
import { newPassword } from "../ids";
import { insertBranch, insertDatabase } from "../newDocuments";
import { requireUnlocked, schedule, type Step } from "../operations/schedule";
import { branchView } from "../views/branchView";
import { checkBranchCounts, checkBranchName } from "./createBranch";
import { findSnapshot } from "./snapshots";

interface RestoreBody {
  name?: string;
  target_branch_id?: string;
  finalize_restore?: boolean;
}

/** `restoreSnapshot`: to a new root branch, which takes the place of the target now, or later by `finalizeRestoreBranch`. */
const restoreSnapshot: Handler = (call, context) => {
  const project = findProject(call, context);
  const snapshot = findSnapshot(call, context, project);
  const body = bodyOf<RestoreBody | undefined>(call) ?? {};
  requireUnlocked(context, project.id);
  if (snapshot.state !== "ready") throw unprocessable("snapshot not ready yet", { snapshot_id: snapshot.id });
  const target = targetOf(context, project, snapshot, body.target_branch_id);
  if (body.finalize_restore && !target) {
    throw unprocessable("the branch to be replaced does not exist", { branch_id: snapshot.source_branch_id });
  }
  if (target) requireReady(target);
  checkBranchCounts(context, project, { isRoot: true });
  const wantedName = body.name || queryOf<string>(call, "name") || undefined;
  const name =
    wantedName ?? freeName(context, project, `${target?.name ?? snapshot.name} (restored ${nowText(context)})`);
  checkBranchName(context, project.id, name);

  const branch = insertRestored(context, project, snapshot, target, name);
  const operations = schedule(context, project.id, [
    {
      action: "create_branch",
      branchId: branch.id,
      work: { do: "createBranch", branchId: branch.id, setPasswords: false },
    },
    ...(body.finalize_restore && target ? stepsOfFinalize(context, branch, target, undefined) : []),
  ]);
  return ok({ branch: branchView(branch, context), endpoints: [], operations });
};

/** The branch that is named, or else the one that the snapshot was made of, if that still exists. */
function targetOf(
  context: ApiContext,
  project: ProjectDocument,
  snapshot: SnapshotDocument,
  id: string | undefined,
): BranchDocument | undefined {
  return id ? branchOf(context, project, id) : maybeBranch(context, project, snapshot.source_branch_id);
}

/** Roles keep the passwords that they have on the target, so that its connection strings hold after the restore. */
function insertRestored(
  context: ApiContext,
  project: ProjectDocument,
  snapshot: SnapshotDocument,
  target: BranchDocument | undefined,
  name: string,
): BranchDocument {
  const { store, random } = context;
  const branch = insertBranch(context, project, {
    name,
    default: false,
    protected: false,
    later_root: true,
    source: { snapshot_id: snapshot.id },
    restored_from: snapshot.id,
    ...(target ? { restored_as: target.id } : {}),
    restore_status: "restored",
  });
  for (const role of snapshot.roles) {
    const id = `${target?.id}/${role.name}`;
    const known = store.get("role", id) ?? store.get("removedRole", id);
    const password = known?.password ?? (target?.protected ? newPassword(random) : role.password);
    store.insert(
      "role",
      `${branch.id}/${role.name}`,
      branch.id,
      { ...role, branch_id: branch.id, password },
      role.name,
    );
  }
  for (const database of snapshot.databases) insertDatabase(context, branch.id, database);
  return branch;
}

/** `finalizeRestoreBranch`: lets a restored branch function as the one it was restored for. */
const finalizeRestoreBranch: Handler = (call, context) => {
  const project = findProject(call, context);
  const branch = findBranch(call, context, project);
  const { name } = bodyOf<{ name?: string } | undefined>(call) ?? {};
  requireUnlocked(context, project.id);
  requireReady(branch);
  if (branch.restore_status !== "restored") {
    throw unprocessable("branch has no restore from a snapshot to be finalized", { branch_id: branch.id });
  }
  const target = maybeBranch(context, project, branch.restored_as ?? "");
  if (!target) throw unprocessable("the branch to be replaced does not exist", { branch_id: branch.restored_as ?? "" });
  if (target.protected && branch.expires_at) throw unprocessable("protected branch cannot have an expiration");
  if (branch.expires_at && target.default) throw unprocessable("default branch cannot have an expiration");
  if (name) checkBranchName(context, project.id, name);
  const operations: Operation[] = schedule(
    context,
    project.id,
    stepsOfFinalize(context, branch, target, name || undefined),
  );
  return ok({ operations });
};

/** The computes of both are stopped; those of the target move, and run again if they did before. */
function stepsOfFinalize(
  context: ApiContext,
  branch: BranchDocument,
  target: BranchDocument,
  name: string | undefined,
): Step[] {
  const project = { id: branch.project_id };
  const oldName = name ?? freeName(context, project, `${target.name} (old ${nowText(context)})`);
  const computes = endpointsOf(context, target);
  const active = computes.filter(({ id }) => context.computes.stateOf(id)?.state === "active");
  return [
    ...active.map(({ id }): Step => ({ action: "suspend_compute", branchId: target.id, endpointId: id })),
    {
      action: "apply_config",
      branchId: branch.id,
      work: { do: "finalizeRestore", branchId: branch.id, targetId: target.id, oldName },
    },
    ...active.map(({ id }): Step => ({
      action: "start_compute",
      branchId: branch.id,
      endpointId: id,
      work: { do: "start", endpointId: id },
    })),
  ];
}

function freeName(context: ApiContext, project: { id: string }, wanted: string): string {
  const taken = new Set(branchesOf(context, project.id).map(({ name }) => name));
  const short = wanted.length > 250 ? wanted.slice(-250) : wanted;
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? short : `${short} ${number}`;
    if (!taken.has(name)) return name;
  }
}

export const restoreSnapshotHandlers: Handlers = { restoreSnapshot, finalizeRestoreBranch };
