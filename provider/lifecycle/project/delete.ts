import { isNeonError, NeonError } from "../../api/errors";
import { declaredIn, type Values } from "../../fields";
import type { LifecycleContext } from "../context";
import { type Mark, markIn, nameKey } from "../mark";
import { isReplacement } from "./check";
import { replaceSentence } from "./replacement";
import { deletedAtNeon, getProjectOrVanished, vanished } from "./vanished";

/**
 * Deletes the project, unless it is locked. The lock is read from the state: only an earlier `up` can have opened it, so a delete that
 * follows from a mistake in the program meets it closed.
 *
 * A project that is not there is `NEON_PROJECT_VANISHED`. Two words are an end all the same: `recreateIfMissing: true` in the state, and
 * for an unlocked project a deletion that Neon itself lists (`listProjects` with `recoverable`, for seven days). So a destroy that was
 * cut off after its DELETE goes on, and a wrong key or organization never looks like one.
 */
export async function deleteProject(context: LifecycleContext, projectId: string, outputs: Values): Promise<void> {
  if (isReplacement(context.run, outputs)) throw new NeonError("NEON_REPLACE_REFUSED", replaceSentence);
  const mark = markIn(outputs);
  const name = typeof outputs.name === "string" ? outputs.name : undefined;
  const refusal =
    context.run.refusalOf(projectId) ?? (mark && name ? context.run.refusalOf(nameKey(mark, name)) : undefined);
  if (refusal !== undefined) {
    throw new NeonError("NEON_DELETE_PROTECTED", `project ${projectId} is not deleted in this run: ${refusal}`, {
      hint: "Use an alias for a rename; to forget a stale entry use `pulumi state delete`, which deletes nothing at Neon.",
    });
  }
  const { deletionProtection, recreateIfMissing } = declaredIn(outputs);
  const mayBeMissing = recreateIfMissing === true;
  if (deletionProtection !== false) {
    if (!(await isThere(context, projectId, { mark, mayBeMissing }))) return;
    const called = name === undefined ? "" : ` (${name})`;
    throw new NeonError(
      "NEON_DELETE_PROTECTED",
      `project ${projectId}${called} holds a customer's data and is locked`,
      {
        hint: "To delete it, write deletionProtection: false and run `pulumi up`; then destroy, or remove it and run `pulumi up` again.",
      },
    );
  }
  if ((await context.api.deleteProject(projectId)) === "absent" && !mayBeMissing) {
    await expectDeleted(context, projectId, mark);
  }
}

/** That it is gone already matters more than that it is locked. False where it is gone and may be. */
async function isThere(
  context: LifecycleContext,
  projectId: string,
  { mark, mayBeMissing }: { mark: Mark | undefined; mayBeMissing: boolean },
): Promise<boolean> {
  try {
    await getProjectOrVanished(context, projectId, mark);
    return true;
  } catch (error) {
    if (mayBeMissing && isNeonError(error) && error.code === "NEON_PROJECT_VANISHED") return false;
    throw error;
  }
}

/** Somebody deleted it on purpose, be it an earlier run of ours that did not get to say so; anything else is a loss. */
async function expectDeleted(context: LifecycleContext, projectId: string, mark: Mark | undefined): Promise<void> {
  const deleted = await deletedAtNeon(context, projectId);
  if (!deleted) throw vanished(context, projectId, { mark });
  const until = deleted.recoverable_until ?? "its seventh day";
  context.warn(`project ${projectId} was deleted before this run; it can be recovered until ${until}`);
}
