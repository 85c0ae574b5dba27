export {
  allowText,
  type ConsentClass,
  consentClasses,
  type ConsentNeed,
  consentNeeds,
  isConsentClass,
} from "./consent";
export { exitCodeOf, type ExitCode, type RunOutcome } from "./exitCodeOf";
export type {
  ChangeClass,
  FieldChange,
  KnownTenant,
  ObservedTenant,
  Plan,
  PlanAction,
  PlanEntry,
  PlanReason,
  PlanStop,
  QuotaUse,
  Refusal,
} from "./plan";
export { planFleet, type PlanInput } from "./planFleet";
export { loweredQuotas, type QuotaName, type TenantUse, withQuotaUse } from "./quotaUse";
export { selectTenants, type Selection, type UnknownName } from "./selectTenants";
export { specHash } from "./specHash";
