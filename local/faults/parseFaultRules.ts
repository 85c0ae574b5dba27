import { type Problem, problemsOf } from "../checkedFile/problem";
import { LocalNeonError } from "../localNeonError";
import type { FaultRule } from "./faultRule";
import { faultKinds, faultSchemas, type FaultSchemas, type Vocabulary } from "./faultSchemas";

/** The rules of a list, or of a single one; or everything that is wrong with them. */
export function parseFaultRules(
  value: unknown,
  vocabulary: Vocabulary,
): { rules: FaultRule[] } | { problems: Problem[] } {
  const list: unknown = Array.isArray(value) ? value : isObject(value) ? [value] : undefined;
  if (!Array.isArray(list)) return { problems: [{ path: [], text: "must be a list of faults" }] };
  const schemas = faultSchemas(vocabulary);
  const problems: Problem[] = [];
  const rules = list.flatMap((item: unknown, index) => {
    const parsed = parseRule(item, schemas);
    if ("rule" in parsed) return [parsed.rule];
    problems.push(...parsed.problems.map(({ path, text }) => ({ path: [index, ...path], text })));
    return [];
  });
  return problems.length ? { problems } : { rules };
}

function parseRule(item: unknown, schemas: FaultSchemas): { rule: FaultRule } | { problems: Problem[] } {
  if (!isObject(item)) return { problems: [{ path: [], text: "must be an object with route and kind" }] };
  // YAML reads an unquoted 423 as a number.
  const kind = String(item["kind"]);
  const schema = Object.hasOwn(schemas.kinds, kind) ? schemas.kinds[kind] : undefined;
  const result = (schema ?? schemas.selection).safeParse({ ...item, kind });
  const problems = problemsOf(result.error?.issues ?? [], "is not a field of this kind of fault");
  if (!schema) problems.unshift({ path: ["kind"], text: `must be one of ${faultKinds.join(", ")}` });
  return problems.length ? { problems } : { rule: result.data as FaultRule };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** As people read it: rules count from 1. */
export function describeProblem({ path, text }: Problem): string {
  const [index, ...rest] = path;
  if (index === undefined) return text;
  return [`fault ${Number(index) + 1}`, rest.join("."), text].filter(Boolean).join(": ");
}

/** The error for all problems at once. */
export function invalidFaults(problems: readonly string[]): LocalNeonError {
  return new LocalNeonError(
    "LOCAL_FAULTS_INVALID",
    `The faults are not right: ${problems.join("; ")}.`,
    "Each is an object with route, kind, and what that kind takes.",
  );
}
