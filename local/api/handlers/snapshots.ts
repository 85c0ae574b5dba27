import type { SnapshotUpdateRequest } from "@neondatabase/api-client";
import type { BranchDocument, Plain, ProjectDocument, SnapshotDocument } from "../../store/documents";
import { badRequest, notFound, unprocessable } from "../apiError";
import { accepted, bodyOf, type Call, type Handler, type Handlers, ok, pathOf, queryOf } from "../call";
import { type ApiContext } from "../context";
import { findBranch, findProject, organizationOf, requireReady } from "../find";
import { requireUnlocked } from "../operations/schedule";
import { checkHistory, checkMoment, parseTime, type StoredMoment } from "../rules/moments";
import { checkDisplayName } from "../rules/names";
import { checkLimit, planLimits } from "../rules/planLimits";
import { insertSnapshot, removeSnapshot } from "../snapshots";
import { snapshotView } from "../views/snapshotView";

/** The moment of the branch that the query names, if any. */
function wantedMoment(call: Call, context: ApiContext, project: ProjectDocument): StoredMoment | undefined {
  const requested = { lsn: queryOf<string>(call, "lsn"), timestamp: queryOf<string>(call, "timestamp") };
  return checkMoment(context, project, requested);
}

/** `createSnapshot`: of a root branch, at its head or at a moment of its history. */
const createSnapshot: Handler = (call, context) => {
  const project = findProject(call, context);
  const branch = findBranch(call, context, project);
  requireUnlocked(context, project.id);
  requireReady(branch);
  requireRoot(branch);
  const name = queryOf<string>(call, "name") || undefined;
  if (name !== undefined) checkSnapshotName(name);
  checkSnapshotCount(context, project);
  const timestamp = queryOf<string>(call, "timestamp");
  const expiresAt = queryOf<string>(call, "expires_at");
  const { snapshot, operations } = insertSnapshot(context, branch, {
    name,
    manual: true,
    at: wantedMoment(call, context, project),
    ...(timestamp === undefined ? {} : { timestamp: parseTime("timestamp", timestamp) }),
    createdAt: context.clock.now(),
    ...(expiresAt === undefined ? {} : { expiresAt: futureTime(context, expiresAt) }),
  });
  return ok({ snapshot: snapshotView(snapshot), operations });
};
createSnapshot.before = async (call, context) => {
  const project = findProject(call, context);
  await checkHistory(context, findBranch(call, context, project), wantedMoment(call, context, project));
};

export function requireRoot({ id, parent_id }: BranchDocument): void {
  if (parent_id) throw unprocessable("snapshots can only be created from root branches", { branch_id: id });
}

function checkSnapshotName(name: string): void {
  checkDisplayName("snapshot", name);
  if (name.length < 1 || name.length > 256) throw badRequest("snapshot name must have 1 to 256 characters");
}

/** Those that a schedule made do not count. */
function checkSnapshotCount(context: ApiContext, project: ProjectDocument): void {
  const limit = context.branchRules.snapshotsLimit ?? planLimits(organizationOf(context, project).plan).snapshots;
  const manual = context.store.list("snapshot", project.id).filter((snapshot) => snapshot.manual).length;
  checkLimit("snapshots", "SNAPSHOTS_LIMIT_EXCEEDED", limit, manual + 1);
}

function futureTime(context: ApiContext, text: string): Date {
  const time = parseTime("expires_at", text);
  if (time.getTime() <= context.clock.now().getTime()) {
    throw badRequest("expires_at must be in the future", { expires_at: text });
  }
  return time;
}

/** The snapshot of the path. */
export function findSnapshot(call: Call, context: ApiContext, project: ProjectDocument): SnapshotDocument {
  const id = pathOf(call, "snapshot_id");
  const snapshot = context.store.get("snapshot", id);
  if (snapshot?.project_id !== project.id) throw notFound("snapshot not found", { snapshot_id: id });
  return snapshot;
}

const updateSnapshot: Handler = (call, context) => {
  const project = findProject(call, context);
  const snapshot = findSnapshot(call, context, project);
  const { name } = bodyOf<Plain<SnapshotUpdateRequest>>(call).snapshot;
  requireUnlocked(context, project.id);
  if (name !== undefined) checkSnapshotName(name);
  const updated = { ...snapshot, name: name ?? snapshot.name };
  context.store.update("snapshot", snapshot.id, updated, updated.name);
  return ok({ snapshot: snapshotView(updated) });
};

const deleteSnapshot: Handler = (call, context) => {
  const project = findProject(call, context);
  const snapshot = findSnapshot(call, context, project);
  requireUnlocked(context, project.id);
  return accepted({ operations: removeSnapshot(context, snapshot) });
};

export const snapshotHandlers: Handlers = {
  createSnapshot,
  updateSnapshot,
  deleteSnapshot,
  listSnapshots: (call, context) => {
    const snapshots = context.store.list("snapshot", findProject(call, context).id, { newestFirst: true });
    return ok({ snapshots: snapshots.map(snapshotView) });
  },
};
