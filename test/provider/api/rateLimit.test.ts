import fc from "fast-check";
import { createRateLimiter, effectiveLimit, rateShare, readRateShare, waitForSlotMs } from "../../../provider/api";
import { fakeClock } from "./fakeClock";

const anyLimit = fc.record({ perMinute: fc.integer({ min: 1, max: 50 }), perSecond: fc.integer({ min: 1, max: 10 }) });

function fullestWindow(times: readonly number[], windowMs: number): number {
  return Math.max(0, ...times.map((start) => times.filter((at) => at >= start && at < start + windowMs).length));
}

describe("waitForSlotMs", () => {
  test("whatever the pauses between requests, no window holds more than is allowed, and no wait is longer than a minute", () => {
    fc.assert(
      fc.property(anyLimit, fc.array(fc.nat(3_000), { maxLength: 150 }), (limit, gaps) => {
        const sent: number[] = [];
        let now = 0;
        for (const gap of gaps) {
          now += gap;
          const waitMs = waitForSlotMs(sent, limit, now);
          expect(waitMs).toBeLessThanOrEqual(60_000);
          now += waitMs;
          expect(waitForSlotMs(sent, limit, now)).toBe(0);
          sent.push(now);
        }
        expect(fullestWindow(sent, 60_000)).toBeLessThanOrEqual(limit.perMinute);
        expect(fullestWindow(sent, 1_000)).toBeLessThanOrEqual(limit.perSecond);
      }),
      { numRuns: 50 },
    );
  });
});

describe("a limiter", () => {
  test("lets the share through at once and makes the rest wait", async () => {
    const clock = fakeClock();
    const started = clock.time;
    const limiter = createRateLimiter({ perMinute: 20, perSecond: 10 }, clock);
    const at: number[] = [];
    await Promise.all(Array.from({ length: 45 }, () => limiter.acquire().then(() => at.push(clock.time - started))));
    expect(at.slice(0, 10)).toEqual(Array(10).fill(0));
    expect(at[10]).toBe(1_000);
    expect(at[20]).toBe(60_000);
    expect(at[40]).toBe(120_000);
    expect(fullestWindow(at, 60_000)).toBe(20);
  });

  test("a 429 halves the share for a minute, then the whole share is back", async () => {
    const clock = fakeClock();
    const limiter = createRateLimiter({ perMinute: 20, perSecond: 20 }, clock);
    const started = clock.time;
    limiter.slowDown();
    const at: number[] = [];
    for (let sent = 0; sent < 31; sent += 1) {
      await limiter.acquire();
      at.push(clock.time - started);
    }
    expect(at.filter((ms) => ms < 60_000)).toHaveLength(10);
    expect(at.filter((ms) => ms >= 60_000 && ms < 120_000)).toHaveLength(20);
  });

  test("a pause holds every caller, also one that already waits", async () => {
    const clock = fakeClock();
    const limiter = createRateLimiter({ perMinute: 1, perSecond: 1 }, clock);
    const started = clock.time;
    await limiter.acquire();
    const waiting = limiter.acquire();
    limiter.pause(90_000);
    await waiting;
    expect(clock.time - started).toBe(90_000);
  });

  test("a clock that is set back does not stop it for longer than a minute", async () => {
    const clock = fakeClock();
    const limiter = createRateLimiter({ perMinute: 2, perSecond: 2 }, clock);
    await limiter.acquire();
    await limiter.acquire();
    clock.time -= 3_600_000;
    const before = clock.time;
    await limiter.acquire();
    expect(clock.time - before).toBeLessThanOrEqual(60_000);
  });

  test("off means off", async () => {
    const clock = fakeClock();
    const limiter = createRateLimiter(readRateShare("off") ?? rateShare(), clock);
    for (let sent = 0; sent < 2_000; sent += 1) await limiter.acquire();
    expect(clock.sleeps).toEqual([]);
  });
});

describe("the share", () => {
  test("a lone program takes a tenth of Neon's limit", () => {
    expect(rateShare()).toEqual({ perMinute: 70, perSecond: 10 });
    expect(rateShare(700)).toEqual({ perMinute: 700, perSecond: 40 });
    expect(effectiveLimit(rateShare(700), true)).toEqual({ perMinute: 350, perSecond: 20 });
    expect(effectiveLimit({ perMinute: 1, perSecond: 1 }, true)).toEqual({ perMinute: 1, perSecond: 1 });
  });

  test("NEON_RATE_LIMIT gives it in requests per minute", () => {
    expect(readRateShare(undefined)).toBeUndefined();
    expect(readRateShare(" ")).toBeUndefined();
    expect(readRateShare("175")).toEqual({ perMinute: 175, perSecond: 10 });
    for (const bad of ["fast", "0", "-3", "NaN", "Infinity"])
      expect(() => readRateShare(bad)).toThrow(/NEON_INVALID_INPUT/);
  });
});
