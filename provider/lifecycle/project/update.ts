import { declaredIn, declaredOf, projectFields, valueAt, type Values, withValueAt } from "../../fields";
import { diffResource } from "../checkResource";
import type { LifecycleContext } from "../context";
import { PartialFailure, withProvider } from "../partialFailure";
import { applyProject } from "./apply";
import { isComplete, isUnfinished, settleProject } from "./settle";

/** Switches of ours that no request carries. */
const ours = ["deletionProtection", "recreateIfMissing"];

/**
 * Sends what the user changed. The engine also updates without a change, after a create or update that failed half-way: then the
 * project is brought to rest and everything declared is compared with what is there.
 */
export async function updateProject(
  context: LifecycleContext,
  projectId: string,
  outputs: Values,
  news: Values,
): Promise<Values> {
  const { __provider: _text, ...before } = outputs;
  const changes = diffResource(projectFields, before, news);
  const wanted = declaredOf(projectFields, news);
  const target = changes.reduce(
    (values, { path, to }) => (to === undefined ? values : withValueAt(values, path, to)),
    wanted,
  );
  const sent = changes.filter((change) => !change.rememberOnly).map((change) => change.path);
  const shared = { projectId, wanted, target, news };
  if (sent.length > 0 && isComplete(before) && !isUnfinished(before)) {
    return applyProject(context, { ...shared, outputs: before, dirty: sent });
  }
  let settled;
  try {
    settled = await settleProject(context, projectId, before, target);
  } catch (error) {
    // Our own switches need nothing of Neon: a project that never became ready must still be unlocked and destroyed.
    const declared = ours.reduce(
      (values, path) => withValueAt(values, path, valueAt(wanted, path)),
      declaredIn(before),
    );
    throw new PartialFailure(projectId, withProvider({ ...before, declared }, news), error);
  }
  const dirty = [...new Set([...sent, ...settled.dirty])];
  const { unfinished: _was, ...atRest } = settled.outputs;
  return applyProject(context, { ...shared, outputs: atRest, dirty });
}
