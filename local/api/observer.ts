import type { ComputeObserver } from "../types";
import type { ApiContext } from "./context";
import { activeComputesLimit } from "./activeComputes";
import { computeTimes } from "./computeTimes";
import { ipObserver } from "./ipObserver";
import { unarchiver } from "./unarchiver";

/** One concern that watches computes: it may refuse, and it may listen. */
export type ObserverPart = Partial<ComputeObserver>;

/** All concerns as one observer: the first that refuses is the one whose words the client reads, and all of them are told. */
export function createObserver(parts: ObserverPart[]): ComputeObserver {
  return {
    refusal(endpointId, peer) {
      for (const part of parts) {
        const text = part.refusal?.(endpointId, peer);
        if (text !== undefined) return text;
      }
      return undefined;
    },
    woke: (endpointId) => parts.forEach((part) => part.woke?.(endpointId)),
    fellAsleep: (endpointId) => parts.forEach((part) => part.fellAsleep?.(endpointId)),
    transferred: (endpointId, bytes) => parts.forEach((part) => part.transferred?.(endpointId, bytes)),
    wrote: (branchId, bytes) => parts.forEach((part) => part.wrote?.(branchId, bytes)),
    sized: (branchId, logicalSizeBytes) => parts.forEach((part) => part.sized?.(branchId, logicalSizeBytes)),
  };
}

/** Everything that has a say, in the order in which it is asked. */
export const observerParts = (context: ApiContext): ObserverPart[] => [
  ipObserver(context.store),
  context.usage,
  activeComputesLimit(context),
  computeTimes(context),
  unarchiver(context),
];
