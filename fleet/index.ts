/** The driver: one stack per entry of `tenants.yaml`, from scripts. The command line is made of these functions. */
export * from "./config";
export * from "./plan";
export { openFleet, specOf, type OpenFleet, type OpenFleetOptions } from "./openFleet";
export { type FleetHome } from "./home";
export { applyFleet, type ApplyOptions, type ApplyReport } from "./operations/applyFleet";
export { destroyTenant, type DestroyOptions, type DestroyReport } from "./operations/destroyTenant";
export { listTenants, type TenantRow } from "./operations/listTenants";
export { ConsentError } from "./operations/requireConsent";
export { planTenants, planWithUse, type PlanOptions } from "./operations/planTenants";
export { unlockTenant, type UnlockOptions } from "./operations/unlockTenant";
export { OutputReader, type ConnectionOutputs } from "./operations/tenantOutputs";
export { type FleetEvent, type TenantOutcome, type TenantState } from "./run/events";
export { StackError, type StackErrorKind, type StackLock } from "./engine/stackError";
export {
  type AppliedMark,
  type StackEngine,
  type StackOperation,
  type StackResult,
  type StackVerb,
} from "./engine/stackEngine";
export { type LedgerRecord } from "./ledger/ledger";
export { applyReport } from "./report/applyReport";
export { maskUri } from "./report/maskUri";
export { planReport } from "./report/planReport";
export type { HandedTenant, TenantOutputs } from "./program";
export { tenantProgram } from "./tenantProgram";
