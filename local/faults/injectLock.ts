import type { ApiContext } from "../api/context";
import { schedule } from "../api/operations/schedule";
import type { FaultOf } from "./faultRule";
import type { NewOperation } from "./requestFaults";

/** Lets an operation appear by itself in a project that exists: behind those that are there, it locks the project until it is over. */
export function injectLock(context: ApiContext, projectId: string, rule: FaultOf<"lock">): NewOperation | undefined {
  const { action = "check_availability", durationMs = 1000 } = rule;
  return context.store.transaction(() => {
    if (!context.store.get("project", projectId)) return undefined;
    const endpoint = context.store.list("endpoint", projectId, { limit: 1 })[0];
    const ids = endpoint ? { branchId: endpoint.branch_id, endpointId: endpoint.id } : {};
    const [operation] = schedule(context, projectId, [{ action: action as NeonAction, delayMs: durationMs, ...ids }]);
    return operation && { id: operation.id, projectId, action };
  });
}

type NeonAction = Parameters<typeof schedule>[2][number]["action"];
