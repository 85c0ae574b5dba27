import { FleetError, type Organization } from "../config";
import type { OpenFleet } from "../openFleet";
import { secretsOf, type StackSecrets } from "../secrets/secretsOf";

/** Neon's limit is 700 requests a minute and account; a tenth is left to people and other programs. */
const requestsPerMinute = 630;

/** The fleet's secrets provider, its passphrase checked. */
export function checkSecrets(open: OpenFleet, mayCreate: boolean): Promise<StackSecrets> {
  return secretsOf(open.fleet, {
    env: open.env,
    mayCreate,
    *saltsInUse() {
      for (const stack of open.checkpoints.stacks()) {
        const salt = open.checkpoints.read(stack)?.salt;
        if (salt) yield salt;
      }
    },
  });
}

/**
 * `NEON_API_KEY`, `NEON_ORG_ID` and `NEON_API_HOST` as the provider reads them, by the name of each organization in use, from the variable
 * that it names. Throws before any call where one is missing.
 */
export function apiEnvironments(
  { fleet, specs, env }: OpenFleet,
  more: Record<string, string> = {},
): Map<string, Record<string, string>> {
  const used = new Set([...specs.values()].map((spec) => spec.organization ?? ""));
  return new Map([...used].map((name) => [name, { ...apiEnvironment(fleet.organizations.get(name), env), ...more }]));
}

/** The provider's environment for one organization, or for a fleet that declares none. */
function apiEnvironment(organization: Organization | undefined, env: NodeJS.ProcessEnv): Record<string, string> {
  const variable = organization?.keyVariable ?? "NEON_API_KEY";
  const key = env[variable];
  if (!key) {
    throw new FleetError("NEON_API_KEY_MISSING", `the environment variable ${variable} holds no Neon API key`, {
      hint: 'Make a key in the Neon console, or use a local Neon: `neon-tenants local`, then eval "$(neon-tenants local env)".',
    });
  }
  const orgId = organization?.id ?? env.NEON_ORG_ID;
  return {
    NEON_API_KEY: key,
    ...(orgId ? { NEON_ORG_ID: orgId } : {}),
    ...(env.NEON_API_HOST ? { NEON_API_HOST: env.NEON_API_HOST } : {}),
  };
}

/** The rate share of one of `processes` that use the whole limit (`NEON_RATE_LIMIT`, requests a minute) at once. */
export function rateLimitOf(env: NodeJS.ProcessEnv, processes: number): Record<string, string> {
  if (env.NEON_RATE_LIMIT === "off") return { NEON_RATE_LIMIT: "off" };
  const whole = Number(env.NEON_RATE_LIMIT);
  const perMinute = Number.isFinite(whole) && whole > 0 ? whole : requestsPerMinute;
  return { NEON_RATE_LIMIT: String(Math.max(1, Math.floor(perMinute / processes))) };
}
