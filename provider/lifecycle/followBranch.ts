import { declaredIn, hasUnknown, type Values } from "../fields";
import type { LifecycleContext } from "./context";
import { text } from "./subResource";

/**
 * The outputs on the branch that the inputs name, where a finalized snapshot restore put that one in the place of theirs. A branch that
 * anything else put there leaves the outputs as they are, and `diff` refuses the move: the data would stay behind. One GET per run
 * (`listProjectBranches`), and only where the two differ.
 *
 * @param name the input and output that holds the id of the branch
 */
export async function followBranch(
  context: LifecycleContext,
  outputs: Values,
  news: Values,
  name = "branchId",
): Promise<Values> {
  const declared = declaredIn(outputs);
  const projectId = text(outputs, "projectId");
  const [from, to] = [text(declared, name), text(news, name)];
  const isComparable = projectId !== "" && from !== "" && to !== "" && !hasUnknown(news[name]);
  if (!isComparable || from === to || projectId !== text(news, "projectId")) return outputs;
  if (!(await tookPlace(context, projectId, from, to))) return outputs;
  return { ...outputs, [name]: to, declared: { ...declared, [name]: to } };
}

/** True where one branch replaced another in one or more restores. Neon names the replaced one in `restored_as`. */
async function tookPlace(context: LifecycleContext, projectId: string, from: string, to: string): Promise<boolean> {
  const branches = await context.run.once(`branches of ${projectId}`, () => context.api.listBranches(projectId));
  const replaced = new Map(
    branches
      // One that is not finalized stands beside the other, which still has the name and the computes.
      .filter(({ branch }) => branch.restore_status !== "restored")
      .map(({ branch }) => [branch.id, branch.restored_as]),
  );
  const seen = new Set<string>();
  for (let at: string | undefined = to; at !== undefined && !seen.has(at); at = replaced.get(at)) {
    if (at === from) return true;
    seen.add(at);
  }
  return false;
}
