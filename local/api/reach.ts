import type { ProjectDocument } from "../store/documents";
import type { Caller } from "./callers";
import type { ApiContext } from "./context";
import { isSame } from "./members";

/** Whether a caller reaches a project as one of its organization's. */
export const isInside = (caller: Caller, project: ProjectDocument): boolean =>
  caller.orgIds.includes(project.org_id) && (caller.projectId === undefined || caller.projectId === project.id);

/** Whether a caller may see and change a project: its organization's people and keys, and whom it is shared with. */
export function canReach({ store }: Pick<ApiContext, "store">, caller: Caller, project: ProjectDocument): boolean {
  if (isInside(caller, project)) return true;
  const email = caller.user?.email;
  if (email === undefined) return false;
  return store.list("permission", project.id).some(({ granted_to_email }) => isSame(granted_to_email, email));
}
