import { isNeonError } from "../api/errors";
import { declaredIn, hasUnknown, type Values } from "../fields";
import type { Lifecycle, LifecycleContext, ReadBack } from "./context";
import { PartialFailure } from "./partialFailure";
import { stateOf, text } from "./subResource";

/**
 * The life of something in a project, with what the project's own end means to it. A read keeps the state of a thing whose project is not
 * at Neon: the project may be recovered, or only the key is another one, and the project's own read says `NEON_PROJECT_VANISHED`. Where
 * the project was made anew with consent (`recreateIfMissing`), the thing is made anew in it.
 *
 * @param inputsOf the inputs that a state holds; default what was declared
 */
export function withinProject(inner: Lifecycle, inputsOf: (outputs: Values) => Values = declaredIn): Lifecycle {
  const kept = (context: LifecycleContext, id: string, outputs: Values): ReadBack => {
    context.warn(`${id}: its project ${text(outputs, "projectId")} is not at Neon; what the state knows is kept`);
    return { id, outputs: stateOf(outputs), inputs: inputsOf(outputs) };
  };
  return {
    ...inner,
    follow: async (context, id, outputs, news) => {
      if (await isLeftBehind(context, outputs, news)) return {};
      return inner.follow ? inner.follow(context, id, outputs, news) : outputs;
    },
    read: async (context, id, outputs) => {
      let found: ReadBack | undefined;
      try {
        found = await inner.read(context, id, outputs);
      } catch (error) {
        if (!isMissing(error) || !(await isGone(context, text(outputs, "projectId")))) throw error;
      }
      return found ?? ((await isGone(context, text(outputs, "projectId"))) ? kept(context, id, outputs) : undefined);
    },
    update: async (context, id, outputs, news) => {
      if (!(await isLeftBehind(context, outputs, news))) return inner.update(context, id, outputs, news);
      try {
        return (await inner.create(context, news)).outputs;
      } catch (error) {
        // An update cannot give another id; the place stands in the outputs.
        throw error instanceof PartialFailure ? new PartialFailure(id, error.properties, error) : error;
      }
    },
  };
}

const isMissing = (error: unknown): boolean => isNeonError(error) && error.code === "NEON_NOT_FOUND";

/** True where the inputs name another project and the one in the state is not at Neon any more: nothing stays behind there. */
async function isLeftBehind(context: LifecycleContext, outputs: Values, news: Values): Promise<boolean> {
  const [from, to] = [text(outputs, "projectId"), text(news, "projectId")];
  if (from === to || to === "" || hasUnknown(news.projectId)) return false;
  return isGone(context, from);
}

async function isGone(context: LifecycleContext, projectId: string): Promise<boolean> {
  if (projectId === "") return false;
  try {
    await context.api.getProject(projectId);
    return false;
  } catch (error) {
    if (isMissing(error)) return true;
    throw error;
  }
}
