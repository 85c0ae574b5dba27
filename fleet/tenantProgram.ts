import type { TenantOutputs } from "./program";

/**
 * The program of one tenant, whichever way in: the stack's name is the entry's key in `tenants.yaml`. Pulumi's SDK is loaded when it is
 * called, so that scripts which use other functions of the fleet do not wait for it.
 *
 * @example
 * // index.js beside tenants.yaml, for `pulumi up --stack acme`
 * module.exports = require("neon-tenants/fleet").tenantProgram;
 */
export function tenantProgram(): Promise<TenantOutputs> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { stackProgram } = require("./program") as typeof import("./program");
  return stackProgram();
}
