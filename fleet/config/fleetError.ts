import { formatProblem, type Problem } from "./problem";

/** A failure that the person who runs the fleet can act on: a stable code, one sentence, what to do next. It is shown without a stack. */
export class FleetError extends Error {
  /** Stable, for scripts. */
  readonly code: string;
  /** What to do next, in one sentence. */
  readonly hint?: string;
  /** Places in the fleet's files, where the failure comes from there. */
  readonly problems: readonly Problem[];

  constructor(
    code: string,
    message: string,
    options: { hint?: string; problems?: readonly Problem[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "FleetError";
    this.code = code;
    this.hint = options.hint;
    this.problems = options.problems ?? [];
  }
}

/** The fleet file, or the facts beside it, cannot be used. Holds every problem, in the order of the files. */
export class FleetConfigError extends FleetError {
  constructor(problems: readonly Problem[]) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    const files = [...new Set(problems.map((problem) => problem.file))].join(" and ");
    super(
      "FLEET_CONFIG_INVALID",
      [`${count} in ${files}`, ...problems.map((problem) => `  ${formatProblem(problem)}`)].join("\n"),
      {
        hint: "Correct the places named above and run the command again; nothing was called or changed.",
        problems,
      },
    );
    this.name = "FleetConfigError";
  }
}

/** True for a {@link FleetError}, also one made by a second copy of this package. */
export function isFleetError(error: unknown): error is FleetError {
  return (
    error instanceof Error && (error.name === "FleetError" || error.name === "FleetConfigError") && "code" in error
  );
}
