import type * as pulumi from "@pulumi/pulumi";
import type { TenantAppRole } from "./tenantAppRoles";
import type { TenantPolicies } from "./tenantPolicies";
import type { TenantReplica } from "./tenantReplicas";
import type { TenantSnapshots } from "./tenantSnapshots";

/** Sizes and settings of the tenant's primary compute. */
export interface TenantCompute {
  /** Smallest size, in compute units (0.25, 0.5, 1 … 16, then even to 56). Changing it restarts the compute. */
  minCu?: pulumi.Input<number>;
  /** Largest size, in compute units; at most 8 above `minCu`. Changing it restarts the compute. */
  maxCu?: pulumi.Input<number>;
  /** Seconds without a query until the compute stops; -1 never, 0 Neon's default (300). Updates in place. */
  suspendSeconds?: pulumi.Input<number>;
  /**
   * Settings of Postgres by name, such as `work_mem`, joined name by name with those of the plan; the whole set is sent. Default none.
   * A change restarts the compute.
   */
  pgSettings?: Record<string, pulumi.Input<string>>;
}

/** The five limits of one billing period (`ProjectQuota`). 0 lifts a limit. Updates in place; lowering one may suspend the tenant. */
export interface TenantQuota {
  /** Wall-clock seconds that computes may be active. */
  activeTimeSeconds?: pulumi.Input<number>;
  /** CPU seconds: active seconds times compute units. */
  computeTimeSeconds?: pulumi.Input<number>;
  /** Bytes written over all branches. */
  writtenDataBytes?: pulumi.Input<number>;
  /** Bytes sent out through the proxy. */
  dataTransferBytes?: pulumi.Input<number>;
  /** Bytes of one branch; never resets. */
  logicalSizeBytes?: pulumi.Input<number>;
}

/** A database beside the one that comes with the project. */
export interface TenantExtraDatabase {
  /** Its name. Renames in place. */
  name: string;
  /** The role that owns it; default the tenant's own role. */
  owner?: string;
}

/**
 * What a plan gives to every customer on it. What a `TenantDatabaseArgs` sets itself wins: sizes, quotas and settings of Postgres
 * field by field, everything else as a whole. Any plan can follow any other in place; what Neon never switches off again (`hipaa`,
 * `enableLogicalReplication`) stays on, and a plan that says false of it is refused.
 */
export interface TenantPlan extends TenantPolicies {
  compute?: TenantCompute;
  quota?: TenantQuota;
  /** Seconds of history kept for restores, 0 to 2,592,000. */
  historyRetentionSeconds?: pulumi.Input<number>;
  /** Addresses that may connect, or the single word `any`. */
  allowedIps?: string[];
  /** Neon's own protection of the default branch. */
  protectedBranch?: pulumi.Input<boolean>;
  /** When snapshots are made. */
  snapshots?: TenantSnapshots[];
  appRoles?: TenantAppRole[];
  replicas?: TenantReplica[];
}

/** An existing project that becomes this tenant's, instead of a new one. */
export interface TenantAdopt {
  /** Its id. Either this or `byName`. */
  projectId?: string;
  /** Consent to take over the one project that has exactly the tenant's project name. */
  byName?: boolean;
  /** Send what differs with the adoption. Default false: the first `up` changes nothing and fails with the list of differences. */
  apply?: boolean;
  /** Set a new password for the owner where the project does not store passwords. Default false. */
  resetPassword?: boolean;
}

/** What one customer's database is. Every field can be changed later, except those that say they are refused. */
export interface TenantDatabaseArgs extends TenantPolicies {
  /** The customer's key: the stack's name under the driver. */
  tenant: string;
  /** Ownership mark of the fleet (uuid): tells this fleet's projects from others in the same organization. */
  fleet?: string;
  /** Name of the Neon project; default `tenant`. Renames in place. */
  projectName?: pulumi.Input<string>;
  /** Limits and extras shared by many tenants; what stands beside it wins. */
  plan?: TenantPlan;
  /** Takes over an existing project (`NEON_ADOPT_DIFFERS` names what is not as declared). Read at the first `up` only. */
  adopt?: TenantAdopt;
  /** Neon region, such as `aws-eu-central-1`. A change is refused (`NEON_IMMUTABLE`). */
  region: pulumi.Input<string>;
  /** Regions in which this customer's data may live; another `region` is refused before any call. Default all. */
  allowedRegions?: string[];
  /** PostgreSQL major version, 14 to 18; default Neon's (17). A change is refused. */
  pgVersion?: pulumi.Input<number>;
  /** Organization id; default that of the key. A change is refused. */
  orgId?: pulumi.Input<string>;
  /** Name of the default branch; default `main`. Renames in place. */
  branchName?: pulumi.Input<string>;
  /** The database of the project; default `neondb`. A change is refused. */
  databaseName?: pulumi.Input<string>;
  /** The role that owns it; default `<database>_owner`. A change is refused. */
  roleName?: pulumi.Input<string>;
  /** Further databases. Removing one from the list is refused unless `allowDelete` named it before. */
  databases?: TenantExtraDatabase[];
  /** Further roles (members of `neon_superuser`, as all roles made by Neon's API). */
  roles?: string[];
  /**
   * Roles with least privilege and a generated password, made over SQL. Removing one is refused unless `allowDelete` named it
   * before.
   */
  appRoles?: TenantAppRole[];
  /** Counts the rotations of the app roles' passwords, default 0: another number makes new ones, once. */
  rotation?: number;
  /**
   * Counts the restores of the default branch, default 0: another number applies app roles, passwords and grants anew. A restore that
   * Neon shows is noticed without it, by one GET in `up` and `preview`.
   */
  restores?: number;
  /** Read-only computes. Removing one is refused unless `allowDelete` named it before. */
  replicas?: TenantReplica[];
  /** Names of further databases, roles, app roles and replicas whose deletion was allowed by an earlier, separate `up`. */
  allowDelete?: string[];
  compute?: TenantCompute;
  quota?: TenantQuota;
  /** Seconds of history kept for restores, 0 to 2,592,000. Lowering it gives up history. */
  historyRetentionSeconds?: pulumi.Input<number>;
  /** Addresses that may connect, or the single word `any`; unset leaves the list alone. */
  allowedIps?: string[];
  /** Neon's own protection of the default branch. */
  protectedBranch?: pulumi.Input<boolean>;
  /** When snapshots of the default branch are made (paid plans). An empty list makes none. Fewer reduce protection. */
  snapshots?: TenantSnapshots[];
  /**
   * Leaves management without deleting: removing the tenant or destroying its stack then keeps project and data at Neon. Default false.
   * Takes effect with the `up` before.
   */
  retainOnDelete?: boolean;
  /**
   * Both locks on the customer's data, default true: ours (`deletionProtection`) and the engine's (`protect`). To destroy, write
   * false and `up` once, then destroy.
   */
  protection?: boolean;
}
