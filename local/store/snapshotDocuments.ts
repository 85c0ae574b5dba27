import type * as neon from "@neondatabase/api-client";
import type { RoleDocument } from "./branchDocuments";
import type { Plain } from "./neonTypes";

/** What is stored of a snapshot. */
export interface SnapshotDocument {
  id: string;
  project_id: string;
  name: string;
  /** The branch it was made of, which may be gone. */
  source_branch_id: string;
  /** Only where a position was asked for, until the snapshot is there. */
  lsn?: string;
  timestamp: string;
  expires_at?: string;
  manual: boolean;
  full_size?: number;
  created_at: string;
  /** The moment it is made of; nothing is the head. */
  at?: { lsn?: string; time?: string };
  state: "init" | "ready";
  /** As they were when it was made: the passwords of what a restore brings back. */
  roles: RoleDocument[];
  databases: { name: string; owner_name: string }[];
}

/** The backup schedule of a branch. */
export interface SnapshotScheduleDocument {
  branch_id: string;
  project_id: string;
  items: Plain<neon.BackupScheduleItem>[];
}
