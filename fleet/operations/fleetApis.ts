import { type NeonApi, sharedNeonApi } from "../../provider/api";
import type { TenantSpec } from "../config";
import { apiEnvironments, rateLimitOf } from "../engine/engineSettings";
import type { OpenFleet } from "../openFleet";

/** The Neon APIs of a fleet: by the name of an organization, and by the tenant that lives in one. */
export interface FleetApis {
  ofOrganization: (organization: string, orgId?: string) => NeonApi;
  ofTenant: (spec: TenantSpec) => NeonApi;
}

/**
 * Every API under the one rate limit of this process, which the provider in it shares. Throws `NEON_API_KEY_MISSING` before any call where
 * an organization in use has no key.
 */
export function fleetApis(open: OpenFleet): FleetApis {
  const environments = apiEnvironments(open, rateLimitOf(open.env, 1));
  const ofOrganization: FleetApis["ofOrganization"] = (organization, orgId) =>
    sharedNeonApi({ args: { orgId }, env: environments.get(organization) });
  return {
    ofOrganization,
    ofTenant: ({ organization, organizationId }) => ofOrganization(organization ?? "", organizationId),
  };
}
