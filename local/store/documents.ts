import type * as neon from "@neondatabase/api-client";
import type { ClockDocument, UsageBranchDocument, UsageHourDocument, UsageProjectDocument } from "./usageDocuments";

/** The client's types with their enums as plain texts, which is what travels and what is stored. */
export type Plain<T> = T extends string
  ? `${T}`
  : T extends readonly (infer U)[]
    ? Plain<U>[]
    : T extends object
      ? { [K in keyof T]: Plain<T[K]> }
      : T;

export type Project = Plain<neon.Project>;
export type Branch = Plain<neon.Branch>;
export type Endpoint = Plain<neon.Endpoint>;
export type Role = Plain<neon.Role>;
export type Database = Plain<neon.Database>;
export type Operation = Plain<neon.Operation>;

/** What is stored of a project: what Neon shows, except what is computed when it is shown. */
export interface ProjectDocument {
  id: string;
  org_id: string;
  name: string;
  region_id: string;
  pg_version: number;
  store_passwords: boolean;
  history_retention_seconds: number;
  default_endpoint_settings: CompleteEndpointDefaults;
  settings: CompleteProjectSettings;
  hipaa_enabled_at?: string;
  created_at: string;
  updated_at: string;
}

/** Defaults of new computes, every field present. */
export interface CompleteEndpointDefaults {
  autoscaling_limit_min_cu: number;
  autoscaling_limit_max_cu: number;
  suspend_timeout_seconds: number;
  pg_settings: Record<string, string>;
  pgbouncer_settings?: Record<string, string>;
}

/** Settings as they are always shown: some clients fail where an optional one is absent. */
export interface CompleteProjectSettings {
  quota: Required<Plain<neon.ProjectQuota>>;
  allowed_ips: Required<Plain<neon.AllowedIps>>;
  enable_logical_replication: boolean;
  maintenance_window: Plain<neon.MaintenanceWindow>;
  block_public_connections: boolean;
  block_vpc_connections: boolean;
  audit_log_level: "base" | "extended" | "full";
  hipaa: boolean;
  preload_libraries: Required<Plain<neon.PreloadLibraries>>;
}

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

export interface EndpointDocument {
  id: string;
  project_id: string;
  branch_id: string;
  /** Its own loopback address. */
  host: string;
  name?: string;
  region_id: string;
  type: "read_write" | "read_only";
  autoscaling_limit_min_cu: number;
  autoscaling_limit_max_cu: number;
  suspend_timeout_seconds: number;
  settings: NonNullable<Endpoint["settings"]>;
  pooler_enabled: boolean;
  disabled: boolean;
  passwordless_access: boolean;
  provisioner: string;
  created_at: string;
  updated_at: string;
}

/** When a compute started and was suspended, for the time after a restart of the server. */
export interface ComputeTimesDocument {
  endpoint_id: string;
  started_at?: string;
  suspended_at?: string;
  last_active?: string;
}

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

export interface SnapshotScheduleDocument {
  branch_id: string;
  project_id: string;
  items: Plain<neon.BackupScheduleItem>[];
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

/** A deleted project until its data goes. Its branches and endpoints are `deletedBranch` and `deletedEndpoint` meanwhile. */
export interface RecoverableProjectDocument extends ProjectDocument {
  deleted_at: string;
  recoverable_until: string;
}

/** An API key that was made over the API; its id in the store is the SHA-256 of the secret, which is nowhere else. */
export interface ApiKeyDocument {
  id: number;
  name: string;
  created_at: string;
  /** The person who made it; a personal key is theirs. */
  created_by: string;
  /** Of an organization's key. */
  org_id?: string;
  /** Of a project-scoped key. */
  project_id?: string;
}

/** When a key was last used; the id in the store is the SHA-256 of the secret, also for configured keys. */
export interface KeyUseDocument {
  at: string;
  from: string;
}

/** A person in an organization; the id in the store is organization and user, the parent is the user. */
export interface MemberDocument {
  id: string;
  user_id: string;
  org_id: string;
  email: string;
  role: "admin" | "member";
  joined_at: string;
  /** By the options of the server; otherwise by an invitation. */
  configured: boolean;
  /** Removed over the API: the options do not bring them back. */
  removed: boolean;
}

export type InvitationDocument = Plain<neon.Invitation>;
export type PermissionDocument = Plain<neon.ProjectPermission>;
export type JwksDocument = Plain<neon.JWKS>;
export type TransferRequestDocument = Plain<neon.ProjectTransferRequestResponse>;

/** A VPC endpoint of an organization, or of a project that is restricted to it. */
export interface VpcEndpointDocument {
  vpc_endpoint_id: string;
  label: string;
  /** Of an organization's. */
  region_id?: string;
  /** Deleted: it cannot be added again. */
  removed?: boolean;
}

/**
 * Every kind of document in the store. A deleted project is `recoverableProject` for a time and stays as `deletedProject`, so that
 * list cursors that name it hold.
 */
export interface Documents {
  project: ProjectDocument;
  recoverableProject: RecoverableProjectDocument;
  deletedProject: ProjectDocument;
  deletedBranch: BranchDocument;
  deletedEndpoint: EndpointDocument;
  apiKey: ApiKeyDocument;
  keyUse: KeyUseDocument;
  member: MemberDocument;
  invitation: InvitationDocument;
  spendingLimit: { spending_limit_cents: number };
  orgVpcEndpoint: VpcEndpointDocument;
  projectVpcEndpoint: VpcEndpointDocument;
  permission: PermissionDocument;
  transferRequest: TransferRequestDocument;
  jwks: JwksDocument;
  branch: BranchDocument;
  endpoint: EndpointDocument;
  computeTimes: ComputeTimesDocument;
  role: RoleDocument;
  database: DatabaseDocument;
  operation: Operation;
  pending: PendingDocument;
  cleanup: CleanupDocument;
  usageProject: UsageProjectDocument;
  usageBranch: UsageBranchDocument;
  usageHour: UsageHourDocument;
  clock: ClockDocument;
  removedRole: RemovedRoleDocument;
  snapshot: SnapshotDocument;
  snapshotSchedule: SnapshotScheduleDocument;
  due: DueDocument;
}
export type Kind = keyof Documents;
