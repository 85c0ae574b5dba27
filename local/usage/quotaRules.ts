import { LocalNeonError } from "../localNeonError";

/** How quotas work where Neon's documents contradict each other or are silent. */
export interface QuotaRules {
  /**
   * Seconds between two looks at a project's counters: what it uses beyond a quota meanwhile is not noticed, and `getProject` shows the
   * counters of the last look. Looks are at full multiples since 1970. Default 0: at once. At Neon about 900, up to 3600.
   */
  lagSeconds?: number;
  /** Whether a changed quota counts at once or from the next look on. Without a lag there is no difference. Default `atOnce`. */
  changedQuota?: "atOnce" | "nextLook";
  /** Whether counters are zero as soon as the billing period has ended, or from the next look on. Default `periodEnd`. */
  counterReset?: "periodEnd" | "nextLook";
  /** Day of the month, 1 to 28, on which billing periods begin at midnight UTC. Default 1. */
  periodAnchorDay?: number;
  /**
   * HTTP status of `startProjectEndpoint`, `restartProjectEndpoint` and of changes of roles and databases, which need a compute, while a
   * quota is used up. Default 423.
   */
  refusalStatus?: 423 | 402 | 422;
  /** Whether the `code` of that answer names the quota, like `ACTIVE_TIME_QUOTA_EXCEEDED`, or is empty. Default `named`. */
  refusalCode?: "named" | "empty";
  /**
   * What happens to a branch beyond `logical_size_bytes`. `suspend` (default): its computes are suspended and refuse connections, like
   * for the other quotas but for this branch only. `writesFail`: they run, and writes fail.
   *
   * At Neon such a write fails with SQLSTATE 53100. PostgreSQL alone can only be told to begin every transaction read-only
   * (`default_transaction_read_only`), so here writes fail with 25006, and a session that wants to delete rows may switch that off.
   */
  logicalSize?: "suspend" | "writesFail";
}

export type CompleteQuotaRules = Required<QuotaRules>;

export function completeQuotaRules(rules: QuotaRules = {}): CompleteQuotaRules {
  const { lagSeconds = 0, periodAnchorDay = 1 } = rules;
  if (!(lagSeconds >= 0 && Number.isFinite(lagSeconds))) throw invalid("lagSeconds is 0 or more.");
  if (!(Number.isInteger(periodAnchorDay) && periodAnchorDay >= 1 && periodAnchorDay <= 28)) {
    throw invalid("periodAnchorDay is a day that every month has, 1 to 28.");
  }
  return {
    changedQuota: "atOnce",
    counterReset: "periodEnd",
    refusalStatus: 423,
    refusalCode: "named",
    logicalSize: "suspend",
    ...rules,
    lagSeconds,
    periodAnchorDay,
  };
}

const invalid = (hint: string) =>
  new LocalNeonError("LOCAL_QUOTA_RULES_INVALID", "The rules of quotas are not possible.", hint);
