import { createHash } from "node:crypto";
import type { Span } from "../../usage/figures";
import type { UsageHistory } from "../../usage/history";
import type { Measure } from "../../usage/metrics";
import { byPeriod, wholeFigures } from "../../usage/timeframes";
import type { ApiContext } from "../context";

/** Text of a moment as Neon writes it in consumption: without fractions of a second. */
const timeText = (ms: number) => new Date(ms).toISOString().replace(".000Z", "Z");

interface Billed {
  /** Whose billing period it is. */
  orgId: string;
  plan: string;
}

/**
 * Timeframes grouped by billing period, in order of time; `show` makes what is shown of the timeframes of one period. Those before
 * `sinceMs`, when there was nothing to count yet, are left out.
 */
export function consumptionPeriods<T extends object>(
  context: ApiContext,
  billed: Billed,
  frames: readonly Span[],
  sinceMs: number,
  show: (periodStartMs: number, frames: readonly Span[]) => T[],
) {
  const since = frames.filter(({ toMs }) => toMs > sinceMs);
  return byPeriod(since, context.usage.rules.periodAnchorDay).map(({ period, frames: within }) => {
    const shown = show(period.startMs, within);
    return {
      period_id: periodId(billed.orgId, period.startMs),
      period_plan: billed.plan,
      period_start: timeText(period.startMs),
      ...(period.endMs <= context.clock.now().getTime() ? { period_end: timeText(period.endMs) } : {}),
      consumption: within.map(({ fromMs, toMs }, index) => ({
        timeframe_start: timeText(fromMs),
        timeframe_end: timeText(toMs),
        ...shown[index],
      })),
    };
  });
}

/** The same billing period of an organization has the same id in every answer. */
function periodId(orgId: string, startMs: number): string {
  const digest = createHash("sha256").update(`${orgId} ${startMs}`).digest("hex");
  const parts = [digest.slice(0, 8), digest.slice(8, 12), `4${digest.slice(13, 16)}`, `8${digest.slice(17, 20)}`];
  return [...parts, digest.slice(20, 32)].join("-");
}

/** Whole numbers of several metrics for the timeframes of one billing period: one record for each timeframe. */
export function measured(
  history: UsageHistory,
  measures: Record<string, Measure>,
  names: readonly string[],
  branchId?: string,
): (periodStartMs: number, frames: readonly Span[]) => Record<string, number>[] {
  return (periodStartMs, frames) => {
    const columns = names.flatMap((name) => {
      const measure = measures[name];
      return measure
        ? [{ name, values: wholeFigures(periodStartMs, frames, (span) => measure(history, span, branchId)) }]
        : [];
    });
    return frames.map((_, index) => Object.fromEntries(columns.map(({ name, values }) => [name, values[index] ?? 0])));
  };
}
