import type { Lifecycle } from "../context";
import { checkProject } from "./check";
import { createProject } from "./create";
import { deleteProject } from "./delete";
import { diffProject } from "./diff";
import { readProject } from "./read";
import { updateProject } from "./update";

/** The life of a Project. */
export const projectLifecycle: Lifecycle = {
  check: checkProject,
  diff: diffProject,
  create: createProject,
  read: readProject,
  update: updateProject,
  delete: deleteProject,
};
