import type { BranchDocument } from "../../store/documents";
import { badRequest, unprocessable } from "../apiError";
import type { ApiContext } from "../context";
import { branchExpiryId } from "../dueIds";
import { branchesOf } from "../find";
import { parseTime } from "./moments";

/** Neon's longest life of an expiring branch: 30 days. */
const maxTtlSeconds = 30 * 86_400;

/** When a branch expires, and how long after it was decided: that is applied again when the branch is reset. */
export function expiryOf(context: ApiContext, text: string): Required<Expiry> {
  const expiresAt = parseTime("expires_at", text);
  const ttlMs = expiresAt.getTime() - context.clock.now().getTime();
  if (ttlMs <= 0) throw badRequest("expires_at must be in the future", { expires_at: text });
  if (ttlMs > maxTtlSeconds * 1000) throw badRequest("expires_at must be within 30 days", { expires_at: text });
  return { expires_at: expiresAt.toISOString(), ttl_interval_seconds: Math.round(ttlMs / 1000) };
}

export type Expiry = Pick<BranchDocument, "expires_at" | "ttl_interval_seconds">;

/** Refuses a branch that expires where it must not: a protected one, the default one, one that others come from. */
export function checkMayExpire(context: ApiContext, branch: BranchDocument): void {
  if (!branch.expires_at) return;
  const detail = { branch_id: branch.id };
  if (branch.protected) throw unprocessable("protected branch cannot have an expiration", detail);
  if (branch.default) throw unprocessable("default branch cannot have an expiration", detail);
  if (branchesOf(context, branch.project_id).some(({ parent_id }) => parent_id === branch.id)) {
    throw unprocessable("branch with children cannot have an expiration", detail);
  }
}

/** Refuses a parent that would take its children away. */
export function checkMayHaveChildren(parent: BranchDocument): void {
  if (parent.expires_at)
    throw unprocessable("branch with an expiration cannot have children", { branch_id: parent.id });
}

/** Lets the expiry of a branch happen; to be called in the transaction that decides it. */
export function setExpiry({ timetable }: ApiContext, { id, expires_at }: BranchDocument): void {
  if (expires_at) timetable.set(branchExpiryId(id), new Date(expires_at), { expires: "branch", branchId: id });
  else timetable.remove(branchExpiryId(id));
}
