import { tooManyRequests } from "./apiError";

/** So many requests pass in any window of this length, wherever it begins. Refused ones do not count. */
export class SlidingWindow {
  /** When the last `limit` requests passed, as a ring: the oldest of them is where the next one goes. */
  readonly #passedAtMs: Float64Array;
  #next = 0;

  constructor(
    limit: number,
    private readonly windowMs: number,
  ) {
    this.#passedAtMs = new Float64Array(limit).fill(-Infinity);
  }

  /** 0 if a request may pass; otherwise the milliseconds until one may. */
  waitMs(nowMs: number): number {
    const oldest = this.#passedAtMs[this.#next] ?? -Infinity;
    return Math.max(0, oldest + this.windowMs - nowMs);
  }

  /** A request passes. */
  pass(nowMs: number): void {
    this.#passedAtMs[this.#next] = nowMs;
    this.#next = (this.#next + 1) % this.#passedAtMs.length;
  }
}

/** Neon's limits: 700 requests a minute for each account, 40 a second for each of its routes, 10 where keys of organizations are made. */
const accountLimit = { requests: 700, windowMs: 60_000 };
const routeLimit = { requests: 40, windowMs: 1000 };
const orgKeyLimit = { requests: 10, windowMs: 1000 };
const limitOfRoute = (operationId: string) => (operationId === "createOrgApiKey" ? orgKeyLimit : routeLimit);
/** All routes of consumption together have a limit of their own. */
const isConsumption = (operationId: string) => operationId.startsWith("getConsumptionHistory");

/**
 * A check to be called once for each request; it throws 429 with `Retry-After` in whole seconds, and then nothing is counted.
 * `consumptionRequests` may be made in a minute for consumption; 0 is no limit.
 */
export function createRateLimiter(
  consumptionRequests = 30,
): (accountId: string, operationId: string, nowMs: number) => void {
  const windows = new Map<string, SlidingWindow>();
  const windowOf = (name: string, { requests, windowMs }: typeof accountLimit) => {
    let window = windows.get(name);
    if (!window) windows.set(name, (window = new SlidingWindow(requests, windowMs)));
    return window;
  };
  return (accountId, operationId, nowMs) => {
    const all = [windowOf(accountId, accountLimit), windowOf(`${accountId} ${operationId}`, limitOfRoute(operationId))];
    if (consumptionRequests > 0 && isConsumption(operationId)) {
      all.push(windowOf(`${accountId} consumption`, { requests: consumptionRequests, windowMs: 60_000 }));
    }
    const waitMs = Math.max(...all.map((window) => window.waitMs(nowMs)));
    if (waitMs > 0) throw tooManyRequests(Math.ceil(waitMs / 1000));
    for (const window of all) window.pass(nowMs);
  };
}
