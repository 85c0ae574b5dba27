import { z } from "zod";
import { describe, type Fault } from "./leaf";
import type { Problem } from "./problem";
import { suggest } from "./suggest";
import type { Path, YamlSource } from "./yamlSource";

type Issue = z.core.$ZodIssue;

/** What zod found, in a person's words and at the exact key or value. */
export function problemsOf(issue: Issue, schema: z.ZodType, source: YamlSource): Problem[] {
  const path = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(key, path, schema, source));
    case "invalid_key":
      return issue.issues.map((inner) =>
        source.problemAt(
          path,
          { code: "FLEET_KEY_INVALID", sentence: `${describe(String(path.at(-1)))} ${inner.message}` },
          "key",
        ),
      );
    case "invalid_type":
      return [isMissing(issue, source.value) ? missingKey(path, source) : wrongType(issue, path, source)];
    case "custom": {
      const fault = (issue.params ?? {}) as Partial<Fault>;
      if (isMissing(issue, source.value)) return [missingKey(path, source)];
      const { code = "FLEET_VALUE", suggestion } = fault;
      return [source.problemAt(path, { code, sentence: issue.message, suggestion })];
    }
    default:
      return [source.problemAt(path, { code: "FLEET_VALUE", sentence: issue.message })];
  }
}

/** True where the issue is about a key that is not there at all. */
export function isMissing(issue: Issue, root: unknown): boolean {
  const key = issue.path.at(-1);
  if (typeof key !== "string") return false;
  const parent = valueAt(root, issue.path.slice(0, -1));
  return typeof parent === "object" && parent !== null && !Object.hasOwn(parent, key);
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}

function missingKey(path: Path, source: YamlSource): Problem {
  const example: Record<string, string> = {
    fleet: "; write a UUID that no other fleet has, and never change it",
    tenants: "; write tenants: {} for a fleet without customers",
  };
  const key = String(path.at(-1));
  const sentence = `the setting ${key} is missing${path.length === 1 ? (example[key] ?? "") : ""}`;
  const parent = path.slice(0, -1);
  return { ...source.problemAt(parent, { code: "FLEET_KEY_MISSING", sentence }, "key") };
}

function wrongType(issue: z.core.$ZodIssueInvalidType, path: Path, source: YamlSource): Problem {
  const wanted =
    issue.expected === "array"
      ? "a list"
      : issue.expected === "object" || issue.expected === "record"
        ? "a map"
        : `a ${issue.expected}`;
  const value = valueAt(source.value, issue.path);
  const sentence =
    path.length === 0 && (value === undefined || value === null)
      ? "the file is empty; it needs name, fleet and tenants"
      : value === null
        ? `is empty; write ${wanted} or remove the line`
        : `${describe(value)} is not ${wanted}`;
  return source.problemAt(path, { code: "FLEET_TYPE", sentence });
}

function unknownKey(key: string, path: Path, schema: z.ZodType, source: YamlSource): Problem {
  const known = knownKeys(schema, path);
  const suggestion = suggest(key, known);
  const others = suggestion === undefined ? `; known here are ${known.join(", ")}` : "";
  const sentence = `there is no setting ${describe(key)} here${others}`;
  return source.problemAt([...path, key], { code: "FLEET_KEY_UNKNOWN", sentence, suggestion }, "key");
}

/** The keys that a schema knows at a path. */
function knownKeys(schema: z.ZodType, path: Path): string[] {
  let at: unknown = schema;
  for (const step of path) {
    at = unwrap(at);
    if (at instanceof z.ZodObject) at = (at.shape as Record<string, unknown>)[String(step)];
    else if (at instanceof z.ZodRecord) at = at.valueType;
    else if (at instanceof z.ZodArray) at = at.element;
  }
  at = unwrap(at);
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

function unwrap(schema: unknown): unknown {
  while (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) schema = schema.unwrap();
  return schema;
}
