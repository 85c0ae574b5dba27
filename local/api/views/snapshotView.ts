import type { Snapshot } from "@neondatabase/api-client";
import type { SnapshotDocument } from "../../store/documents";
import { pickKnown } from "../pickKnown";

/** A snapshot. All of them are counted at their full size; there are no incremental ones here. */
export function snapshotView(snapshot: SnapshotDocument): Snapshot {
  return {
    id: snapshot.id,
    name: snapshot.name,
    created_at: snapshot.created_at,
    source_branch_id: snapshot.source_branch_id,
    timestamp: snapshot.timestamp,
    manual: snapshot.manual,
    ...pickKnown(snapshot, ["lsn", "expires_at", "full_size"]),
  };
}
