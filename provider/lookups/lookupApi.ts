import * as pulumi from "@pulumi/pulumi";
import type { NeonApi } from "../api/neonApi";
import { sharedNeonApi } from "../api/sharedNeonApi";

/** Which account a lookup asks; what is not given is found as for resources. */
export interface LookupOptions {
  /** Organization. Default the configuration `neon:orgId`, then `NEON_ORG_ID`, then that of the key. */
  orgId?: string;
  /** Asked instead of the configured account. */
  api?: NeonApi;
}

/**
 * The API that lookups ask: key, organization and host come from the `neon:` configuration and the environment, as for resources, and
 * its rate limit is shared with them.
 */
export function lookupApi({ orgId, api }: LookupOptions = {}): NeonApi {
  if (api) return api;
  const config = new pulumi.Config("neon");
  return sharedNeonApi({ args: { orgId }, config: (key) => config.get(key), env: process.env });
}
