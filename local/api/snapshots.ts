import type { BranchDocument, Operation, SnapshotDocument } from "../store/documents";
import type { ApiContext } from "./context";
import { snapshotExpiryId } from "./dueIds";
import { newSnapshotId } from "./ids";
import { schedule } from "./operations/schedule";
import type { StoredMoment } from "./rules/moments";

export interface NewSnapshot {
  name?: string;
  manual: boolean;
  /** Default: the head. */
  at?: StoredMoment;
  /** The moment that was asked for, as the API shows it. */
  timestamp?: Date;
  createdAt: Date;
  expiresAt?: Date;
}

/** Writes a snapshot down and starts the operation that makes it. */
export function insertSnapshot(
  context: ApiContext,
  branch: BranchDocument,
  fields: NewSnapshot,
): { snapshot: SnapshotDocument; operations: Operation[] } {
  const { store } = context;
  const id = unusedSnapshotId(context);
  const { name = id, manual, at, createdAt, expiresAt, timestamp = createdAt } = fields;
  const snapshot: SnapshotDocument = {
    id,
    project_id: branch.project_id,
    name,
    source_branch_id: branch.id,
    ...(at?.lsn ? { lsn: at.lsn } : {}),
    timestamp: timestamp.toISOString(),
    ...(expiresAt ? { expires_at: expiresAt.toISOString() } : {}),
    manual,
    created_at: createdAt.toISOString(),
    ...(at ? { at } : {}),
    state: "init",
    roles: [...store.list("removedRole", branch.id), ...store.list("role", branch.id)],
    databases: store
      .list("database", branch.id)
      .map(({ name: database, owner_name }) => ({ name: database, owner_name })),
  };
  store.insert("snapshot", id, branch.project_id, snapshot, name);
  if (expiresAt) context.timetable.set(snapshotExpiryId(id), expiresAt, { expires: "snapshot", snapshotId: id });
  const operations = schedule(context, branch.project_id, [
    { action: "create_branch", branchId: branch.id, work: { do: "createSnapshot", snapshotId: id } },
  ]);
  return { snapshot, operations };
}

function unusedSnapshotId({ store, random }: ApiContext): string {
  for (;;) {
    const id = newSnapshotId(random);
    if (!store.get("snapshot", id)) return id;
  }
}

/** The row goes now; the operation removes the files, and after a kill the note in the store does. */
export function removeSnapshot(context: ApiContext, snapshot: SnapshotDocument): Operation[] {
  const { store, timetable } = context;
  const cleanupId = `snapshot ${snapshot.id}`;
  store.insert("cleanup", cleanupId, "", { id: cleanupId, endpointIds: [], branches: [], snapshotIds: [snapshot.id] });
  timetable.remove(snapshotExpiryId(snapshot.id));
  store.remove("snapshot", snapshot.id);
  return schedule(context, snapshot.project_id, [
    { action: "delete_timeline", branchId: snapshot.source_branch_id, work: { do: "cleanup", cleanupId } },
  ]);
}
