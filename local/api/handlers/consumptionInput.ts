import { ApiError, badRequest } from "../apiError";
import { type Call, queryOf } from "../call";
import type { ApiContext } from "../context";
import { earliestMs, type Granularity, timeframes } from "../../usage/timeframes";
import type { Span } from "../../usage/figures";

/** Neon keeps nothing from before. */
const beginningMs = Date.UTC(2024, 2, 1);

/** The whole hours, days or months that a request asks for, up to the present one. */
export function requestedTimeframes(call: Call, context: ApiContext): Span[] {
  const granularity = queryOf<Granularity>(call, "granularity") ?? "hourly";
  const [fromMs, toMs] = [momentOf(call, "from"), momentOf(call, "to")];
  const nowMs = context.clock.now().getTime();
  if (fromMs > toMs) throw badRequest("from must not be after to");
  if (fromMs < earliestMs(nowMs, granularity) || fromMs < beginningMs) {
    throw new ApiError(406, `the range is outside the boundaries of ${granularity} granularity`);
  }
  return timeframes(fromMs, Math.min(toMs, nowMs + 32 * 86_400_000), granularity).filter(
    ({ fromMs: at }) => at <= nowMs,
  );
}

function momentOf(call: Call, name: string): number {
  const ms = Date.parse(queryOf<string>(call, name) ?? "");
  if (Number.isNaN(ms)) throw badRequest(`${name} is not a date-time`);
  return ms;
}

/** A list of at most so many ids or names, which may be empty. */
export function listOf(call: Call, name: string, most = 100): string[] {
  const values = ((call.query[name] as string[] | undefined) ?? []).flatMap((value) => value.split(","));
  const named = [...new Set(values.filter((value) => value !== ""))];
  if (named.length > most) throw badRequest(`${name} takes at most ${most} values`);
  return named;
}

/** The metrics asked for, each of which must be known. */
export function requestedMetrics(call: Call, known: readonly string[]): string[] {
  const names = listOf(call, "metrics");
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw badRequest("unknown metric", { metric: unknown });
  return names;
}
