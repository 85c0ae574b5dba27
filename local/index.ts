import { createComputes } from "./postgres/createComputes";
import { type LocalNeon, type LocalNeonOptions, startServer } from "./startServer";

export type { LocalApiKey, LocalOrganization, LocalPerson, OrganizationRole, Plan } from "./api/callers";
export type { LatencyProfile } from "./api/operations/latency";
export { type Clock, type ManualClock, manualClock, systemClock } from "./clock";
export type { RequestCount } from "./api/requestCounts";
export type { AccessRules } from "./api/rules/accessRules";
export type { BranchRules, ScheduleFrequency } from "./api/rules/branchRules";
export type { ComputeRules } from "./api/rules/computeRules";
export type { FaultHandle } from "./faults/activeFault";
export type { FaultEvent } from "./faults/faultEvent";
export type { FaultEffect, FaultKind, FaultMoment, FaultRule, FaultSelection } from "./faults/faultRule";
export type { LocalFaults } from "./faults/faults";
export { readFaultFile } from "./faults/readFaultFile";
export { LocalNeonError } from "./localNeonError";
export type { OptionsFile } from "./options/optionsFile";
export { readOptionsFile } from "./options/readOptionsFile";
export { serveLocalNeon, type ServeOptions } from "./serve";
export { hasState, resetState } from "./serving/resetState";
export { readRunningServer, type RunningServer } from "./serving/runningServer";
export type { Seeded, SeededBranch, SeededProject } from "./seed/applySeed";
export type { Seed, SeedBranch, SeedDatabase, SeedProject } from "./seed/seed";
export type { LocalNeon, LocalNeonOptions } from "./startServer";
export type { LocalClock } from "./localClock";
export { type ClockJump, type MovableClock, movableClock, type MovableClockOptions } from "./movableClock";
export type { LocalUsage, UsageToAdd } from "./usage/localUsage";
export type { QuotaRules } from "./usage/quotaRules";

/**
 * Starts Neon's API over real PostgreSQL on this machine. A fresh instance is there in a fraction of a second: databases are made
 * when they are first connected to.
 */
export function startLocalNeon(options: LocalNeonOptions = {}): Promise<LocalNeon> {
  return startServer(options, createComputes);
}
