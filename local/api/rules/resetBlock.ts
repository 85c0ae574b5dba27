import type { BranchDocument } from "../../store/documents";
import type { ApiContext } from "../context";

const HOUR_MS = 3_600_000;

/** Why a branch cannot be reset from its parent at present, whose data has just come from a snapshot. */
export function resetRefusal(
  { store, clock, branchRules }: Pick<ApiContext, "store" | "clock" | "branchRules">,
  { parent_id }: BranchDocument,
): string | undefined {
  const since = parent_id === undefined ? undefined : store.get("branch", parent_id)?.snapshot_restored_at;
  if (since === undefined) return undefined;
  const untilMs = Date.parse(since) + branchRules.resetBlockedHours * HOUR_MS;
  if (clock.now().getTime() >= untilMs) return undefined;
  return `the parent branch was restored from a snapshot; reset is possible from ${new Date(untilMs).toISOString()} on`;
}
