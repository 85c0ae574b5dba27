import fc from "fast-check";
import { ApiError } from "../../../local/api/apiError";
import { createRateLimiter, SlidingWindow } from "../../../local/api/rateLimit";

describe("SlidingWindow", () => {
  it("lets exactly what fits pass, whenever requests come and wherever the window begins", () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 300 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 200 }),
        pauses,
        (limit, windowMs, steps) => {
          const window = new SlidingWindow(limit, windowMs);
          const passed: number[] = [];
          let nowMs = 0;
          for (const step of steps) {
            nowMs += step;
            const inWindow = passed.filter((at) => at > nowMs - windowMs).length;
            expect(window.waitMs(nowMs) === 0).toBe(inWindow < limit);
            if (inWindow >= limit) continue;
            window.pass(nowMs);
            passed.push(nowMs);
          }
        },
      ),
    );
  });

  it("lets a caller pass that waits as long as it was told", () => {
    const window = new SlidingWindow(2, 1000);
    window.pass(0);
    window.pass(300);
    expect(window.waitMs(400)).toBe(600);
    expect(window.waitMs(999)).toBe(1);
    expect(window.waitMs(1000)).toBe(0);
  });
});

/** Milliseconds to wait as `Retry-After` says, or 0 for a request that passed. */
function ask(limit: ReturnType<typeof createRateLimiter>, account: string, route: string, nowMs: number): number {
  try {
    limit(account, route, nowMs);
    return 0;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 429) throw error;
    expect(error.code).toBe("RATE_LIMIT_EXCEEDED");
    return Number(error.headers["Retry-After"]) * 1000;
  }
}

const passedOf = (waits: number[]) => waits.filter((wait) => wait === 0).length;

describe("Neon's limits", () => {
  it("hold an account to 700 in any minute over all routes", () => {
    const limit = createRateLimiter();
    const passedAt: number[] = [];
    for (let ms = 0; ms < 180_000; ms += 10) {
      for (const route of ["a", "b"]) if (ask(limit, "account", route, ms) === 0) passedAt.push(ms);
    }
    for (let start = 0; start <= 120_000; start += 500) {
      expect(passedAt.filter((at) => at >= start && at < start + 60_000)).toHaveLength(700);
    }
  });

  it("hold each route of an account to 40 a second, and other routes and accounts to their own", () => {
    const limit = createRateLimiter();
    const hundred = (account: string, route: string, ms: number) =>
      passedOf(Array.from({ length: 100 }, () => ask(limit, account, route, ms)));
    expect(hundred("one", "a", 0)).toBe(40);
    expect(hundred("one", "b", 0)).toBe(40);
    expect(hundred("two", "a", 0)).toBe(40);
    expect(hundred("one", "a", 999)).toBe(0);
    expect(hundred("one", "a", 1000)).toBe(40);
  });

  it("never refuse a caller that waits for what Retry-After says", () => {
    const limit = createRateLimiter();
    let nowMs = 0;
    for (let request = 0; request < 2000; request += 1) {
      const wait = ask(limit, "account", "a", nowMs);
      if (wait === 0) continue;
      nowMs += wait;
      expect(ask(limit, "account", "a", nowMs)).toBe(0);
    }
    expect(nowMs).toBeLessThanOrEqual(180_000);
  });
});
