import type { Store } from "../store/store";
import type { ObserverPart } from "./observer";
import { connectionRefusal } from "./rules/ipRules";

/** Refuses connections from addresses that the project's settings do not allow. A start over the API has no address. */
export function ipObserver(store: Store): ObserverPart {
  return {
    refusal(endpointId, peer) {
      const endpoint = peer && store.get("endpoint", endpointId);
      const project = endpoint && store.get("project", endpoint.project_id);
      if (!project) return undefined;
      const isProtected = store.get("branch", endpoint.branch_id)?.protected ?? false;
      return connectionRefusal(project.settings, isProtected, peer.address);
    },
  };
}
