import type { Operation } from "@neondatabase/api-client";
import { classify, type FailureClass, type FailedCall } from "./classify";
import type { Clock } from "./clock";
import { NeonError } from "./errors";
import type { HttpAnswer, HttpClient, HttpParams, NeonHttp } from "./httpClient";
import { HttpFailure } from "./httpFailure";
import type { KeyedMutex } from "./keyedMutex";
import type { OperationWatcher } from "./operations";
import type { RateLimiter } from "./rateLimit";
import type { RecentlyCreated } from "./recentlyCreated";
import { readRetryAfterMs, retryDelayMs } from "./retry";
import { routes, type OperationId } from "./routes";

/** How long a mutation waits for what earlier ones started before it is sent anyway and relies on 423. */
const SETTLE_MS = 60_000;

export interface Call<T> {
  operation: OperationId;
  /** The parts of the path, the project first. */
  at: readonly string[];
  send: (neon: NeonHttp, params: HttpParams) => Promise<HttpAnswer<T>>;
  /** The field without which an answer is none; nothing where Neon answers without content. */
  expect?: string & keyof T;
  /** What a DELETE resolves to where nothing was left to delete (204, 404). */
  gone?: T;
  /** The same where an earlier attempt of this call was not answered and may have deleted it. Default `gone`. */
  goneByUs?: T;
}

export interface CallerParts {
  http: HttpClient;
  clock: Clock;
  limiter: RateLimiter;
  mutex: KeyedMutex;
  watcher: OperationWatcher;
  recent: RecentlyCreated;
  tenant: string | undefined;
  log: (line: string) => void;
}

/** Makes one call of the API with everything around it: order within the project, rate limit, repeats, errors, the shape of the answer. */
export type Caller = <T extends object>(call: Call<T>) => Promise<T>;

/**
 * Mutations of one project go one after another, and each first waits (at most a minute) until the operations that earlier ones of this client
 * started have ended: Neon would answer 423 to it. Operations that others started are met as 423 and waited out by repeating, still in turn.
 * Callers wait for their own operations outside of the turn, with `waitForOperations`; both share the same requests.
 */
export function createCaller(parts: CallerParts): Caller {
  return async (call) => {
    refuseEmptyParts(call, parts.tenant);
    const [projectId] = call.at;
    if (routes[call.operation].method === "GET" || projectId === undefined) return repeatUntilAnswered(parts, call);
    return parts.mutex.run(projectId, async () => {
      await parts.watcher.settleStarted(projectId, SETTLE_MS);
      return repeatUntilAnswered(parts, call);
    });
  };
}

async function repeatUntilAnswered<T extends object>(parts: CallerParts, call: Call<T>): Promise<T> {
  const failed = describeCall(call, parts.tenant);
  const history = new Map<FailureClass, { repeats: number; since: number }>();
  for (;;) {
    await parts.limiter.acquire();
    try {
      const answer = await parts.http.send(failed.method, call.send);
      return accept(parts, { ...call, gone: goneAfter(history, call) }, failed, answer);
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      const gone = goneAfter(history, call);
      if (gone !== undefined && error.status === 404 && error.fromNeon)
        return accept(parts, { ...call, gone }, failed, { status: 204, data: gone });
      await parts.clock.sleep(delayBeforeRepeat(parts, call, failed, error, history));
    }
  }
}

function goneAfter<T>(history: ReadonlyMap<FailureClass, unknown>, { gone, goneByUs }: Call<T>): T | undefined {
  return history.has("unclear") ? (goneByUs ?? gone) : gone;
}

/** Milliseconds to wait before the next attempt; throws where there is none. */
function delayBeforeRepeat<T>(
  parts: CallerParts,
  call: Call<T>,
  failed: FailedCall,
  failure: HttpFailure,
  history: Map<FailureClass, { repeats: number; since: number }>,
): number {
  const { clock, limiter } = parts;
  const { class: classified, error } = classify(failure, failed);
  // A role or database that is not there is an answer; a branch made a moment ago that is not there yet is none.
  const containerMissing =
    error.code === "NEON_NOT_FOUND" && /^(project|branch|endpoint|timeline)\b[^;]*not found/i.test(failure.detail);
  const notYetVisible = containerMissing && parts.recent.includesAny(call.at);
  const failureClass = notYetVisible ? "unavailable" : classified;
  const now = clock.now();
  const past = history.get(failureClass) ?? { repeats: 0, since: now };
  const retryAfterMs = readRetryAfterMs(failure.retryAfter, { serverDate: failure.serverDate, now });
  const delayMs = retryDelayMs({
    class: failureClass,
    method: failed.method,
    repeats: past.repeats,
    elapsedMs: now - past.since,
    retryAfterMs,
    random: clock.random(),
  });
  // Neon counts the requests of the account, so its wish to slow down is for every call of this client.
  if (failureClass === "rateLimited") limiter.slowDown(delayMs === undefined ? undefined : retryAfterMs);
  else if (failureClass === "unavailable" && retryAfterMs !== undefined && delayMs !== undefined)
    limiter.pause(retryAfterMs);
  if (delayMs === undefined) throw error;
  history.set(failureClass, { repeats: past.repeats + 1, since: past.since });
  parts.log(`${error.code}: ${failed.operation}: ${failure.detail}; again in ${(delayMs / 1000).toFixed(1)} s`);
  return delayMs;
}

/** Checks that the answer is one, and remembers what it started and created. */
function accept<T extends object>(parts: CallerParts, call: Call<T>, failed: FailedCall, answer: HttpAnswer<T>): T {
  if (call.expect === undefined) {
    if (failed.method === "DELETE") parts.recent.forget(call.at.at(-1));
    return answer.data;
  }
  const data = answer.status === 204 && call.gone !== undefined ? call.gone : answer.data;
  if (typeof data !== "object" || data === null || data[call.expect] === undefined) {
    const mayHaveActed = failed.method !== "GET";
    throw new NeonError("NEON_UNEXPECTED_RESPONSE", `${call.operation}: the answer has no "${call.expect}"`, {
      hint: "Check the API host (neon:apiHost or NEON_API_HOST): something else than Neon may have answered.",
      tenant: parts.tenant,
      status: answer.status,
      operation: call.operation,
      unanswered: mayHaveActed,
    });
  }
  if (failed.method === "DELETE") parts.recent.forget(call.at.at(-1));
  if (failed.method !== "GET") parts.watcher.note((data as { operations?: Operation[] }).operations ?? []);
  return data;
}

function describeCall<T>(call: Call<T>, tenant: string | undefined): FailedCall {
  const { method, path } = routes[call.operation];
  const names = [...path.matchAll(/\{(\w+?)_(?:id|name)\}/g)].map((match) => match[1]);
  const subject = call.at.map((value, index) => `${names[index] ?? ""} ${value}`.trim()).join(", ");
  return { operation: call.operation, method, subject, tenant };
}

/** An empty part of a path makes another route of it: Neon answers with a redirect, and a DELETE would mean something else. */
function refuseEmptyParts<T>(call: Call<T>, tenant: string | undefined): void {
  if (call.at.every((part) => part !== "" && part !== "." && part !== "..")) return;
  throw new NeonError("NEON_INVALID_INPUT", `${call.operation} was called with an empty id or name`, {
    tenant,
    operation: call.operation,
  });
}
