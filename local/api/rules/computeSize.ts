import { ApiError, badRequest } from "../apiError";
import type { Plan } from "../callers";
import type { CompleteComputeRules } from "./computeRules";
import { checkPlanSize } from "./planLimits";

/** What decides over the fields of a compute besides the fields. */
export interface ComputeFacts {
  plan: Plan;
  rules: Pick<CompleteComputeRules, "freeSuspendTimeout">;
}

/** Sizes in CU that Neon offers: quarter, half, whole ones to 16, even ones to 56. */
export function isComputeSize(cu: number): boolean {
  if (cu === 0.25 || cu === 0.5) return true;
  return Number.isInteger(cu) && cu >= 1 && (cu <= 16 || (cu <= 56 && cu % 2 === 0));
}

/** A fixed size is any size; autoscaling needs a range within 16 CU that spans at most 8. A plan may have less of both. */
export function checkComputeSize(minCu: number, maxCu: number, plan: Plan): void {
  for (const cu of [minCu, maxCu]) {
    if (!isComputeSize(cu)) throw badRequest(`compute size ${cu} is not supported`);
  }
  if (minCu > maxCu) {
    throw badRequest("autoscaling_limit_min_cu must not be greater than autoscaling_limit_max_cu");
  }
  if (minCu !== maxCu && maxCu > 16) {
    throw badRequest("autoscaling is available up to 16 CU; larger computes have a fixed size");
  }
  if (minCu !== maxCu && maxCu - minCu > 8) {
    throw badRequest("the difference between autoscaling_limit_max_cu and autoscaling_limit_min_cu must not exceed 8");
  }
  checkPlanSize(minCu, maxCu, plan);
}

/** Whether an input says anything of the size: a size from before, when the plan was another, stays until then. */
export const namesSize = (input: { autoscaling_limit_min_cu?: number; autoscaling_limit_max_cu?: number }): boolean =>
  input.autoscaling_limit_min_cu !== undefined || input.autoscaling_limit_max_cu !== undefined;

/**
 * Seconds of inactivity before a compute is suspended, as they are stored: -1 never, 0 Neon's default, otherwise a minute to a week.
 * Free has the default only, Launch the default or never.
 */
export function allowedSuspendTimeout(seconds: number, { plan, rules }: ComputeFacts): number {
  if (seconds < -1 || (seconds > 0 && seconds < 60) || seconds > 604_800) {
    throw badRequest("suspend_timeout_seconds must be -1, 0, or between 60 and 604800");
  }
  if (plan === "scale" || seconds === 0) return seconds;
  if (plan === "launch" && (seconds === -1 || seconds === 300)) return seconds;
  if (plan === "free" && rules.freeSuspendTimeout === "ignored") return 0;
  throw new ApiError(412, "suspend interval changing is not allowed for your account");
}

/** Most connections of a compute, by its smaller relevant size: `max_cu`, or eight times `min_cu`. */
export function maxConnectionsOf(minCu: number, maxCu: number): number {
  const cu = Math.min(maxCu, 8 * minCu);
  return cu >= 9 ? 4000 : Math.floor(cu * 419.63);
}
