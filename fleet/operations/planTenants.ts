import { FleetError } from "../config";
import { observe, type Observation } from "../observe";
import type { OpenFleet } from "../openFleet";
import { planFleet, selectTenants, type Plan } from "../plan";
import { checkQuotaUse } from "./checkQuotaUse";
import { fleetApis, type FleetApis } from "./fleetApis";

export interface PlanOptions {
  /** Names and patterns of tenants; all without it. */
  only?: readonly string[];
  /** Go on although the file lost many known tenants. */
  allowUnlisted?: boolean;
}

/** What an apply would do. Reads files only: no call, no process. Throws where a name matches no tenant. */
export function planTenants(open: OpenFleet, options: PlanOptions = {}): Plan {
  return planFrom(open, observe(open), options);
}

/**
 * As {@link planTenants}, and where a quota is lowered Neon is asked how much of it is used. Without a key, or where Neon does not answer,
 * such a change stays one that may suspend, with the code of the reason.
 */
export async function planWithUse(open: OpenFleet, options: PlanOptions = {}): Promise<Plan> {
  let apis: FleetApis | undefined;
  return checkQuotaUse(planTenants(open, options), (spec) => (apis ??= fleetApis(open)).ofTenant(spec));
}

/** As {@link planTenants}, from an observation that was made before. */
export function planFrom(open: OpenFleet, { known, observed }: Observation, options: PlanOptions): Plan {
  const { fleet, programVersion } = open;
  const whole = planFleet({ fleet, ledger: known, observed, programVersion, allowUnlisted: options.allowUnlisted });
  const { plan, unknown } = selectTenants(whole, { only: options.only });
  if (unknown.length === 0) return plan;
  const names = unknown.map(({ name, suggestion }) => (suggestion ? `${name} (did you mean ${suggestion}?)` : name));
  throw new FleetError("FLEET_TENANT_UNKNOWN", `no tenant matches ${names.join(", ")}`, {
    hint: "neon-tenants list shows all of them.",
  });
}
