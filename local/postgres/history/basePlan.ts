import type { Base } from "./baseRecord";

/** A moment as the history looks for it. */
export type Target = { timeMs: number } | { lsn: bigint };

/** The base from which a moment is reached with the least WAL. */
export function baseFor(bases: readonly Base[], target: Target): Base | undefined {
  return bases.filter((base) => isReachable(base, target)).pop();
}

function isReachable({ usableFrom }: Base, target: Target): boolean {
  return "lsn" in target ? usableFrom.lsn <= target.lsn : usableFrom.timeMs <= target.timeMs;
}

/** Big branches are copied less often, or copying would be all that they do: replaying is at least a fourth as quick as copying. */
export function isBaseDue(latest: Base | undefined, headLsn: bigint, refreshBytes: number): boolean {
  if (!latest) return true;
  return headLsn - latest.startLsn > BigInt(Math.max(refreshBytes, Math.ceil(latest.sizeBytes / 4)));
}

/** What no moment after the horizon needs: the bases before the last one that is as old as it. */
export function expired(bases: readonly Base[], horizonMs: number): Base[] {
  const index = bases.findLastIndex(({ usableFrom }) => usableFrom.timeMs <= horizonMs);
  return bases.slice(0, Math.max(0, index));
}

/**
 * Those to do without so that no more than `most` remain. The first and the last always stay; between them the gaps grow with age,
 * because moments that passed lately are asked for more than others.
 */
export function surplus(bases: readonly Base[], most: number): Base[] {
  const left = [...bases];
  const dropped: Base[] = [];
  while (left.length > Math.max(2, most)) {
    const [index] = left
      .map((_, i) => i)
      .slice(1, -1)
      .sort((a, b) => costOfLoss(left, a) - costOfLoss(left, b));
    dropped.push(...left.splice(index as number, 1));
  }
  return dropped;
}

/** The WAL that would be replayed from the base before, in relation to how far back it is. */
function costOfLoss(bases: readonly Base[], index: number): number {
  const at = (i: number) => Number((bases[i] as Base).startLsn);
  return (at(index + 1) - at(index - 1)) / (at(bases.length - 1) - at(index) + 1);
}
