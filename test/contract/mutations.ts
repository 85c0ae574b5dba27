import type { Random } from "../chaos/support/random";
import { pick, times } from "./schemaValues";

const oddValues: unknown[] = [
  ...[null, true, 0, -1, 0.3, 1e300, -1e15, Number.MAX_SAFE_INTEGER, "", " ", "0", "null", [], {}, [null], [[]]],
  ...["__proto__", "constructor", "\u0000", "\ud800", "a/b", "..", "%00", 'a"b', "'; DROP TABLE doc --", "ß\u0301😀"],
  ...["x".repeat(300), "0/0", "FFFFFFFF/FFFFFFFF", "2024-02-30T00:00:00Z", "1h", "10.0.0.0/33", "::1-127.0.0.1"],
];

export const oddValue = (random: Random): unknown => pick(random, [...oddValues, ...times()]);

type Container = Record<string, unknown> | unknown[];

/** Every place in a JSON value, the value itself not counted. */
function placesIn(value: unknown): { holder: Container; key: string }[] {
  if (typeof value !== "object" || value === null) return [];
  const holder = value as Container;
  return Object.entries(holder).flatMap(([key, inner]) => [{ holder, key }, ...placesIn(inner)]);
}

/** The value with something in it left out, replaced, moved or added. */
export function mutated(value: unknown, random: Random): unknown {
  const copy = structuredClone(value);
  const places = placesIn(copy);
  if (places.length === 0 || random.integer(20) === 0) return oddValue(random);
  const { holder, key } = pick(random, places);
  const fields = holder as Record<string, unknown>;
  const other = pick(random, places);
  switch (random.integer(5)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete fields[key];
      break;
    case 1:
      fields[key] = [structuredClone(fields[key])];
      break;
    case 2:
      fields[key] = structuredClone((other.holder as Record<string, unknown>)[other.key]);
      break;
    default:
      fields[key] = oddValue(random);
  }
  return copy;
}

/** A value that is partly the one and partly the other. */
export function mixed(one: unknown, other: unknown, random: Random): unknown {
  if (!isObject(one) || !isObject(other)) return one === undefined || random.integer(3) === 0 ? other : one;
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return Object.fromEntries(keys.map((key) => [key, key in other ? mixed(one[key], other[key], random) : one[key]]));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
