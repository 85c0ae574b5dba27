import type { Json } from "./apiDocument";

/** Where a schema holds schemas that each see only a part of the object: closing one of these would refuse the others' fields. */
const parts = new Set(["allOf", "oneOf", "anyOf"]);

/**
 * The document with `unevaluatedProperties: false` at every place where a schema is used (a media type, a property, an item).
 * Neon's document forbids no extra field anywhere, so a mistyped one passes; tests of both sides use this form. Needs a
 * validator of JSON Schema 2019-09.
 */
export function closeSchemas(document: Json): Json {
  const copy = structuredClone(document) as Record<string, unknown>;
  walk(copy);
  return copy;
}

function walk(node: unknown): void {
  if (Array.isArray(node)) return node.forEach(walk);
  if (!isObject(node)) return;
  for (const [key, value] of Object.entries(node)) {
    if (key === "example" || key === "examples") continue;
    if ((key === "schema" || key === "items") && isObject(value)) close(value);
    if (key === "properties" && isObject(value)) for (const property of Object.values(value)) close(property);
    if (key === "additionalProperties" && isObject(value)) close(value);
    walk(value);
  }
}

function close(schema: unknown): void {
  if (!isObject(schema) || "unevaluatedProperties" in schema) return;
  const describesObject =
    "$ref" in schema || "properties" in schema || [...parts].some((keyword) => Array.isArray(schema[keyword]));
  if (describesObject) schema["unevaluatedProperties"] = false;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
