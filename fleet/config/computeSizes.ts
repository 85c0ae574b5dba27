import type { ComputeSpec } from "./tenantSpec";

/** Autoscaling reaches no further up than this, in CU; larger computes have one fixed size. */
const largestAutoscalingCu = 16;
/** Largest distance of the two ends of autoscaling, in CU. */
const widestRangeCu = 8;

/** True for the sizes that Neon offers: 0.25, 0.5, 1 to 16, and 18 to 56 in steps of two. */
export function isComputeSize(cu: number): boolean {
  if (cu === 0.25 || cu === 0.5) return true;
  return Number.isInteger(cu) && cu >= 1 && (cu <= 16 || (cu <= 56 && cu % 2 === 0));
}

/** What is wrong with two ends that are sizes each; undefined when nothing is. */
export function computeRangeFault(compute: ComputeSpec): string | undefined {
  const { minCu, maxCu } = compute;
  if (minCu === undefined && maxCu === undefined) return undefined;
  if (minCu === undefined || maxCu === undefined) {
    const [set, missing] = minCu === undefined ? ["max", "min"] : ["min", "max"];
    return `${set} stands without ${missing}, and Neon's own default for ${missing} may lie on the wrong side of it; write both`;
  }
  if (minCu > maxCu) return `min ${minCu} is larger than max ${maxCu}`;
  if (minCu === maxCu) return undefined;
  if (maxCu > largestAutoscalingCu) {
    return `max ${maxCu} is too large to scale to; above ${largestAutoscalingCu} CU min and max must be equal`;
  }
  if (maxCu - minCu > widestRangeCu) {
    return `min ${minCu} and max ${maxCu} are more than ${widestRangeCu} CU apart, which Neon does not scale across`;
  }
  return undefined;
}
