import fc from "fast-check";
import { nothingUsed } from "../../../local/usage/amounts";
import {
  addFigures,
  type BranchUsage,
  figureNames,
  figuresOf,
  noFigures,
  type Span,
} from "../../../local/usage/figures";
import { hourLengthMs, hourOf, newHour, splitByHour, storedFrom, usedInHour } from "../../../local/usage/hours";
import { periodOf } from "../../../local/usage/period";
import { byPeriod, type Granularity, roundDown, timeframes, wholeFigures } from "../../../local/usage/timeframes";
import type { UsageHourDocument } from "../../../local/store/usageDocuments";

const month = Date.UTC(2027, 1, 1);
const monthEnd = Date.UTC(2027, 2, 1);
const moments = fc.integer({ min: month, max: monthEnd - 1 });
const granularities = fc.constantFrom<Granularity>("hourly", "daily", "monthly");

/** What a branch stores from a moment on, and what it used in hours: as the meter writes it. */
interface Change {
  atMs: number;
  bytes: number;
}

function branchUsage(changes: Change[], uses: { atMs: number; activeMs: number; writtenBytes: number }[]): BranchUsage {
  const hours = new Map<number, UsageHourDocument>();
  let stored = { root: 0, child: 0 };
  const events = [
    ...changes.map((change) => ({ atMs: change.atMs, change, use: undefined })),
    ...uses.map((use) => ({ atMs: use.atMs, use, change: undefined })),
  ].sort((a, b) => a.atMs - b.atMs);
  for (const { atMs, change, use } of events) {
    const hourMs = hourOf(atMs);
    let hour = hours.get(hourMs) ?? newHour("br", hourMs, stored);
    if (use) hour = usedInHour(hour, use);
    if (change) {
      stored = { root: change.bytes, child: 0 };
      hour = storedFrom(hour, atMs, stored);
    }
    hours.set(hourMs, hour);
  }
  const branch = {
    branch_id: "br",
    project_id: "p",
    createdMs: month,
    periodStartMs: month,
    used: nothingUsed,
    writtenEverBytes: 0,
    stored,
  };
  return { branch, hours: [...hours.values()] };
}

const usages = fc
  .tuple(
    fc.array(fc.record({ atMs: moments, bytes: fc.integer({ min: 0, max: 1e12 }) }), { maxLength: 20 }),
    fc.array(
      fc.record({
        atMs: moments,
        activeMs: fc.integer({ min: 0, max: hourLengthMs }),
        writtenBytes: fc.integer({ min: 0, max: 1e12 }),
      }),
      { maxLength: 40 },
    ),
  )
  .map(([changes, uses]) => ({ usage: branchUsage(changes, uses), changes, uses }));

it("a span cut at the full hours is as long as it was, and every part lies in its hour", () => {
  fc.assert(
    fc.property(moments, fc.integer({ min: 0, max: 100 * hourLengthMs }), (fromMs, ms) => {
      const parts = splitByHour(fromMs, fromMs + ms);
      expect(parts.reduce((total, part) => total + part.ms, 0)).toBe(ms);
      for (const part of parts) {
        expect(part.hourMs % hourLengthMs).toBe(0);
        expect(part.ms).toBeGreaterThan(0);
        expect(part.ms).toBeLessThanOrEqual(hourLengthMs);
      }
    }),
  );
});

it("figures of timeframes add up to the period's, in whole numbers, whatever the granularity", () => {
  fc.assert(
    fc.property(
      usages,
      granularities,
      fc.integer({ min: 0, max: 30 * 24 }),
      ({ usage }, granularity, retentionHours) => {
        const retentionMs = retentionHours * hourLengthMs;
        const period = { fromMs: month, toMs: monthEnd };
        const whole = figuresOf(usage, period, retentionMs);
        const frames = timeframes(month, monthEnd, granularity);
        expect(
          frames.map((frame) => figuresOf(usage, frame, retentionMs)).reduce(addFigures, noFigures).writtenBytes,
        ).toBe(whole.writtenBytes);
        for (const name of figureNames) {
          const values = wholeFigures(month, frames, (span) => figuresOf(usage, span, retentionMs)[name]);
          const total = values.reduce((sum, value) => sum + value, 0);
          expect(values.every((value) => Number.isInteger(value) && value >= 0)).toBe(true);
          // Sums of floating-point numbers in another order differ in their last digits.
          expect(Math.abs(total - whole[name])).toBeLessThanOrEqual(1 + whole[name] * 1e-12);
        }
      },
    ),
  );
});

it("what is asked for from the middle of a period fits what was asked for from its beginning", () => {
  fc.assert(
    fc.property(usages, fc.integer({ min: 0, max: 27 }), ({ usage }, days) => {
      const exact = (span: Span) => figuresOf(usage, span, hourLengthMs).activeSeconds;
      const all = wholeFigures(month, timeframes(month, monthEnd, "daily"), exact);
      const late = wholeFigures(month, timeframes(month + days * 24 * hourLengthMs, monthEnd, "daily"), exact);
      expect(late).toEqual(all.slice(days));
    }),
  );
});

it("byte-hours are the area below what was stored", () => {
  fc.assert(
    fc.property(usages, ({ usage, changes }) => {
      const sorted = changes
        .map((change, order) => ({ ...change, order }))
        .sort((a, b) => a.atMs - b.atMs || a.order - b.order);
      const area = sorted.reduce((total, { atMs, bytes }, index) => {
        const untilMs = sorted[index + 1]?.atMs ?? monthEnd;
        return total + (bytes * (untilMs - atMs)) / hourLengthMs;
      }, 0);
      const { rootByteHours } = figuresOf(usage, { fromMs: month, toMs: monthEnd }, 0);
      expect(Math.abs(rootByteHours - area)).toBeLessThanOrEqual(1e-6 + area * 1e-9);
    }),
  );
});

it("WAL is kept for as long as the retention", () => {
  const usage = branchUsage([], [{ atMs: month, activeMs: 0, writtenBytes: 1000 }]);
  const kept = (hours: number) =>
    figuresOf(usage, { fromMs: month, toMs: monthEnd }, hours * hourLengthMs).historyByteHours;
  expect([kept(0), kept(1), kept(24)]).toEqual([0, 1000, 24_000]);
});

it("periods begin on their day and follow each other without a gap", () => {
  fc.assert(
    fc.property(moments, fc.integer({ min: 1, max: 28 }), (atMs, anchorDay) => {
      const { startMs, endMs } = periodOf(atMs, anchorDay);
      expect(startMs).toBeLessThanOrEqual(atMs);
      expect(endMs).toBeGreaterThan(atMs);
      expect(new Date(startMs).getUTCDate()).toBe(anchorDay);
      expect(periodOf(endMs, anchorDay).startMs).toBe(endMs);
    }),
  );
});

it("timeframes are whole, without gaps, from one rounded moment to before the other", () => {
  fc.assert(
    fc.property(moments, moments, granularities, (one, two, granularity) => {
      const [fromMs, toMs] = [Math.min(one, two), Math.max(one, two)];
      const frames = timeframes(fromMs, toMs, granularity);
      let expected = roundDown(fromMs, granularity);
      for (const frame of frames) {
        expect(frame.fromMs).toBe(expected);
        expect(roundDown(frame.fromMs, granularity)).toBe(frame.fromMs);
        expected = frame.toMs;
      }
      expect(expected).toBe(roundDown(toMs, granularity));
      expect(byPeriod(frames, 1).flatMap((group) => group.frames)).toEqual(frames);
    }),
  );
});
