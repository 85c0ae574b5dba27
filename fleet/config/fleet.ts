import type { PolicySpec } from "./policySpec";
import type {
  AdoptSpec,
  AppRoleSpec,
  ComputeSpec,
  DatabaseSpec,
  Departed,
  QuotaSpec,
  ReplicaSpec,
  SnapshotsSpec,
} from "./tenantSpec";

/** A Neon organization that holds projects of the fleet. */
export interface Organization {
  /** Its name in the fleet file. */
  name: string;
  /** The environment variable that holds its API key. The key itself never stands in a file. */
  keyVariable: string;
  /** `org_id`; needed with a personal key, inferred by Neon from an organization key. */
  id?: string;
  /** Neon's own plan of the organization, in Neon's words. */
  plan?: string;
  /** How many projects the organization may hold. */
  projectLimit?: number;
}

/** Who encrypts the secrets in the states of every stack of the fleet. */
export interface SecretsSettings {
  /** `passphrase`, or the URL of a key service such as `awskms://…`. */
  provider: string;
  /** Pulumi's `encryptionsalt`, for `passphrase`. */
  salt?: string;
  /** Pulumi's `encryptedkey`, for a key service. */
  encryptedKey?: string;
}

/** What a plan, the defaults or a single tenant may set: limits, in API units, and what comes with every database. */
export interface LimitSettings extends PolicySpec {
  compute?: ComputeSpec;
  historyRetentionSeconds?: number;
  quota?: QuotaSpec;
  allowedIps?: "any" | string[];
  protectedBranch?: boolean;
  tags?: Record<string, string>;
  appRoles?: AppRoleSpec[];
  replicas?: ReplicaSpec[];
  snapshots?: SnapshotsSpec[];
}

/** What the defaults may set: limits, and where and what a database is. */
export interface TenantSettings extends LimitSettings {
  plan?: string;
  region?: string;
  residency?: string;
  organization?: string;
  pgVersion?: number;
  branchName?: string;
  databaseName?: string;
  roleName?: string;
  protection?: boolean;
  retainOnDelete?: boolean;
}

/** One entry under `tenants`. */
export interface TenantEntry extends TenantSettings {
  displayName?: string;
  databases?: DatabaseSpec[];
  roles?: string[];
  allowDelete?: string[];
  rotation?: number;
  adopt?: AdoptSpec;
}

/** What commands decided about a tenant, kept in the state file beside the fleet file. A fact wins over the entry. */
export interface TenantFacts {
  /** False once the deletion of this tenant was allowed. */
  protection?: boolean;
  /** Set once the tenant has left. */
  departed?: Departed;
}

/** A fleet file that was read, checked and brought into API units. */
export interface Fleet {
  /** Path of the fleet file as it was given. */
  file: string;
  /** Path of the facts beside it; the file need not exist. */
  stateFile: string;
  /** The fleet's name and Pulumi's project name. */
  name: string;
  /** The ownership mark, a UUID: projects marked with it belong to this fleet. */
  fleet: string;
  /** By name, in the order of the file. */
  organizations: ReadonlyMap<string, Organization>;
  /** Name of the first organization. */
  defaultOrganization?: string;
  secrets: SecretsSettings;
  defaults: TenantSettings;
  plans: ReadonlyMap<string, LimitSettings>;
  /** Regions allowed by each residency rule. */
  residency: ReadonlyMap<string, readonly string[]>;
  /** By key, in the order of the file. */
  tenants: ReadonlyMap<string, TenantEntry>;
  /** By key; also of tenants that are no longer in the fleet file. */
  facts: ReadonlyMap<string, TenantFacts>;
}
