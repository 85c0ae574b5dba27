import type { Amounts, StoredBytes } from "../store/usageDocuments";

export const nothingUsed: Amounts = { activeMs: 0, computeMs: 0, writtenBytes: 0, transferredBytes: 0 };
export const nothingStored: StoredBytes = { root: 0, child: 0 };

export function sum(a: Amounts, b: Partial<Amounts>): Amounts {
  return {
    activeMs: a.activeMs + (b.activeMs ?? 0),
    computeMs: a.computeMs + (b.computeMs ?? 0),
    writtenBytes: a.writtenBytes + (b.writtenBytes ?? 0),
    transferredBytes: a.transferredBytes + (b.transferredBytes ?? 0),
  };
}

/** What is stored for some time, in byte-hours, added to what there is. */
export function addByteHours(total: StoredBytes, stored: StoredBytes, ms: number): StoredBytes {
  const hours = Math.max(0, ms) / 3_600_000;
  return { root: total.root + stored.root * hours, child: total.child + stored.child * hours };
}
