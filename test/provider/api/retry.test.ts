import fc from "fast-check";
import {
  readRetryAfterMs,
  retryDelayMs,
  retryPolicies,
  type FailureClass,
  type HttpMethod,
} from "../../../provider/api";

const anyClass = fc.constantFrom<FailureClass>("busy", "rateLimited", "unavailable", "unclear", "unreachable", "final");
const anyMethod = fc.constantFrom<HttpMethod>("GET", "POST", "PATCH", "DELETE");
const anyQuestion = fc.record({
  class: anyClass,
  method: anyMethod,
  repeats: fc.nat(2_000),
  elapsedMs: fc.nat(600_000),
  retryAfterMs: fc.option(fc.nat(600_000), { nil: undefined }),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});

describe("retryDelayMs", () => {
  test("is never shorter than Retry-After, never above the cap without one, and never past the deadline", () => {
    fc.assert(
      fc.property(anyQuestion, (question) => {
        const delayMs = retryDelayMs(question);
        if (delayMs === undefined || question.class === "final") return delayMs === undefined;
        const policy = retryPolicies[question.class];
        expect(delayMs).toBeGreaterThanOrEqual(question.retryAfterMs ?? 0);
        expect(delayMs).toBeLessThanOrEqual(Math.max(policy.capMs, question.retryAfterMs ?? 0));
        expect(question.elapsedMs + delayMs).toBeLessThanOrEqual(policy.deadlineMs);
        return true;
      }),
    );
  });

  test("never repeats a POST that may have been carried out, nor what cannot help", () => {
    fc.assert(
      fc.property(anyQuestion, (question) => {
        expect(retryDelayMs({ ...question, class: "unclear", method: "POST" })).toBeUndefined();
        expect(retryDelayMs({ ...question, class: "final" })).toBeUndefined();
      }),
    );
  });

  test("a series of failures of one class always ends, whatever chance says", () => {
    fc.assert(
      fc.property(
        anyClass,
        anyMethod,
        fc.infiniteStream(fc.double({ min: 0.01, max: 1, maxExcluded: true, noNaN: true })),
        (failureClass, method, chances) => {
          let elapsedMs = 0;
          for (let repeats = 0; repeats < 10_000; repeats += 1) {
            const random = chances.next().value as number;
            const delayMs = retryDelayMs({ class: failureClass, method, repeats, elapsedMs, random });
            if (delayMs === undefined) return true;
            elapsedMs += delayMs;
          }
          return false;
        },
      ),
    );
  });

  test("repeats what was not carried out, also a POST", () => {
    for (const failureClass of ["busy", "rateLimited", "unavailable", "unreachable"] as const) {
      const question = { class: failureClass, method: "POST", repeats: 0, elapsedMs: 0, random: 0.5 } as const;
      expect(retryDelayMs(question)).toBeGreaterThan(0);
    }
  });

  test("waits for a busy project for minutes, and spreads out", () => {
    const ceilingMs = (repeats: number) =>
      retryDelayMs({ class: "busy", method: "PATCH", repeats, elapsedMs: 0, random: 0.999999 });
    expect([0, 1, 2, 3, 4, 5, 50].map((repeats) => Math.round(ceilingMs(repeats) ?? 0))).toEqual([
      250, 500, 1000, 2000, 4000, 5000, 5000,
    ]);
    expect(
      retryDelayMs({ class: "busy", method: "PATCH", repeats: 60, elapsedMs: 250_000, random: 0.5 }),
    ).toBeDefined();
  });
});

describe("readRetryAfterMs", () => {
  const now = Date.parse("2026-03-01T12:00:00Z");
  const at = { now };
  test("seconds", () => {
    expect(readRetryAfterMs("7", at)).toBe(7_000);
    expect(readRetryAfterMs(" 0 ", at)).toBe(0);
    expect(readRetryAfterMs("1.5", at)).toBe(1_500);
  });
  test("an HTTP date", () => {
    expect(readRetryAfterMs("Sun, 01 Mar 2026 12:00:09 GMT", at)).toBe(9_000);
    expect(readRetryAfterMs("Sun, 01 Mar 2026 11:00:00 GMT", at)).toBe(0);
  });
  test("an HTTP date is on the server's clock where the server tells it", () => {
    const serverDate = "Sun, 01 Mar 2026 11:00:00 GMT";
    expect(readRetryAfterMs("Sun, 01 Mar 2026 11:00:30 GMT", { now, serverDate })).toBe(30_000);
  });
  test.each([undefined, "", "soon", "-5", "NaN"])("%p is no wait", (header) => {
    expect(readRetryAfterMs(header, at)).toBeUndefined();
  });
});
