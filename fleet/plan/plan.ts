import type { TenantSpec } from "../config";

/** A tenant that the ledger knows: what was applied last. */
export interface KnownTenant {
  tenant: string;
  /** {@link specHash} of what was applied. */
  hash: string;
  /** Version of the program that applied it. */
  programVersion: string;
  /** What was applied; without it the changes of a tenant cannot be listed, only that there are some. */
  spec?: TenantSpec;
  projectId?: string;
  /** Fingerprint of the checkpoint that the last apply left (file hash, ETag, row version). */
  fingerprint?: string;
}

/** A tenant whose checkpoint exists in the backend now. */
export interface ObservedTenant {
  tenant: string;
  /** Fingerprint of the checkpoint as it is now. */
  fingerprint: string;
}

/** What a change does to the tenant while it is made. */
export type ChangeClass = "inPlace" | "restartsCompute" | "reducesProtection" | "maySuspend" | "refused";

/** One field that differs between what was applied and what the file asks for. */
export interface FieldChange {
  /** Path in the TenantSpec, such as `quota.computeTimeSeconds`. */
  field: string;
  /** What was applied; undefined where nothing was set. */
  from: unknown;
  to: unknown;
  class: ChangeClass;
  /** Of a quota that is lowered, once Neon was asked. */
  use?: QuotaUse;
  /** Why it is refused and what to do instead, where the provider's field says so. */
  refusal?: { reason: string; wayOut: string };
}

/** Present use of a quota that is lowered. */
export interface QuotaUse {
  /** In the unit of the quota: this billing period's, or the size of the largest branch. Undefined where it could not be learnt. */
  used?: number;
  /** The new limit is used up already: Neon would suspend the computes at once. */
  isUsedUp?: boolean;
  /** Code of the error that kept it from being learnt. */
  error?: string;
}

/**
 * What an apply does for a tenant. `unlisted`: known, no longer in the file, left alone. `departed`: has left, left alone. `refused`: asks for
 * what cannot be done, left alone.
 */
export type PlanAction = "create" | "update" | "unchanged" | "refused" | "unlisted" | "departed";

/** Why a tenant is created or updated although, perhaps, no field differs. */
export type PlanReason =
  "new" | "specChanged" | "programChanged" | "checkpointChanged" | "checkpointMissing" | "notInLedger";

/** Why something is refused, and the way out. */
export interface Refusal {
  /** Stable, such as `FLEET_REGION_IMMUTABLE`. */
  code: string;
  /** One sentence, without a full stop. */
  reason: string;
  /** What to do instead. */
  wayOut: string;
}

export interface PlanEntry {
  tenant: string;
  action: PlanAction;
  /** What the file asks for; undefined for an unlisted tenant, and for a departed one that is no longer in the file. */
  spec?: TenantSpec;
  /** {@link specHash} of `spec`. */
  hash?: string;
  /** Known from the ledger. */
  projectId?: string;
  reasons: PlanReason[];
  /** Empty where what was applied is not known. */
  changes: FieldChange[];
  /** One per refused change; empty unless the action is `refused`. */
  refusals: Refusal[];
}

/** Why an apply must not start at all. */
export interface PlanStop extends Refusal {
  /** How many known tenants are no longer in the file. */
  lost: number;
  /** How many tenants are known and have not departed. */
  known: number;
}

export interface Plan {
  /** Tenants of the file in its order, then known tenants that are not in it, by key. */
  entries: PlanEntry[];
  /** Tenants by action. */
  actions: Record<PlanAction, number>;
  /** Field changes by class. */
  classes: Record<ChangeClass, number>;
  /** Set where nothing may be called, whatever the entries say. */
  stop?: PlanStop;
}
