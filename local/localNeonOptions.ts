import type { LocalApiKey, LocalOrganization } from "./api/callers";
import type { LatencyProfile } from "./api/operations/latency";
import type { AccessRules } from "./api/rules/accessRules";
import type { BranchRules } from "./api/rules/branchRules";
import type { ComputeRules } from "./api/rules/computeRules";
import type { Clock } from "./clock";
import type { FaultRule } from "./faults/faultRule";
import type { Seed } from "./seed/seed";
import type { QuotaRules } from "./usage/quotaRules";

/** How a local Neon is started. */
export interface LocalNeonOptions {
  /** Port of the API on 127.0.0.1. Default 0: a free one. */
  port?: number;
  /** Port of every endpoint's own loopback address. Default 0: a free one. */
  pgPort?: number;
  /** Holds metadata, data and the CA; may exist already. Default: a temporary folder that `close` removes. */
  stateFolder?: string;
  /** How long operations take: `none` (default) a few milliseconds, `neon` as measured at Neon. */
  latency?: LatencyProfile;
  /** What is not known for certain of Neon's branches and snapshots. Default: as described there. */
  branchRules?: BranchRules;
  /** What is not known for certain of Neon's projects, keys and organizations. Default: as described there. */
  accessRules?: AccessRules;
  /** What is not known for certain of Neon's computes. Default: as described there. */
  computeRules?: ComputeRules;
  /**
   * SQLSTATE of the errors that Neon's proxy gives itself: `XX000` as in its source (default), or for instance `53300`, which a client was
   * reported to get where a quota is used up.
   */
  proxyErrorSqlState?: string;
  /** Milliseconds between two looks at what branches write and computes send. Default 1000. */
  meterMs?: number;
  /** What is not known for certain of Neon's quotas. Default: as described there. */
  quotaRules?: QuotaRules;
  /** Neon's 700 requests in any minute for each account and 40 in any second for each route. Default false. */
  rateLimits?: boolean;
  /**
   * Where `rateLimits` is on: most requests for consumption in any minute for each account, all of those routes together. Neon's
   * documents name 30, the default; they were written before the present routes. 0: these routes have no limit of their own.
   */
  consumptionRateLimit?: number;
  /** Faults in force from the start. Default: none. */
  faults?: FaultRule[];
  /** Begins the chances of faults: the same seed and the same requests in the same order meet the same faults. Default 1. */
  faultSeed?: number;
  /** Seconds without connections before a compute stops, where `suspend_timeout_seconds` is 0. Default 300. */
  idleSeconds?: number;
  /** Accept connections to Postgres without TLS. Default false. */
  allowPlaintext?: boolean;
  /** Refuse fields that Neon's document does not name, in requests and in answers: for tests. Default false. */
  closed?: boolean;
  /** Default: one organization on the Scale plan. */
  organizations?: LocalOrganization[];
  /** Default: the personal key `local` of the first organization, which requests need not name. */
  apiKeys?: LocalApiKey[];
  /** Gets one line for each request and event; never a password or key. Default: none. */
  log?: (line: string) => void;
  /** What must exist when the server is there, or a YAML or JSON file that says so. What is there already stays as it is. Default: nothing. */
  seed?: Seed | string;
  /** What time goes by before it is moved. Default: the machine's clock. */
  clock?: Clock;
  /** Moves the clock forward before anything is served: a duration (`30d`) or a moment to come (`2027-01-01T00:00:00Z`). */
  startAt?: string;
}
