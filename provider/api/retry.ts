import type { FailureClass } from "./classify";
import type { HttpMethod } from "./routes";

interface Policy {
  /** Upper bound of the first random delay; it doubles with each attempt. */
  baseMs: number;
  /** Upper bound of every random delay. */
  capMs: number;
  /** Repeats after which it is given up. */
  maxRepeats: number;
  /** Time since the first failure of this class after which it is given up. */
  deadlineMs: number;
}

/** How long each class of failure is worth waiting for. A class that is not here is never repeated. */
export const retryPolicies: Readonly<Record<Exclude<FailureClass, "final">, Policy>> = {
  busy: { baseMs: 250, capMs: 5_000, maxRepeats: Infinity, deadlineMs: 300_000 },
  rateLimited: { baseMs: 1_000, capMs: 20_000, maxRepeats: Infinity, deadlineMs: 300_000 },
  unavailable: { baseMs: 500, capMs: 10_000, maxRepeats: 10, deadlineMs: 120_000 },
  unclear: { baseMs: 500, capMs: 5_000, maxRepeats: 4, deadlineMs: 300_000 },
  unreachable: { baseMs: 250, capMs: 2_000, maxRepeats: 4, deadlineMs: 30_000 },
};

export interface RetryQuestion {
  class: FailureClass;
  method: HttpMethod;
  /** Repeats already made because of this class of failure. */
  repeats: number;
  /** Milliseconds since the first failure of this class. */
  elapsedMs: number;
  /** What `Retry-After` asks for, in milliseconds. */
  retryAfterMs?: number;
  /** In [0, 1). */
  random: number;
}

/**
 * How many milliseconds to wait before the next attempt, or undefined to give up.
 *
 * Full jitter; never shorter than `Retry-After`, and where that reaches past the deadline it is given up at once. A POST that may have been
 * carried out is never repeated.
 */
export function retryDelayMs(question: RetryQuestion): number | undefined {
  if (question.class === "final") return undefined;
  if (question.class === "unclear" && question.method === "POST") return undefined;
  const policy = retryPolicies[question.class];
  if (question.repeats >= policy.maxRepeats) return undefined;
  const ceilingMs = Math.min(policy.capMs, policy.baseMs * 2 ** Math.min(question.repeats, 30));
  const delayMs = Math.max(question.random * ceilingMs, question.retryAfterMs ?? 0);
  return question.elapsedMs + delayMs > policy.deadlineMs ? undefined : delayMs;
}

/**
 * The wait that a `Retry-After` header asks for, in milliseconds: a number of seconds or an HTTP date. A date is read against the server's own
 * `Date` header where it sent one, because the two clocks may differ. Undefined for a header that is neither.
 */
export function readRetryAfterMs(
  header: string | undefined,
  at: { serverDate?: string; now: number },
): number | undefined {
  const text = header?.trim();
  if (text === undefined || text === "") return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  const until = Date.parse(text);
  // Date.parse also takes what is no HTTP date, such as "-5"; those start without a weekday.
  if (Number.isNaN(until) || !/^[A-Za-z]{3}/.test(text)) return undefined;
  const serverNow = Date.parse(at.serverDate ?? "");
  return Math.max(0, until - (Number.isNaN(serverNow) ? at.now : serverNow));
}
