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
  Refusal,
} from "./plan";
export { planFleet, type PlanInput } from "./planFleet";
export { selectTenants, type Selection, type UnknownName } from "./selectTenants";
export { specHash } from "./specHash";
