import { unprocessable } from "../apiError";
import type { LocalOrganization } from "../callers";
import type { ApiContext } from "../context";

/** Projects that count against an organization's limit, with those that can be recovered where the rules say so. */
export function countProjects({ store, accessRules }: ApiContext, orgId: string): number {
  const recoverable = accessRules.recoverableProjectsCount ? store.count("recoverableProject", orgId) : 0;
  return store.count("project", orgId) + recoverable;
}

/** Before one more project: 422 in Neon's words, which tell how many there are. */
export function checkProjectCount(
  context: ApiContext,
  { id, projectsLimit }: LocalOrganization,
  { isRecovered = false } = {},
): void {
  const own = isRecovered && context.accessRules.recoverableProjectsCount ? 1 : 0;
  const count = countProjects(context, id) - own;
  if (count < projectsLimit) return;
  const message = `user projects limit of ${projectsLimit} exceeded, got ${count}`;
  throw unprocessable(message, {}, "PROJECTS_LIMIT_EXCEEDED");
}
