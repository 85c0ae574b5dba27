import type * as neon from "@neondatabase/api-client";

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
  /** Until the operation that makes its data is over. */
  state: "init" | "ready";
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

/** The real work of an operation, in words that survive a restart. Names and passwords are read when it runs. */
export type Work =
  | { do: "createBranch"; branchId: string; setPasswords: boolean }
  | { do: "openEndpoint"; endpointId: string }
  | { do: "updateEndpoint"; endpointId: string }
  | { do: "start" | "suspend" | "restart"; endpointId: string }
  | { do: "createRole" | "setPassword" | "dropRole"; branchId: string; role: string }
  | { do: "createDatabase" | "dropDatabase"; branchId: string; database: string }
  | { do: "updateDatabase"; branchId: string; database: string; name?: string; ownerName?: string }
  | { do: "cleanup"; cleanupId: string };

/** Branches and endpoints whose rows are gone and whose files and listeners must go too. Children come before parents. */
export interface CleanupDocument {
  id: string;
  endpointIds: string[];
  branches: { branchId: string; projectId: string; pgVersion: number; parentId?: string }[];
}

/** Every kind of document in the store. A deleted project stays as `deletedProject`, so that list cursors that name it hold. */
export interface Documents {
  project: ProjectDocument;
  deletedProject: ProjectDocument;
  branch: BranchDocument;
  endpoint: EndpointDocument;
  role: RoleDocument;
  database: DatabaseDocument;
  operation: Operation;
  pending: PendingDocument;
  cleanup: CleanupDocument;
}
export type Kind = keyof Documents;
