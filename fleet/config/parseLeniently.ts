import type { z } from "zod";
import { isMissing, problemsOf } from "./issues";
import type { Problem } from "./problem";
import type { YamlSource } from "./yamlSource";

/** Rounds of cutting out what is wrong; each one only removes, so a few suffice for the deepest nesting of the schema. */
const mostRounds = 8;

export interface Parsed<Value> {
  /** What is sound, once everything that has a problem was cut out; undefined where nothing is left. */
  value?: Value;
  problems: Problem[];
  /** Paths that were cut out, so that later checks do not judge what they cannot see. */
  cut: readonly PropertyKey[][];
}

/**
 * Parses a text with a schema and reports every problem, yet returns the sound rest, so that the rest can be checked in the same run.
 * The rest may lack any key of the top.
 */
export function parseLeniently<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape, z.core.$strict>,
  source: YamlSource,
): Parsed<Partial<z.infer<z.ZodObject<Shape, z.core.$strict>>>> {
  const rest = schema.partial();
  const problems: Problem[] = [];
  const cut: PropertyKey[][] = [];
  let value = source.value;
  for (let round = 0; round < mostRounds; round++) {
    const result = (round === 0 ? schema : rest).safeParse(value);
    if (result.success) return { value: result.data as Partial<z.infer<typeof schema>>, problems, cut };
    // Later rounds only see what the first one has reported, or what cutting it out left incomplete.
    if (round === 0) problems.push(...result.error.issues.flatMap((issue) => problemsOf(issue, schema, source)));
    const paths = result.error.issues.flatMap((issue) => pathsToCut(issue, value));
    if (paths.some((path) => path.length === 0)) break;
    if (round === 0) value = structuredClone(value);
    // Elements are cut from the back, so that an earlier one keeps its index until its turn.
    for (const path of paths.toReversed()) remove(value, path);
    cut.push(...paths);
  }
  return { problems, cut };
}

function pathsToCut(issue: z.core.$ZodIssue, root: unknown): PropertyKey[][] {
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => [...issue.path, key]);
  // A list with one wrong element is judged by nobody else, so it goes as a whole.
  const element = issue.path.findIndex((step) => typeof step === "number");
  if (element >= 0) return [issue.path.slice(0, element)];
  if (!isMissing(issue, root)) return [[...issue.path]];
  return issue.path.length === 1 ? [] : [issue.path.slice(0, -1)];
}

function remove(root: unknown, path: readonly PropertyKey[]): void {
  let parent = root;
  for (const step of path.slice(0, -1)) {
    if (typeof parent !== "object" || parent === null) return;
    parent = (parent as Record<PropertyKey, unknown>)[step];
  }
  if (typeof parent === "object" && parent !== null) Reflect.deleteProperty(parent, path.at(-1)!);
}
