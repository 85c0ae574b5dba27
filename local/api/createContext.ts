import { type Clock, systemClock } from "../clock";
import type { HeldOperations } from "../faults/heldOperations";
import { LocalNeonError } from "../localNeonError";
import type { Store } from "../store/store";
import type { Computes } from "../types";
import type { QuotaRules } from "../usage/quotaRules";
import { Usage } from "../usage/usage";
import type { LocalApiKey, LocalOrganization } from "./callers";
import { ComputeRegistry } from "./computeRegistry";
import type { ApiContext, LocalUser } from "./context";
import { type Random, secureRandom } from "./ids";
import { OperationRunner } from "./operations/operationRunner";
import type { LatencyProfile } from "./operations/latency";
import { seedMembers, usersOf } from "./members";
import { type AccessRules, completeAccessRules } from "./rules/accessRules";
import { type BranchRules, completeBranchRules } from "./rules/branchRules";
import { completeComputeRules, type ComputeRules } from "./rules/computeRules";
import { Timetable } from "./timetable";

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
  quotaRules?: QuotaRules;
  branchRules?: BranchRules;
  accessRules?: AccessRules;
  computeRules?: ComputeRules;
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
  const user = { id: "00000000-0000-4000-8000-000000000001", email: "local@neon.local", name: "local" };
  const users = usersOf({ user, organizations, apiKeys });
  checkUsers(users);
  const computes = new ComputeRegistry(options.computes, store, options.idleSeconds ?? 300);
  const context: ApiContext = {
    store,
    clock,
    random,
    computes,
    runner: new OperationRunner(store, clock, computes, log, options.held, random),
    timetable: new Timetable(store, clock, log),
    usage: new Usage({
      store,
      clock,
      log,
      rules: options.quotaRules,
      suspend: (endpointId) => computes.postgres.suspend(endpointId),
      limitWrites: (branchId, isLimited) => computes.postgres.limitWrites(branchId, isLimited),
    }),
    branchRules: completeBranchRules(options.branchRules),
    accessRules: completeAccessRules(options.accessRules),
    computeRules: completeComputeRules(options.computeRules),
    log,
    user,
    users,
    organizations,
    apiKeys,
    latency: options.latency ?? "none",
    startedAt: clock.now(),
    pgPort: options.pgPort,
    caFile: options.caFile,
    hasOwnAddresses: options.hasOwnAddresses ?? true,
  };
  computes.branchRemoved = (branchId) => context.usage.removed(branchId);
  seedMembers(context);
  return context;
}

/** What Neon's document takes for an email address, as far as people write them. */
const emailForm =
  /^[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i;

function checkUsers(users: LocalUser[]): void {
  const wrong = users.find(({ email }) => !emailForm.test(email));
  if (!wrong) return;
  throw new LocalNeonError("LOCAL_EMAIL_INVALID", `${wrong.email} is not an email address.`, "Write name@example.com.");
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
