import type { PolicySpec, PreloadLibrariesSpec } from "./policySpec";

/** The compute of a tenant, in Neon's compute units. A field that is missing is not sent, so Neon's own default applies. */
export interface ComputeSpec {
  /** Smallest size, in CU (`autoscaling_limit_min_cu`). */
  minCu?: number;
  /** Largest size, in CU (`autoscaling_limit_max_cu`). */
  maxCu?: number;
  /** Seconds without activity before the compute is suspended (`suspend_timeout_seconds`); -1 never, 0 Neon's default. */
  suspendSeconds?: number;
  /** Settings of Postgres by name (`pg_settings`). */
  pgSettings?: Record<string, string>;
}

/** The five limits of a billing period that Neon enforces (`ProjectQuota`); 0 is unlimited, a missing one is unlimited too. */
export interface QuotaSpec {
  /** Wall-clock seconds that computes may be active. */
  activeTimeSeconds?: number;
  /** CPU seconds: active seconds times CU. */
  computeTimeSeconds?: number;
  /** Bytes written, over all branches. */
  writtenDataBytes?: number;
  /** Bytes sent to clients. */
  dataTransferBytes?: number;
  /** Bytes of data in any one branch. It never resets. */
  logicalSizeBytes?: number;
}

/** A further database of a tenant. */
export interface DatabaseSpec {
  name: string;
  /** The owning role; without it the first role of the project owns the database. */
  owner?: string;
}

/** A role with least privilege over SQL, with a generated password. */
export interface AppRoleSpec {
  name: string;
  /** The database that it may use; without it the first one. */
  database?: string;
  /** `readOnly` selects, `readWrite` also inserts, updates and deletes. */
  access: "readWrite" | "readOnly";
}

/** A read-only compute on the default branch. */
export interface ReplicaSpec extends ComputeSpec {
  name: string;
  /** Suspended, and connections are refused. */
  disabled?: boolean;
  /** Instead of the project's. */
  preloadLibraries?: PreloadLibrariesSpec;
}

/** One entry of the backup schedule of the default branch, UTC. */
export interface SnapshotsSpec {
  frequency: "hourly" | "daily" | "weekly" | "monthly" | "yearly";
  hour?: number;
  day?: number;
  month?: number;
  /** `retention_seconds`; without it for ever. */
  retentionSeconds?: number;
}

/** An existing project that becomes a tenant's: one of `projectId` and `byName`. */
export interface AdoptSpec {
  projectId?: string;
  byName?: boolean;
  /** Differences are changed with the adoption instead of stopping it. */
  apply?: boolean;
  /** The owner gets a new password where the project stores none. */
  resetPassword?: boolean;
}

/** Written by the command that ended a tenant: its entry is never applied again. */
export interface Departed {
  /** ISO 8601 time, UTC. */
  at: string;
  /** Who ran the command. */
  by: string;
}

/**
 * Everything about one tenant, resolved (defaults, then plan, then the tenant's entry, then decided facts) and in the units of Neon's API.
 * A field that nobody set is undefined: nothing is sent for it and Neon's own default applies.
 */
export interface TenantSpec extends PolicySpec {
  /** The key of the entry: the stack's name. */
  tenant: string;
  /** For people; the key when the entry has none. */
  displayName: string;
  /** The Neon project's name: the key, so that a project is found by what the fleet file calls it. */
  projectName: string;
  /** Name of the plan in the fleet file. */
  plan?: string;
  /** `region_id`. Cannot change after the project exists. */
  region?: string;
  /** Name of the residency rule that the region was checked against. */
  residency?: string;
  /** PostgreSQL's major version, `pg_version`. Cannot change after the project exists. */
  pgVersion?: number;
  /** Name of the organization in the fleet file; undefined where the file declares none. */
  organization?: string;
  /** `org_id`, where the fleet file knows it. */
  organizationId?: string;
  /** Name of the default branch. */
  branchName?: string;
  /** Name of the first database, made with the project. Cannot change afterwards. */
  databaseName?: string;
  /** Name of the first role, made with the project. Cannot change afterwards. */
  roleName?: string;
  /** Further databases. */
  databases: DatabaseSpec[];
  /** Further roles. */
  roles: string[];
  /** Roles with least privilege. */
  appRoles: AppRoleSpec[];
  /** Read-only computes. */
  replicas: ReplicaSpec[];
  /** Names of further databases, roles, app roles and replicas that may be dropped once they leave the lists above. */
  allowDelete: string[];
  compute?: ComputeSpec;
  /** `history_retention_seconds`: how far back a restore reaches; 0 keeps no history. */
  historyRetentionSeconds?: number;
  quota?: QuotaSpec;
  /** Addresses, CIDR blocks or `a-b` ranges that may connect, or `any`. */
  allowedIps?: "any" | string[];
  /** Neon's own protection of the default branch. */
  protectedBranch?: boolean;
  /** When snapshots of the default branch are made. */
  snapshots?: SnapshotsSpec[];
  /** Counts the rotations of the app roles' passwords; undefined is 0. */
  rotation?: number;
  /** An existing project to take over, instead of making one. */
  adopt?: AdoptSpec;
  /** Our deletion protection and the engine's `protect`. Default true. */
  protection: boolean;
  /** A destroy keeps the project at Neon. Default false. */
  retainOnDelete?: boolean;
  /** Free words to select tenants by; they never reach Neon. */
  tags: Record<string, string>;
  /** Set once the tenant has left: nothing is applied for it any more. */
  departed?: Departed;
}
