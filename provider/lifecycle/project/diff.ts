import { NeonError } from "../../api/errors";
import { type FieldChange, isRecord, projectFields, type Values } from "../../fields";
import { diffResource } from "../checkResource";
import { normalizeProjectInputs } from "./requests";
import { isUnfinished } from "./settle";

/** Asks for the update that brings an interrupted create to rest. */
const finish: FieldChange = { path: "unfinished", from: true, to: undefined, class: "inPlace", rememberOnly: true };

/** What the user changed; throws for what cannot be, and where another project is to be adopted than the one in the state. */
export function diffProject(outputs: Values, news: Values): FieldChange[] {
  const { projectId } = outputs;
  const adopt = isRecord(news.adopt) ? news.adopt.projectId : undefined;
  if (typeof adopt === "string" && typeof projectId === "string" && adopt !== projectId) {
    throw new NeonError(
      "NEON_ADOPT_REFUSED",
      `the state already holds project ${projectId}, so ${adopt} is not adopted`,
      {
        hint: "Add a second tenant for it, or write the id that the state holds.",
      },
    );
  }
  const changes = diffResource(projectFields, outputs, normalizeProjectInputs(news));
  return isUnfinished(outputs) ? [...changes, finish] : changes;
}
