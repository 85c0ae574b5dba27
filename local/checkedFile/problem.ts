import type { z } from "zod";

/** One thing that is wrong with a value, and where. */
export interface Problem {
  /** From the outermost value: `["projects", 2, "name"]`. */
  path: (string | number)[];
  text: string;
}

/** A value that is right, or everything that is wrong with it. */
export type Checked<T> = { value: T } | { problems: Problem[] };

/** What a schema says of a value; `unknown` is said of each field that it does not have. */
export function problemsOf(issues: readonly z.core.$ZodIssue[], unknown: string): Problem[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
    if (issue.code === "unrecognized_keys") return issue.keys.map((key) => ({ path: [...path, key], text: unknown }));
    const isMissing = issue.code === "invalid_type" && issue.message.endsWith("received undefined");
    return [{ path, text: isMissing ? "is missing" : issue.message }];
  });
}

/** `projects[0].branches[1].name: is missing` */
export function problemLine({ path, text }: Problem): string {
  const place = path
    .map((part, index) => (typeof part === "number" ? `[${part}]` : index > 0 ? `.${part}` : part))
    .join("");
  return place === "" ? text : `${place}: ${text}`;
}
