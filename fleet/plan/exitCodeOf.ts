import type { Plan } from "./plan";

/** How a run of a plan ended, as far as its exit code needs to know. */
export interface RunOutcome {
  /** Tenants whose stack operation failed. Default 0. */
  failed?: number;
  /** Drift and alerts that were reported. Default 0. */
  alerts?: number;
  /** True where a person or a signal ended the run. */
  interrupted?: boolean;
}

/** 0 done, 1 some tenants failed, 2 bad input, 3 drift, alert or unlisted, 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 3 | 130;

/**
 * The exit code of a plan, or of a run of it. The first that holds: interrupted (130), failed tenants (1), refused tenants, which are bad
 * input (2), a stopped plan, unlisted tenants, drift or alerts (3).
 */
export function exitCodeOf(plan: Plan, outcome: RunOutcome = {}): ExitCode {
  if (outcome.interrupted === true) return 130;
  if ((outcome.failed ?? 0) > 0) return 1;
  if (plan.actions.refused > 0) return 2;
  if (plan.stop !== undefined || plan.actions.unlisted > 0 || (outcome.alerts ?? 0) > 0) return 3;
  return 0;
}
