import type { EndpointDocument } from "../store/documents";
import type { ApiContext } from "./context";
import type { ObserverPart } from "./observer";

export const TOO_MANY_ACTIVE =
  "You have exceeded the limit of concurrently active endpoints. Please suspend some endpoints and try again.";

type Facts = Pick<ApiContext, "store" | "computes" | "computeRules">;

/** Why a compute may not become active beside those that are. */
export function tooManyActive(facts: Facts, endpoint: EndpointDocument): string | undefined {
  const { store, computeRules } = facts;
  if (isRunning(facts, endpoint) || isOfDefaultBranch(facts, endpoint)) return undefined;
  const counted = store
    .list("endpoint", endpoint.project_id)
    .filter((other) => isRunning(facts, other) && !isOfDefaultBranch(facts, other));
  return counted.length >= computeRules.activeComputesLimit ? TOO_MANY_ACTIVE : undefined;
}

/** Neon's limit of concurrently active computes. */
export const activeComputesLimit = (facts: Facts): ObserverPart => ({
  refusal(endpointId, peer) {
    if (!peer && facts.computeRules.activeComputesLimitOn === "connect") return undefined;
    const endpoint = facts.store.get("endpoint", endpointId);
    return endpoint && tooManyActive(facts, endpoint);
  },
});

/** On its way counts too: of two that start at once for the last place, one gets it. */
function isRunning({ computes }: Facts, { id }: EndpointDocument): boolean {
  const compute = computes.stateOf(id);
  return compute?.state === "active" || compute?.isWaking === true;
}

const isOfDefaultBranch = ({ store }: Facts, { branch_id }: EndpointDocument): boolean =>
  store.get("branch", branch_id)?.default ?? false;
