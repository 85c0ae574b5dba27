import { type Json, neonDocument, resolveRef } from "../../local/api/apiDocument";
import type { Random } from "../chaos/support/random";

const document = neonDocument();

export const pick = <T>(random: Random, list: readonly T[]): T => list[random.integer(list.length)] as T;

const numbers = [0, 1, 2, 0.25, 0.5, 7, 16, 17, 56, 60, 300, 3600, 86_400, 604_800, 2_592_000, -1, 1e15];

/** A value within a schema. `texts` are ids, names, times and positions that mean something at the moment. */
export function valueOf(schema: unknown, random: Random, texts: readonly string[], depth = 0): unknown {
  const node = resolveRef(document, schema);
  const all = (node["allOf"] as unknown[] | undefined) ?? [];
  if (all.length) {
    return Object.assign({}, ...all.map((part) => valueOf(part, random, texts, depth))) as unknown;
  }
  const variants = (node["oneOf"] ?? node["anyOf"]) as unknown[] | undefined;
  if (variants) return valueOf(pick(random, variants), random, texts, depth);
  if (Array.isArray(node["enum"])) return pick(random, node["enum"] as unknown[]);
  switch (node["type"]) {
    case "object":
      return objectOf(node, random, texts, depth);
    case "array":
      return Array.from({ length: Math.max(random.integer(3), Number(node["minItems"] ?? 0)) }, () =>
        valueOf(node["items"], random, texts, depth + 1),
      );
    case "integer":
      return Math.trunc(numberOf(node, random));
    case "number":
      return numberOf(node, random);
    case "boolean":
      return random.integer(2) === 0;
    default:
      return textOf(node, random, texts);
  }
}

function numberOf(node: Json, random: Random): number {
  const [least, most] = [Number(node["minimum"] ?? -Infinity), Number(node["maximum"] ?? Infinity)];
  return pick(
    random,
    [...numbers, least, most].filter((value) => Number.isFinite(value) && value >= least && value <= most),
  );
}

function textOf(node: Json, random: Random, texts: readonly string[]): string {
  if (node["format"] === "date-time") return pick(random, times());
  if (node["format"] === "email") return `person${random.integer(3)}@example.com`;
  if (node["format"] === "uuid") return "00000000-0000-4000-8000-000000000000";
  const pattern = typeof node["pattern"] === "string" ? new RegExp(node["pattern"], "u") : undefined;
  const [least, most] = [Number(node["minLength"] ?? 0), Number(node["maxLength"] ?? Infinity)];
  const fitting = texts.filter((text) => text.length >= least && text.length <= most && (pattern?.test(text) ?? true));
  return fitting.length ? pick(random, fitting) : "a".repeat(Math.max(1, least));
}

/** Moments of the near past and future, in the forms that RFC 3339 allows. */
export function times(): string[] {
  const offsets = [0, -1, -1000, -3_600_000, 3_600_000, 86_400_000];
  const texts = offsets.map((ms) => new Date(Date.now() + ms).toISOString());
  return [...texts, "2999-12-31T23:59:59.123456+14:00", "1970-01-01T00:00:00Z"];
}

function objectOf(node: Json, random: Random, texts: readonly string[], depth: number): object {
  const required = new Set((node["required"] as string[] | undefined) ?? []);
  const made: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries((node["properties"] ?? {}) as Json)) {
    if (required.has(name) || (depth < 6 && random.integer(3) === 0)) {
      made[name] = valueOf(schema, random, texts, depth + 1);
    }
  }
  const more = node["additionalProperties"];
  if (typeof more === "object") made[pick(random, texts)] = valueOf(more, random, texts, depth + 1);
  return made;
}
