import { type Clock, systemClock } from "../clock";
import type { HeldOperations } from "../faults/heldOperations";
import { LocalNeonError } from "../localNeonError";
import type { Store } from "../store/store";
import type { Computes } from "../types";
import type { LocalApiKey, LocalOrganization } from "./callers";
import { ComputeRegistry } from "./computeRegistry";
import type { ApiContext } from "./context";
import { type Random, secureRandom } from "./ids";
import { OperationRunner } from "./operations/operationRunner";
import type { LatencyProfile } from "./operations/latency";

export const defaultOrganization: LocalOrganization = {
  id: "org-local-00000001",
  name: "local",
  plan: "scale",
  projectsLimit: 100_000,
};

/** The key that is accepted when none is configured: a person's, in the one organization, which needs not be named. */
export const defaultApiKey: LocalApiKey = {
  key: "local",
  kind: "personal",
  orgIds: [defaultOrganization.id],
  inferOrg: true,
};

export interface ContextOptions {
  store: Store;
  computes: Computes;
  pgPort: number;
  caFile: string;
  hasOwnAddresses?: boolean;
  organizations?: LocalOrganization[];
  apiKeys?: LocalApiKey[];
  latency?: LatencyProfile;
  /** What `suspend_timeout_seconds: 0` means; Neon's default is 300. */
  idleSeconds?: number;
  clock?: Clock;
  random?: Random;
  log?: (line: string) => void;
  /** Injected faults: operations that hang. */
  held?: HeldOperations;
}

/** Puts together what handlers work with, with the defaults of a local Neon. */
export function createContext(options: ContextOptions): ApiContext {
  const { store, clock = systemClock, random = secureRandom, log = () => undefined } = options;
  const organizations = options.organizations ?? [defaultOrganization];
  const apiKeys = options.apiKeys ?? [{ ...defaultApiKey, orgIds: organizations.slice(0, 1).map(({ id }) => id) }];
  checkKeys(apiKeys, organizations);
  const computes = new ComputeRegistry(options.computes, store, options.idleSeconds ?? 300);
  return {
    store,
    clock,
    random,
    computes,
    runner: new OperationRunner(store, clock, computes, log, options.held),
    user: { id: "00000000-0000-4000-8000-000000000001", email: "local@neon.local", name: "local" },
    organizations,
    apiKeys,
    latency: options.latency ?? "none",
    startedAt: clock.now(),
    pgPort: options.pgPort,
    caFile: options.caFile,
    hasOwnAddresses: options.hasOwnAddresses ?? true,
  };
}

function checkKeys(apiKeys: LocalApiKey[], organizations: LocalOrganization[]): void {
  for (const key of apiKeys) {
    const orgIds = key.kind === "organization" ? [key.orgId] : key.orgIds;
    const unknown = orgIds.find((orgId) => !organizations.some(({ id }) => id === orgId));
    if (unknown === undefined) continue;
    throw new LocalNeonError(
      "LOCAL_ORGANIZATION_UNKNOWN",
      `An API key belongs to organization ${unknown}, which is not configured.`,
      `Known: ${organizations.map(({ id }) => id).join(", ")}.`,
    );
  }
}
