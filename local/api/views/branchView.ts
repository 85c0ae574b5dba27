import type { Branch, BranchDocument } from "../../store/documents";
import type { ApiContext } from "../context";

export function branchView(branch: BranchDocument, context: ApiContext): Branch {
  return {
    id: branch.id,
    project_id: branch.project_id,
    ...(branch.parent_id ? { parent_id: branch.parent_id } : {}),
    name: branch.name,
    current_state: branch.state,
    ...(branch.state === "init" ? { pending_state: "ready" } : {}),
    state_changed_at: branch.state_changed_at,
    creation_source: "console",
    primary: branch.default,
    default: branch.default,
    protected: branch.protected,
    cpu_used_sec: 0,
    compute_time_seconds: 0,
    active_time_seconds: 0,
    written_data_bytes: 0,
    data_transfer_bytes: 0,
    created_at: branch.created_at,
    updated_at: branch.updated_at,
    created_by: { name: context.user.name, image: "" },
    ...(branch.init_source ? { init_source: branch.init_source } : {}),
  };
}

/** The annotation of a branch; one that was never annotated has an empty value. */
export function annotationView(branch: BranchDocument) {
  const { value = {}, created_at = branch.created_at, updated_at = branch.created_at } = branch.annotation ?? {};
  return { object: { type: "console/branch", id: branch.id }, value, created_at, updated_at };
}
