import type { ApiContext } from "./context";
import { nowText } from "./context";
import type { ObserverPart } from "./observer";

/** An archived branch comes back when somebody connects to it. */
export const unarchiver = (context: Pick<ApiContext, "store" | "clock">): ObserverPart => ({
  woke(endpointId) {
    const { store } = context;
    const endpoint = store.get("endpoint", endpointId);
    const branch = endpoint && store.get("branch", endpoint.branch_id);
    if (branch?.state !== "archived") return;
    const now = nowText(context);
    store.update("branch", branch.id, { ...branch, state: "ready", state_changed_at: now, updated_at: now });
  },
});
