import type { ProjectListItem } from "@neondatabase/api-client";
import { isNeonError, NeonError } from "../../api/errors";
import type { AnnotatedBranch } from "../../api/neonApi";
import type { LifecycleContext } from "../context";
import { type Mark, markOf } from "../mark";

/** A project that carries our mark, with its branches. */
export interface OwnProject {
  readonly projectId: string;
  readonly branches: readonly AnnotatedBranch[];
}

/**
 * The project that an earlier create of this very resource made and could not record. Names are not unique at Neon, so all of that
 * exact name are looked at. Another fleet's, and those without a mark, are not ours and never adopted.
 *
 * Throws `NEON_PROJECT_RENAMED` for one of the same stack under another resource, `NEON_PROJECT_AMBIGUOUS` for two of ours.
 */
export async function findOwn(context: LifecycleContext, name: string, mark: Mark): Promise<OwnProject | undefined> {
  const candidates = (await context.api.listProjects({ search: name })).filter((project) => project.name === name);
  const own: OwnProject[] = [];
  const renamed: { projectId: string; resource: string }[] = [];
  for (const candidate of candidates) {
    const branches = await branchesOf(context, candidate);
    for (const found of marksOf(branches)) {
      if (found.fleet !== mark.fleet || found.stack !== mark.stack) continue;
      if (found.resource === mark.resource) own.push({ projectId: candidate.id, branches });
      else renamed.push({ projectId: candidate.id, resource: found.resource });
    }
  }
  const [first, second] = own;
  if (first && second) throw ambiguous(own, name);
  if (first) return first;
  if (renamed.length > 0) throw renamedError(context, renamed, mark, name);
  return undefined;
}

/** The different marks on a project's branches: a restore may have moved the mark to a branch that is no longer the default. */
function marksOf(branches: readonly AnnotatedBranch[]): Mark[] {
  const marks = branches.map(markOf).filter((mark) => mark !== undefined);
  return [...new Map(marks.map((mark) => [JSON.stringify(mark), mark])).values()];
}

async function branchesOf(context: LifecycleContext, candidate: ProjectListItem): Promise<AnnotatedBranch[]> {
  try {
    return await context.api.listBranches(candidate.id);
  } catch (error) {
    // Deleted since the list was made.
    if (isNeonError(error) && error.code === "NEON_NOT_FOUND") return [];
    throw error;
  }
}

function ambiguous(own: readonly OwnProject[], name: string): NeonError {
  const ids = own.map((project) => project.projectId).join(" and ");
  return new NeonError(
    "NEON_PROJECT_AMBIGUOUS",
    `the projects ${ids}, both named ${name}, carry the mark of this resource`,
    {
      hint: "Nothing was made or changed. Look which of them holds the data, delete the other one at Neon, then run again.",
    },
  );
}

function renamedError(
  context: LifecycleContext,
  renamed: readonly { projectId: string; resource: string }[],
  mark: Mark,
  name: string,
): NeonError {
  const [{ projectId, resource } = { projectId: "", resource: "" }] = renamed;
  // The rest of a rename is the delete of the old entry, which must not reach this project either.
  for (const found of renamed) {
    context.run.refuseDelete(
      found.projectId,
      `it was made as ${found.resource} and the program now calls it ${mark.resource}`,
    );
  }
  const alias = `urn:pulumi:${mark.stack}::${context.pulumiProject ?? "<Pulumi project>"}::${resource}`;
  return new NeonError(
    "NEON_PROJECT_RENAMED",
    `project ${projectId} (${name}) was made by this stack as ${resource}, and the program now calls it ${mark.resource}`,
    {
      hint:
        `Nothing was made or deleted. Add to the resource's options: aliases: ["${alias}"], or put the old name and parent back. ` +
        "If this is meant to be a second project, give it another name.",
    },
  );
}

/** How long an unanswered POST is looked for, in milliseconds. */
export const unansweredWatchMs = 60_000;

/**
 * What an earlier create made. Where a run that did not record its answer sent its POST less than {@link unansweredWatchMs} ago, Neon may
 * still commit it: then it is looked for until that time is over. The last look has to succeed, because a POST follows it.
 */
export async function findEarlier(
  context: LifecycleContext,
  name: string,
  mark: Mark,
): Promise<OwnProject | undefined> {
  const until = context.attemptedAt === undefined ? undefined : context.attemptedAt + unansweredWatchMs;
  const found =
    until !== undefined && context.clock.now() < until ? await findUnanswered(context, name, mark, until) : undefined;
  return found ?? findOwn(context, name, mark);
}

/**
 * Looks for what an unanswered POST may have made, until `deadline` in growing intervals: Neon may commit after the connection was
 * lost. A look that fails itself says nothing, and the next one follows.
 */
export async function findUnanswered(
  context: LifecycleContext,
  name: string,
  mark: Mark,
  deadline: number,
): Promise<OwnProject | undefined> {
  for (let pauseMs = 500; ; pauseMs = Math.min(pauseMs * 2, 10_000)) {
    const found = await look(context, name, mark);
    if (found) return found;
    const leftMs = deadline - context.clock.now();
    if (leftMs <= 0) return undefined;
    await context.clock.sleep(Math.min(pauseMs, leftMs));
  }
}

const inconclusive = new Set([
  "NEON_UNREACHABLE",
  "NEON_UNAVAILABLE",
  "NEON_UNANSWERED",
  "NEON_RATE_LIMITED",
  "NEON_BUSY",
]);

async function look(context: LifecycleContext, name: string, mark: Mark): Promise<OwnProject | undefined> {
  try {
    return await findOwn(context, name, mark);
  } catch (error) {
    if (isNeonError(error) && inconclusive.has(error.code)) return undefined;
    throw error;
  }
}
