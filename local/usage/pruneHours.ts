import type { Store } from "../store/store";
import { monthText } from "./storedUsage";

/** Neon answers for a year at most (monthly granularity); the month before may be part of its first one. */
const KEPT_MONTHS = 13;

/** Deletes the hours of calendar months that nobody can ask for any more. */
export function pruneHours(store: Store, nowMs: number): void {
  const now = new Date(nowMs);
  const oldest = monthText(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - KEPT_MONTHS));
  for (const parent of store.parents("usageHour")) {
    if (parent.slice(-oldest.length) < oldest) store.removeAll("usageHour", parent);
  }
}
