import { systemClock } from "./clock";
import { createNeonApi } from "./createNeonApi";
import { KeyedMutex } from "./keyedMutex";
import type { NeonApi } from "./neonApi";
import { createRateLimiter, type RateLimiter, rateShare } from "./rateLimit";
import { resolveTarget, type Target, type TargetSources } from "./resolveTarget";

interface Shared {
  limiter: RateLimiter;
  mutex: KeyedMutex;
}

/** Limits hold per account and turns per project, so clients of the same account in one process share both. */
const sharedByAccount = new Map<string, Shared>();

/** A client for the account that the sources name. All such clients of one process keep to one rate limit and take turns per project. */
export function sharedNeonApi(sources: TargetSources): NeonApi {
  const target = resolveTarget(sources);
  const { limiter, mutex } = sharedOf(target);
  const { apiKey, baseUrl, orgId } = target;
  return createNeonApi({ apiKey, baseUrl, orgId, rateLimiter: limiter, mutex, tenant: sources.tenant });
}

function sharedOf(target: Target): Shared {
  const account = JSON.stringify([target.baseUrl, target.apiKey, target.rateLimit]);
  const known = sharedByAccount.get(account);
  if (known) return known;
  const limiter = createRateLimiter(target.rateLimit ?? rateShare(), systemClock);
  const shared = { limiter, mutex: new KeyedMutex() };
  sharedByAccount.set(account, shared);
  return shared;
}
