import type { Project } from "@neondatabase/api-client";
import { isNeonError, NeonError } from "../../api/errors";
import type { LifecycleContext } from "../context";

/** The project; throws `NEON_PROJECT_VANISHED` where Neon does not know the id. */
export async function getProjectOrVanished(context: LifecycleContext, projectId: string): Promise<Project> {
  try {
    return await context.api.getProject(projectId);
  } catch (error) {
    throw await vanishedOr(context, projectId, error);
  }
}

/** Turns "not found" into what it means for a customer's project: its data is gone, or recoverable for seven days. */
export async function vanishedOr(context: LifecycleContext, projectId: string, error: unknown): Promise<unknown> {
  if (!isNotFound(error)) return error;
  const until = await recoverableUntil(context, projectId);
  const recover =
    until === undefined
      ? "Neon keeps a deleted project for 7 days: recover it there (POST /projects/{id}/recover), or look whether the key or organization changed."
      : `It can be recovered until ${until} (POST /projects/${projectId}/recover).`;
  return new NeonError("NEON_PROJECT_VANISHED", `project ${projectId} is in the state but not at Neon`, {
    hint: `${recover} To give it up and start empty, write recreateIfMissing: true and run up, or delete it from the state.`,
    cause: error,
  });
}

/** True for an answer that says that the thing does not exist. */
export function isNotFound(error: unknown): error is NeonError {
  return isNeonError(error) && error.code === "NEON_NOT_FOUND";
}

/** A beta operation (`listProjects` with `recoverable`): where it fails, the seven days have to do. */
async function recoverableUntil(context: LifecycleContext, projectId: string): Promise<string | undefined> {
  try {
    const deleted = await context.api.listProjects({ search: projectId, recoverable: true });
    return deleted.find((project) => project.id === projectId)?.recoverable_until;
  } catch {
    return undefined;
  }
}
