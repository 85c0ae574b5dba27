import type { Problem } from "./problem";

/** Where one of these stands, what else is found there follows from it. */
const causes: ReadonlySet<string> = new Set(["FLEET_API_KEY_IN_FILE", "FLEET_YAML_ALIAS", "FLEET_DUPLICATE_KEY"]);

/** By file and position, without what only follows from another problem at the same place. */
export function inOrder(problems: readonly Problem[], files: readonly string[]): Problem[] {
  const place = (problem: Problem): string => `${problem.file}:${problem.line}:${problem.column}`;
  const caused = new Set(problems.filter((problem) => causes.has(problem.code)).map(place));
  return problems
    .filter((problem) => causes.has(problem.code) || !caused.has(place(problem)))
    .toSorted((a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column);
}
