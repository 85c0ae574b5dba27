import type { Amounts, StoredBytes, UsageHourDocument } from "../store/usageDocuments";
import { addByteHours, nothingStored, nothingUsed, sum } from "./amounts";

export const hourLengthMs = 3_600_000;

export const hourOf = (atMs: number): number => Math.floor(atMs / hourLengthMs) * hourLengthMs;

/** A span of time cut at the full hours: what lies in each. */
export function splitByHour(fromMs: number, toMs: number): { hourMs: number; ms: number }[] {
  const parts: { hourMs: number; ms: number }[] = [];
  for (let startMs = fromMs; startMs < toMs;) {
    const hourMs = hourOf(startMs);
    const endMs = Math.min(toMs, hourMs + hourLengthMs);
    parts.push({ hourMs, ms: endMs - startMs });
    startMs = endMs;
  }
  return parts;
}

/** An hour in which nothing has happened yet. */
export function newHour(branchId: string, hourMs: number, stored: StoredBytes): UsageHourDocument {
  return {
    branch_id: branchId,
    hourMs,
    used: nothingUsed,
    before: stored,
    byteHours: nothingStored,
    untilMs: hourMs,
    after: stored,
  };
}

export const usedInHour = (hour: UsageHourDocument, used: Partial<Amounts>): UsageHourDocument => ({
  ...hour,
  used: sum(hour.used, used),
});

/** From this moment of the hour on, so much is stored. */
export function storedFrom(hour: UsageHourDocument, atMs: number, stored: StoredBytes): UsageHourDocument {
  const untilMs = Math.max(hour.untilMs, atMs);
  return { ...hour, byteHours: byteHoursUntil(hour, untilMs), untilMs, after: stored };
}

/** Byte-hours from the beginning of the hour until a moment after its last change. */
export function byteHoursUntil(hour: UsageHourDocument, atMs: number): StoredBytes {
  const endMs = Math.min(atMs, hour.hourMs + hourLengthMs);
  return addByteHours(hour.byteHours, hour.after, endMs - hour.untilMs);
}
