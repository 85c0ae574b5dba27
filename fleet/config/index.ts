export { completeSpec } from "./completeSpec";
export type {
  Fleet,
  LimitSettings,
  Organization,
  SecretsSettings,
  TenantEntry,
  TenantFacts,
  TenantSettings,
} from "./fleet";
export { FleetConfigError, FleetError, isFleetError } from "./fleetError";
export { fleetJsonSchema } from "./fleetJsonSchema";
export { loadFleet } from "./loadFleet";
export { formatProblem, type Problem, type ProblemCode } from "./problem";
export {
  policiesOf,
  policyNames,
  type MaintenanceWindowSpec,
  type PolicySpec,
  type PreloadLibrariesSpec,
} from "./policySpec";
export { resolveFleet, resolveTenant } from "./resolveTenant";
export type {
  AdoptSpec,
  AppRoleSpec,
  ComputeSpec,
  DatabaseSpec,
  Departed,
  QuotaSpec,
  ReplicaSpec,
  SnapshotsSpec,
  TenantSpec,
} from "./tenantSpec";
export { writeFact, writeSecretsSalt, type FactChange } from "./writeFact";
export { formatDataSize, parseDataSize } from "./dataSize";
export { formatDuration, parseDuration } from "./duration";
export { stateFileOf } from "./stateFile";
