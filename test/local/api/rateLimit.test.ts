import fc from "fast-check";
import { createRateLimiter, takeToken, type TokenBucket } from "../../../local/api/rateLimit";

const bucket = (capacity: number, perSecond: number): TokenBucket => ({
  capacity,
  perSecond,
  tokens: capacity,
  filledAtMs: 0,
});

describe("takeToken", () => {
  it("never lets more pass than were there and flowed in, whenever they come", () => {
    const waits = fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 300 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
        waits,
        (capacity, perSecond, steps) => {
          const limit = bucket(capacity, perSecond);
          let nowMs = 0;
          let passed = 0;
          for (const step of steps) {
            nowMs += step;
            if (takeToken(limit, nowMs) === 0) passed += 1;
          }
          expect(passed).toBeLessThanOrEqual(capacity + (nowMs / 1000) * perSecond + 1);
        },
      ),
    );
  });

  it("lets a caller pass that waits as long as it was told", () => {
    const limit = bucket(1, 3);
    expect(takeToken(limit, 0)).toBe(0);
    const waitMs = takeToken(limit, 10);
    expect(waitMs).toBeGreaterThan(0);
    expect(takeToken(limit, 10 + waitMs)).toBe(0);
  });
});

it("holds an account to about 700 a minute over all routes", () => {
  const limit = createRateLimiter();
  let passed = 0;
  for (let ms = 0; ms < 60_000; ms += 10) {
    for (const route of ["a", "b"]) {
      try {
        limit("account", route, ms);
        passed += 1;
      } catch {
        // Refused.
      }
    }
  }
  expect(passed).toBeGreaterThanOrEqual(700);
  expect(passed).toBeLessThanOrEqual(801);
});
