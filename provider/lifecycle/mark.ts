import type { AnnotatedBranch } from "../api/neonApi";
import { hasUnknown, isRecord, type Problem, type Values } from "../fields";

/**
 * Whose project it is: the fleet, the stack, and the resource in it (its URN without stack and project). It goes into the annotations
 * of the default branch with the one POST (`createProject`); no route of Neon's changes it later.
 */
export interface Mark {
  readonly fleet: string;
  readonly stack: string;
  readonly resource: string;
}

const parts = ["fleet", "stack", "resource"] as const;
const annotation = (part: (typeof parts)[number]): string => `neon-tenants/${part}`;

/** The mark as annotations of a branch. */
export function annotationsOf(mark: Mark): Record<string, string> {
  return Object.fromEntries(parts.map((part) => [annotation(part), mark[part]]));
}

/** The mark that a branch carries; undefined for a branch of somebody else's. */
export function markOf({ annotations }: AnnotatedBranch): Mark | undefined {
  const [fleet, stack, resource] = parts.map((part) => annotations[annotation(part)]);
  return fleet && stack && resource ? { fleet, stack, resource } : undefined;
}

/** The mark in inputs or outputs; undefined where it is missing or not known yet. */
export function markIn(values: Values): Mark | undefined {
  const { mark } = values;
  if (!isRecord(mark) || hasUnknown(mark)) return undefined;
  const { fleet, stack, resource } = mark;
  if (typeof fleet !== "string" || typeof stack !== "string" || typeof resource !== "string") return undefined;
  return fleet && stack && resource ? { fleet, stack, resource } : undefined;
}

/** What is wrong with the mark of a new project. */
export function markProblems(values: Values): Problem[] {
  if (hasUnknown(values.mark) || markIn(values)) return [];
  return [
    {
      path: "fleet",
      reason:
        "is required: it tells this fleet's projects from all others, so that a create that was cut off is found again; " +
        "give a uuid that never changes, or set it once with `pulumi config set neon:fleet`",
    },
  ];
}

/** The key under which a run remembers a project by its place in the program. */
export function placeKey(mark: Mark): string {
  return JSON.stringify([mark.fleet, mark.stack, "resource", mark.resource]);
}

/** The key under which a run remembers a project by its name, for the case that its place changed. */
export function nameKey(mark: Mark, name: string): string {
  return JSON.stringify([mark.fleet, mark.stack, "name", name]);
}
