import type { BranchRestrictedAction } from "@neondatabase/api-client";
import type { Branch, BranchDocument } from "../../store/documents";
import { branchCounters } from "../../usage/counters";
import type { ApiContext } from "../context";
import { pickKnown } from "../pickKnown";
import { resetRefusal } from "../rules/resetBlock";

export function branchView(branch: BranchDocument, context: ApiContext): Branch {
  const restrictedActions = restrictionsOf(branch, context);
  return {
    id: branch.id,
    project_id: branch.project_id,
    ...(branch.parent_id ? { parent_id: branch.parent_id } : {}),
    ...(branch.parent_lsn ? { parent_lsn: branch.parent_lsn } : {}),
    ...(branch.parent_timestamp ? { parent_timestamp: branch.parent_timestamp } : {}),
    name: branch.name,
    current_state: branch.state,
    ...(branch.state === "init" || branch.state === "resetting" ? { pending_state: "ready" } : {}),
    state_changed_at: branch.state_changed_at,
    creation_source: "console",
    primary: branch.default,
    default: branch.default,
    protected: branch.protected,
    ...branchCounters(context.usage, branch),
    created_at: branch.created_at,
    updated_at: branch.updated_at,
    created_by: { name: context.user.name, image: "" },
    ...(branch.init_source ? { init_source: branch.init_source } : {}),
    ...pickKnown(branch, ["expires_at", "ttl_interval_seconds", "last_reset_at"]),
    ...pickKnown(branch, ["restored_from", "restored_as", "restore_status"]),
    ...(restrictedActions.length ? { restricted_actions: restrictedActions } : {}),
  };
}

/** What a branch does not allow at present, of the actions that Neon names. */
function restrictionsOf(branch: BranchDocument, context: ApiContext): BranchRestrictedAction[] {
  const refusal = resetRefusal(context, branch);
  return [
    ...(branch.protected
      ? [{ name: "delete-rw-endpoint", reason: "the read-write compute of a protected branch cannot be deleted" }]
      : []),
    ...(refusal === undefined ? [] : [{ name: "restore", reason: refusal }]),
  ];
}

/** The annotation of a branch; one that was never annotated has an empty value. */
export function annotationView(branch: BranchDocument) {
  const { value = {}, created_at = branch.created_at, updated_at = branch.created_at } = branch.annotation ?? {};
  return { object: { type: "console/branch", id: branch.id }, value, created_at, updated_at };
}
