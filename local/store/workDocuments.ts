import type { StoredSource } from "./branchDocuments";

/** An operation that has not ended, and what it does when its turn comes. Its row is gone when the operation is over. */
export interface PendingDocument {
  operation_id: string;
  project_id: string;
  /** The least time it takes, in milliseconds. */
  delay_ms: number;
  work?: Work;
  /** An injected fault: it fails with this text. */
  fails?: string;
}

/** Something that happens by itself at its time. */
export interface DueDocument {
  id: string;
  at: string;
  what: DueWork;
}
export type DueWork =
  | { expires: "branch"; branchId: string }
  | { expires: "snapshot"; snapshotId: string }
  | { expires: "project"; projectId: string }
  | { schedule: number; branchId: string };

/** The real work of an operation, in words that survive a restart. Names and passwords are read when it runs. */
export type Work =
  | { do: "createBranch"; branchId: string; setPasswords: boolean }
  | { do: "restoreBranch"; branchId: string; restoreId: string; source: StoredSource }
  | { do: "finalizeRestore"; branchId: string; targetId: string; oldName: string }
  | { do: "archive" | "unarchive"; branchId: string }
  | { do: "createSnapshot"; snapshotId: string }
  | { do: "openEndpoint"; endpointId: string }
  | { do: "updateEndpoint"; endpointId: string }
  | { do: "start" | "suspend" | "restart"; endpointId: string }
  | { do: "createRole" | "setPassword" | "dropRole"; branchId: string; role: string }
  | { do: "createDatabase" | "dropDatabase"; branchId: string; database: string }
  | { do: "updateDatabase"; branchId: string; database: string; name?: string; ownerName?: string }
  /** Stops its compute and closes its address; the rows and the data stay. */
  | { do: "closeEndpoint"; endpointId: string }
  | { do: "cleanup"; cleanupId: string };

/** Branches and endpoints whose rows are gone and whose files and listeners must go too. Children come before parents. */
export interface CleanupDocument {
  id: string;
  endpointIds: string[];
  branches: { branchId: string; projectId: string; pgVersion: number; parentId?: string }[];
  /** Snapshots whose files must go. */
  snapshotIds?: string[];
}
