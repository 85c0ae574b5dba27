import { NeonError } from "../../api/errors";
import { declaredIn, type Values } from "../../fields";
import type { LifecycleContext } from "../context";
import { markIn, nameKey } from "../mark";
import { isReplacement } from "./check";
import { replaceSentence } from "./replacement";
import { getProjectOrVanished } from "./vanished";

/**
 * Deletes the project, unless it is locked. The lock is read from the state: only an earlier `up` can have opened it, so a delete that
 * follows from a mistake in the program meets it closed.
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
  if (declaredIn(outputs).deletionProtection !== false) {
    // That it is gone already matters more than that it is locked.
    await getProjectOrVanished(context, projectId);
    const called = name === undefined ? "" : ` (${name})`;
    throw new NeonError(
      "NEON_DELETE_PROTECTED",
      `project ${projectId}${called} holds a customer's data and is locked`,
      {
        hint: "To delete it, write deletionProtection: false and run `pulumi up`; then destroy, or remove it and run `pulumi up` again.",
      },
    );
  }
  await context.api.deleteProject(projectId);
}
