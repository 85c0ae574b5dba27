import { projectFields } from "../../fields";
import { diffResource } from "../checkResource";
import type { Lifecycle } from "../context";
import { checkProject } from "./check";
import { createProject } from "./create";
import { deleteProject } from "./delete";
import { readProject } from "./read";
import { normalizeProjectInputs } from "./requests";
import { updateProject } from "./update";

/** The life of a Project. */
export const projectLifecycle: Lifecycle = {
  check: checkProject,
  diff: (outputs, news) => diffResource(projectFields, outputs, normalizeProjectInputs(news)),
  create: createProject,
  read: readProject,
  update: updateProject,
  delete: deleteProject,
};
