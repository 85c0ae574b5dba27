import { hourLengthMs, hourOf } from "./hours";
import { periodOf, type Period } from "./period";
import type { Span } from "./figures";

export type Granularity = "hourly" | "daily" | "monthly";

const dayLengthMs = 24 * hourLengthMs;

/** The beginning of the hour, day or calendar month (in UTC) of a moment. */
export function roundDown(atMs: number, granularity: Granularity): number {
  if (granularity === "hourly") return hourOf(atMs);
  if (granularity === "daily") return Math.floor(atMs / dayLengthMs) * dayLengthMs;
  const at = new Date(atMs);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth());
}

function following(startMs: number, granularity: Granularity): number {
  if (granularity === "hourly") return startMs + hourLengthMs;
  if (granularity === "daily") return startMs + dayLengthMs;
  const at = new Date(startMs);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1);
}

/** The earliest moment that can be asked for: 168 hours, 60 days or a year ago. */
export function earliestMs(nowMs: number, granularity: Granularity): number {
  if (granularity === "hourly") return nowMs - 168 * hourLengthMs;
  if (granularity === "daily") return nowMs - 60 * dayLengthMs;
  const now = new Date(nowMs);
  return now.setUTCFullYear(now.getUTCFullYear() - 1);
}

/** Whole hours, days or months from one moment to before another, both rounded down. */
export function timeframes(fromMs: number, toMs: number, granularity: Granularity): Span[] {
  const frames: Span[] = [];
  const endMs = roundDown(toMs, granularity);
  for (let startMs = roundDown(fromMs, granularity); startMs < endMs; startMs = following(startMs, granularity)) {
    frames.push({ fromMs: startMs, toMs: following(startMs, granularity) });
  }
  return frames;
}

/** Timeframes by the billing period that they begin in, in order of time. */
export function byPeriod(frames: readonly Span[], anchorDay: number): { period: Period; frames: Span[] }[] {
  const groups: { period: Period; frames: Span[] }[] = [];
  for (const frame of frames) {
    const period = periodOf(frame.fromMs, anchorDay);
    const last = groups.at(-1);
    if (last?.period.startMs === period.startMs) last.frames.push(frame);
    else groups.push({ period, frames: [frame] });
  }
  return groups;
}

/**
 * Whole numbers for the timeframes of one billing period: each is what the rounded sum since the period began grew by, so that they
 * add up to the rounded sum of the period, whatever the granularity. `exact` is the sum of one span; timeframes follow each other.
 */
export function wholeFigures(periodStartMs: number, frames: readonly Span[], exact: (span: Span) => number): number[] {
  let total = exact({ fromMs: periodStartMs, toMs: frames[0]?.fromMs ?? periodStartMs });
  return frames.map((frame) => {
    const before = Math.floor(total);
    total += exact(frame);
    return Math.floor(total) - before;
  });
}
