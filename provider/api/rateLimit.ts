import type { Clock } from "./clock";
import { NeonError } from "./errors";

/** How much of Neon's limit this program may use. */
export interface RateLimit {
  /** Requests in any 60 seconds. Neon allows 700 to an account. */
  perMinute: number;
  /** Requests in any second. Neon allows 40 to a route. */
  perSecond: number;
}

/** Requests per minute that Neon allows to an account. */
export const NEON_REQUESTS_PER_MINUTE = 700;
const NEON_BURST_PER_SECOND = 40;
const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;

/** The share of `perMinute` requests per minute, with the same share of the burst; a tenth of Neon's limit where nothing else is said. */
export function rateShare(perMinute: number = NEON_REQUESTS_PER_MINUTE / 10): RateLimit {
  const burst = Math.ceil((perMinute / NEON_REQUESTS_PER_MINUTE) * NEON_BURST_PER_SECOND);
  // A handful at once is what one small program needs, and many such programs stay below Neon's burst.
  return { perMinute, perSecond: Math.max(10, burst) };
}

/** The share named by `NEON_RATE_LIMIT` (requests per minute, or `off`), or undefined where it is not set. */
export function readRateShare(text: string | undefined): RateLimit | undefined {
  const value = text?.trim();
  if (value === undefined || value === "") return undefined;
  if (value === "off") return { perMinute: Infinity, perSecond: Infinity };
  const perMinute = Number(value);
  if (!Number.isFinite(perMinute) || perMinute < 1) {
    throw new NeonError("NEON_INVALID_INPUT", "NEON_RATE_LIMIT is not a number of requests per minute", {
      hint: "Give a number from 1 to 700, or off.",
    });
  }
  return rateShare(perMinute);
}

/**
 * The part of the limit in force: half of it while Neon's last 429 is less than a minute old.
 */
export function effectiveLimit(limit: RateLimit, halved: boolean): RateLimit {
  if (!halved) return limit;
  return { perMinute: Math.max(1, limit.perMinute / 2), perSecond: Math.max(1, limit.perSecond / 2) };
}

/**
 * Milliseconds until one more request fits into `limit`, given the times of the earlier ones (ascending); 0 = now. No window of a minute, nor
 * one of a second, ever holds more requests than allowed.
 */
export function waitForSlotMs(sentAt: readonly number[], limit: RateLimit, now: number): number {
  return Math.max(
    windowWaitMs(sentAt, limit.perMinute, MINUTE_MS, now),
    windowWaitMs(sentAt, limit.perSecond, SECOND_MS, now),
  );
}

function windowWaitMs(sentAt: readonly number[], allowed: number, windowMs: number, now: number): number {
  if (sentAt.length < Math.floor(allowed)) return 0;
  // The request that must have left the window before one more may enter it.
  const blocking = sentAt[sentAt.length - Math.floor(allowed)];
  return blocking === undefined ? 0 : Math.min(windowMs, Math.max(0, blocking + windowMs - now));
}

/** Lets the requests of all clients that share it through, first come first served. */
export interface RateLimiter {
  /** Resolves when the next request may go out. */
  acquire(): Promise<void>;
  /** Neon answered 429: halves the share for a minute, and lets nothing out for `pauseMs` (its `Retry-After`). */
  slowDown(pauseMs?: number): void;
  /** Neon answered 503 with a `Retry-After`: lets nothing out for so long. */
  pause(pauseMs: number): void;
}

/**
 * A limiter over an exact sliding window. Ready-made ones (rate-limiter-flexible) read the machine's clock, count a refused attempt as a used
 * one, allow twice the share around the edge of a window, and cannot be halved or paused while requests queue.
 */
export function createRateLimiter(limit: RateLimit, clock: Clock, log: (line: string) => void = () => {}): RateLimiter {
  let sentAt: number[] = [];
  let halvedUntil = -Infinity;
  let pausedUntil = -Infinity;
  let queue: Promise<void> = Promise.resolve();

  const waitMs = (): number => {
    const now = clock.now();
    // A clock that was set back must not make old requests look like future ones.
    sentAt = sentAt.filter((at) => at > now - MINUTE_MS && at <= now);
    const slot = waitForSlotMs(sentAt, effectiveLimit(limit, now < halvedUntil), now);
    return Math.max(slot, pausedUntil - now);
  };
  const take = async (): Promise<void> => {
    for (let wait = waitMs(); wait > 0; wait = waitMs()) {
      if (wait > 3 * SECOND_MS) log(`waiting ${Math.ceil(wait / 1000)} s for Neon's rate limit`);
      await clock.sleep(wait);
    }
    if (Number.isFinite(limit.perMinute)) sentAt.push(clock.now());
  };
  const pause = (pauseMs: number): void => {
    pausedUntil = Math.max(pausedUntil, clock.now() + pauseMs);
  };
  return {
    acquire: () => (queue = queue.then(take)),
    pause,
    slowDown: (pauseMs) => {
      halvedUntil = clock.now() + MINUTE_MS;
      if (pauseMs !== undefined) pause(pauseMs);
    },
  };
}
