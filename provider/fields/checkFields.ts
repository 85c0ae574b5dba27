import type { z } from "zod";
import { type Fields, leaves } from "./field";
import type { Problem } from "./rules";
import { hasUnknown, isRecord, unknownValue, valueAt, type Values } from "./values";

/** Every problem of the inputs at once; values that a preview does not know yet are left out. Never throws. */
export function checkFields(fields: Fields, inputs: Values): Problem[] {
  const problems = [...unknownKeys(fields, inputs)];
  for (const { path, field } of leaves(fields)) {
    const value = valueAt(inputs, path);
    if (value === undefined) {
      if (field.required) problems.push({ path, reason: "is required" });
    } else if (!hasUnknown(value)) {
      const result = field.schema.safeParse(value);
      if (!result.success) problems.push(...result.error.issues.flatMap((issue) => issueProblems(path, issue, value)));
    }
  }
  return problems;
}

/** zod reports a union as one issue that hides the branches; the branch that fits the value's shape says what is wrong. */
function issueProblems(path: string, issue: z.core.$ZodIssue, value: unknown): Problem[] {
  if (issue.code === "invalid_union") {
    const wanted = Array.isArray(value) ? issue.errors.at(-1) : undefined;
    if (wanted) return wanted.flatMap((inner) => issueProblems(path, inner, undefined));
    return [{ path, reason: 'must be a list of addresses or the word "any"' }];
  }
  const inner = issue.path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  const reason = issue.message.startsWith("must") ? issue.message : lowerFirst(issue.message);
  return [{ path: `${path}${inner}`, reason }];
}

const lowerFirst = (text: string): string => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;

function unknownKeys(fields: Fields, inputs: unknown, prefix = ""): Problem[] {
  if (!isRecord(inputs)) return [];
  return Object.entries(inputs).flatMap(([key, value]): Problem[] => {
    const node = Object.hasOwn(fields, key) ? fields[key] : undefined;
    const path = `${prefix}${key}`;
    if (node === undefined) {
      const known = Object.keys(fields);
      return value === undefined ? [] : [{ path, reason: `is not an input; the inputs are ${known.join(", ")}` }];
    }
    if (node.kind === "field" || value === undefined || value === null || value === unknownValue) return [];
    if (!isRecord(value)) return [{ path, reason: "must be an object" }];
    return unknownKeys(node.fields, value, `${path}.`);
  });
}
