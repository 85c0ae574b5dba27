import type { ProjectDocument } from "../store/documents";
import { ApiError } from "./apiError";
import type { ApiContext } from "./context";

/**
 * Refuses what needs a compute while a quota that holds for the branch is used up. Neon's documents do not name the status; it is a
 * switch (`QuotaRules`).
 */
export function requireQuota(context: ApiContext, project: ProjectDocument, branchId: string): void {
  const exceeded = context.usage.exceededOn(project, branchId);
  if (!exceeded) return;
  const { refusalStatus, refusalCode } = context.usage.rules;
  throw new ApiError(refusalStatus, exceeded.text, refusalCode === "named" ? exceeded.code : "");
}
