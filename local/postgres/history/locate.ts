import { LocalNeonError } from "../../localNeonError";
import type { Moment } from "../../types";
import type { Branch } from "../branch";
import { baseFor, type Target } from "./basePlan";
import { parseLsn } from "./lsn";
import { readMade, type Origin } from "./madeRecord";

/** Finds branches for others. */
export interface BranchFinder {
  byId(branchId: string): Branch | undefined;
  /** Where the data is now that another came from. */
  withData(origin: Origin, projectId: string): Branch | undefined;
}

/** What the history says of a branch at present. */
export interface Present {
  nowMs: number;
  headLsn: bigint;
}

/** Nothing where no moment is meant but the head. */
export function targetOf(moment: Moment | undefined): Target | undefined {
  if (moment?.lsn !== undefined) {
    const lsn = parseLsn(moment.lsn);
    if (lsn === undefined) throw outside(`"${moment.lsn}" is not a position in the WAL.`);
    return { lsn };
  }
  if (!moment?.time) return undefined;
  const timeMs = moment.time.getTime();
  if (Number.isNaN(timeMs)) throw outside("The time is not a time.");
  return { timeMs };
}

/**
 * Whose WAL leads to the moment: the branch's own, or that of the one that its data came from, and so on. The moment in the answer is
 * the other's: a branch that was copied at some moment had that state before.
 */
export function locate(
  branch: Branch,
  target: Target,
  present: Present,
  branches: BranchFinder,
): { owner: Branch; target: Target } {
  checkBounds(branch, target, present);
  let [owner, sought] = [branch, target];
  while (!baseFor(owner.history.bases.list(), sought)) {
    const origin = readMade(owner.files)?.origin;
    const former = origin && branches.withData(origin, branch.spec.projectId);
    if (!origin || !former) throw outside("The moment lies before the beginning of the branch's history.");
    sought = cap(sought, origin.at);
    owner = former;
  }
  return { owner, target: sought };
}

/** The earliest time that a branch's own WAL, and that of those it came from, leads to; Infinity without any. */
export function earliestMs(branch: Branch, branches: BranchFinder): number {
  const own = branch.history.bases.list()[0]?.usableFrom.timeMs ?? Infinity;
  const origin = readMade(branch.files)?.origin;
  const former = origin && branches.withData(origin, branch.spec.projectId);
  return former ? Math.min(own, earliestMs(former, branches)) : own;
}

/** The same as a position; nothing without any. Not all that lies behind it need be there. */
export function earliestLsn(branch: Branch, branches: BranchFinder): bigint | undefined {
  const own = branch.history.bases.list()[0]?.usableFrom.lsn;
  const origin = readMade(branch.files)?.origin;
  const former = origin && branches.withData(origin, branch.spec.projectId);
  const before = former && earliestLsn(former, branches);
  return own === undefined || (before !== undefined && before < own) ? before : own;
}

export function outside(sentence: string): LocalNeonError {
  const hint = "Ask for a moment that the history retention of the project covers.";
  return new LocalNeonError("LOCAL_OUTSIDE_HISTORY", sentence, hint);
}

function checkBounds(branch: Branch, target: Target, { nowMs, headLsn }: Present): void {
  const keptMs = branch.history.retentionMs;
  if (keptMs === 0) throw outside("No history is kept.");
  if ("lsn" in target) {
    if (target.lsn > headLsn) throw outside("The branch has not written as far as this position.");
  } else {
    if (target.timeMs > nowMs) throw outside("The moment lies in the future.");
    if (target.timeMs < nowMs - keptMs) throw outside("The moment is older than the history that is kept.");
  }
}

function cap(target: Target, at: Origin["at"]): Target {
  if (!at) return target;
  const lsn = parseLsn(at.lsn) ?? 0n;
  const isLater = "lsn" in target ? target.lsn >= lsn : target.timeMs >= at.timeMs;
  return isLater ? { lsn } : target;
}
