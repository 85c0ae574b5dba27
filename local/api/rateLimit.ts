import { ApiError } from "./apiError";

/** A bucket that fills steadily and from which each request takes one. */
export interface TokenBucket {
  capacity: number;
  perSecond: number;
  tokens: number;
  filledAtMs: number;
}

/** Takes a token; the answer is 0, or the milliseconds until there is one. */
export function takeToken(bucket: TokenBucket, nowMs: number): number {
  const elapsedMs = Math.max(0, nowMs - bucket.filledAtMs);
  bucket.tokens = Math.min(bucket.capacity, bucket.tokens + (elapsedMs / 1000) * bucket.perSecond);
  bucket.filledAtMs = nowMs;
  // A thousandth of a token is rounding, not a request.
  if (bucket.tokens >= 0.999) {
    bucket.tokens = Math.max(0, bucket.tokens - 1);
    return 0;
  }
  return ((1 - bucket.tokens) / bucket.perSecond) * 1000;
}

/**
 * Neon's limits: 700 requests a minute for each account, 40 a second for each route. The account's bucket holds 100: short
 * bursts pass, and no minute sees more than 800.
 */
const accountLimit = { capacity: 100, perSecond: 700 / 60 };
const routeLimit = { capacity: 40, perSecond: 40 };

/** A check to be called once for each request; it throws 429 with `Retry-After` in whole seconds. */
export function createRateLimiter(): (accountId: string, operationId: string, nowMs: number) => void {
  const buckets = new Map<string, TokenBucket>();
  const bucketOf = (name: string, limit: typeof accountLimit, nowMs: number) => {
    const known = buckets.get(name);
    if (known) return known;
    const bucket = { ...limit, tokens: limit.capacity, filledAtMs: nowMs };
    buckets.set(name, bucket);
    return bucket;
  };
  return (accountId, operationId, nowMs) => {
    const waitMs =
      takeToken(bucketOf(`${accountId} ${operationId}`, routeLimit, nowMs), nowMs) ||
      takeToken(bucketOf(accountId, accountLimit, nowMs), nowMs);
    if (waitMs > 0) {
      const seconds = String(Math.max(1, Math.ceil(waitMs / 1000)));
      throw new ApiError(429, "you have exceeded the rate limit", "RATE_LIMIT_EXCEEDED", { "Retry-After": seconds });
    }
  };
}
