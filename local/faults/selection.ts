import type { FaultSelection } from "./faultRule";

/** How far a rule has counted. */
export interface SelectionState {
  /** Matching requests, or operations, so far. */
  matched: number;
  /** Of these, the ones that it struck. */
  fired: number;
}

/**
 * Counts one more match and says whether the rule strikes it. A chance is drawn only where the counts let it strike, so that the
 * same matches in the same order meet the same faults.
 */
export function strikes(
  { after = 0, every = 1, first = Infinity, probability = 1 }: Omit<FaultSelection, "route">,
  state: SelectionState,
  chance: () => number,
): boolean {
  state.matched += 1;
  const counted = state.matched - after;
  if (counted < 1 || counted % every !== 0 || counted / every > first) return false;
  // A chance below 1 is below a probability of 1 always, and below one of 0 never.
  if (chance() >= probability) return false;
  state.fired += 1;
  return true;
}
