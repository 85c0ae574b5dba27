import type { Database } from "./neonTypes";

/** What is stored of a branch. */
export interface BranchDocument {
  id: string;
  project_id: string;
  parent_id?: string;
  name: string;
  default: boolean;
  protected: boolean;
  init_source?: string;
  /** `init` until the operation that makes its data is over, `resetting` while other data takes the place of its own. */
  state: "init" | "ready" | "resetting" | "archived";
  /** Where its data comes from, if not from the head of its parent; needed until the data is there. */
  source?: StoredSource;
  /** The position or the time on the parent that it was made from. */
  parent_lsn?: string;
  parent_timestamp?: string;
  expires_at?: string;
  ttl_interval_seconds?: number;
  last_reset_at?: string;
  /** Made from this snapshot, to take the place of that branch. */
  restored_from?: string;
  restored_as?: string;
  restore_status?: "restored" | "finalized";
  /** When it took the place of the branch that it was restored for. */
  snapshot_restored_at?: string;
  /** A root branch that is not the one its project began with. */
  later_root?: boolean;
  /** Until it holds the state before of this branch, which a restore replaces. */
  preserves?: string;
  /** A restore under way, and what it changed already in case it comes to nothing. */
  restoring?: RestoreNote;
  state_changed_at: string;
  created_at: string;
  updated_at: string;
  annotation?: { value: Record<string, string>; created_at: string; updated_at: string };
}

/** What is stored of a role, the password included. */
export interface RoleDocument {
  branch_id: string;
  name: string;
  /** Kept even when the project does not store passwords: the role is made in Postgres only at the branch's first start. */
  password: string;
  no_login: boolean;
  created_at: string;
  updated_at: string;
}

export type DatabaseDocument = Database;

/** A source of data in words that survive a restart: a branch (at its head, or at a moment of the machine's own time), or a snapshot. */
export type StoredSource = { branch_id: string; lsn?: string; time?: string } | { snapshot_id: string };

/** What a restore found and has changed, until the data is in place. */
export interface RestoreNote {
  restore_id: string;
  /** The branch that gets the state before; its children came from the restored branch. */
  backup_id?: string;
  parent_id?: string;
  parent_lsn?: string;
  parent_timestamp?: string;
  last_reset_at?: string;
  expires_at?: string;
}

/** A role that was removed: an earlier state of the branch may bring it back. */
export type RemovedRoleDocument = RoleDocument;
