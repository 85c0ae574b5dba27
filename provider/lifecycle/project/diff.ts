import { NeonError } from "../../api/errors";
import { type FieldChange, isRecord, projectFields, type Values } from "../../fields";
import { diffResource } from "../checkResource";
import { normalizeProjectInputs } from "./requests";

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
  return diffResource(projectFields, outputs, normalizeProjectInputs(news));
}
