import type { Project, ProjectListItem } from "@neondatabase/api-client";
import { isNeonError, NeonError } from "../../api/errors";
import type { LifecycleContext } from "../context";
import type { Mark } from "../mark";

/** The project; throws `NEON_PROJECT_VANISHED` where Neon does not know the id. */
export async function getProjectOrVanished(
  context: LifecycleContext,
  projectId: string,
  mark?: Mark,
): Promise<Project> {
  try {
    return await context.api.getProject(projectId);
  } catch (error) {
    throw await vanishedOr(context, projectId, error, mark);
  }
}

/** Turns "not found" into what it means for a customer's project: its data is gone, or recoverable for seven days. */
export async function vanishedOr(
  context: LifecycleContext,
  projectId: string,
  error: unknown,
  mark?: Mark,
): Promise<unknown> {
  if (!isNotFound(error)) return error;
  return vanished(context, projectId, { deleted: await deletedAtNeon(context, projectId), mark, cause: error });
}

/** What is known of a project that is not there. */
export interface Vanished {
  /** Its entry in Neon's list of deleted projects; undefined where it is not there either, or the list could not be had. */
  readonly deleted?: ProjectListItem;
  /** Names the resource in the way out. */
  readonly mark?: Mark;
  readonly cause?: unknown;
}

/** The error for a project that is in the state but not at Neon, with every way out. */
export function vanished(context: LifecycleContext, projectId: string, { deleted, mark, cause }: Vanished): NeonError {
  const recover =
    deleted?.recoverable_until === undefined
      ? "Neon keeps a deleted project for 7 days: recover it there (POST /projects/{id}/recover), or look whether the key or organization changed."
      : `It can be recovered until ${deleted.recoverable_until} (POST /projects/${projectId}/recover).`;
  const urn = mark
    ? `urn:pulumi:${mark.stack}::${context.pulumiProject ?? "<Pulumi project>"}::${mark.resource}`
    : "<urn>";
  return new NeonError("NEON_PROJECT_VANISHED", `project ${projectId} is in the state but not at Neon`, {
    hint:
      `${recover} To give it up and start empty, write recreateIfMissing: true and run up; ` +
      `to give it up for good, run \`pulumi state delete '${urn}' --target-dependents --force\`, which deletes nothing at Neon, then destroy.`,
    requestId: isNeonError(cause) ? cause.requestId : undefined,
    cause,
  });
}

/** True for an answer that says that the thing does not exist. */
export function isNotFound(error: unknown): error is NeonError {
  return isNeonError(error) && error.code === "NEON_NOT_FOUND";
}

/**
 * The project among those that Neon keeps for seven days after they were deleted. A beta operation (`listProjects` with `recoverable`):
 * where it fails, nothing is known.
 */
export async function deletedAtNeon(
  context: LifecycleContext,
  projectId: string,
): Promise<ProjectListItem | undefined> {
  try {
    const deleted = await context.api.listProjects({ search: projectId, recoverable: true });
    return deleted.find((project) => project.id === projectId);
  } catch {
    return undefined;
  }
}
