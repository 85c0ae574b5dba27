/** What is wrong at one place of a fleet file. */
export interface Problem {
  /** Path of the file as it was given. */
  file: string;
  /** Counted from 1. */
  line: number;
  /** Counted from 1, in UTF-16 code units. */
  column: number;
  /** Stable, for scripts. */
  code: ProblemCode;
  /** Where in the document, such as `plans.pro.quota.computeTime`; empty for the document itself. */
  path: string;
  /** One sentence without the path and without a full stop. */
  sentence: string;
  /** What was probably meant, ready to be written into the file. */
  suggestion?: string;
}

export type ProblemCode =
  | "FLEET_FILE_UNREADABLE"
  | "FLEET_YAML_SYNTAX"
  | "FLEET_YAML_ALIAS"
  | "FLEET_DUPLICATE_KEY"
  | "FLEET_KEY_INVALID"
  | "FLEET_KEY_UNKNOWN"
  | "FLEET_KEY_MISSING"
  | "FLEET_TYPE"
  | "FLEET_VALUE"
  | "FLEET_UNIT"
  | "FLEET_API_KEY_IN_FILE"
  | "FLEET_REFERENCE_UNKNOWN"
  | "FLEET_REGION_NOT_RESIDENT"
  | "FLEET_COMPUTE_RANGE"
  | "FLEET_ALLOWED_IPS"
  | "FLEET_NAME_TAKEN"
  | "FLEET_SECRETS";

/** `tenants.yaml:12:7 plans.pro.history: "99d" is longer than 30d (did you mean 30d?)` */
export function formatProblem(problem: Problem): string {
  const place = `${problem.file}:${problem.line}:${problem.column}`;
  const where = problem.path === "" ? "" : `${problem.path}: `;
  const hint = problem.suggestion === undefined ? "" : ` (did you mean ${problem.suggestion}?)`;
  return `${place} ${where}${problem.sentence}${hint}`;
}
