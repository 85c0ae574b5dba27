import path from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation";
import { findEngine } from "../../tools/engine";
import { FleetError, type Organization, type TenantSpec } from "../config";
import type { OpenFleet } from "../openFleet";
import { readPassphrase } from "../secrets/passphrase";
import { secretsOf, type StackSecrets } from "../secrets/secretsOf";
import { DirectEngine, programIn } from "./direct/directEngine";
import { RandomPlugin } from "./direct/randomPlugin";
import { loadSdk } from "./direct/sdk";
import type { StackEngine } from "./stackEngine";
import { StockEngine } from "./stockEngine";
import { prepareWorkFolder } from "./workFolder";

/** Neon's limit is 700 requests a minute and account; a tenth is left to people and other programs. */
const requestsPerMinute = 630;

export interface CreateEngineOptions {
  /** Stacks in flight: each engine process gets its share of the rate limit. */
  concurrency: number;
  /** True where the command runs operations: only then keys are needed and a missing salt is made. */
  writes: boolean;
  /** Default `direct`, and `stock` where the installed SDK is not one that `direct` knows. */
  kind?: StackEngine["name"];
  log?: (line: string) => void;
}

/** Finds the engine, checks keys and secrets once, and returns what runs stack operations. Nothing is written with a wrong passphrase. */
export async function createEngine(open: OpenFleet, options: CreateEngineOptions): Promise<StackEngine> {
  const secrets = await checkSecrets(open, options.writes);
  if (options.writes) apiEnvironments(open);
  const engine = await findEngine({ log: options.log, env: open.env });
  const env = {
    ...engine.env,
    ...passphraseEnvironment(open.env),
    NEON_TENANTS_REVISION: open.revision,
  };
  const common = { project: open.fleet.name, backendUrl: open.home.backendUrl, secrets };
  const work = path.join(open.home.folder, "work");
  const sdk = options.kind === "stock" ? { misfit: "it was asked for" } : loadSdk();
  if (!("misfit" in sdk)) {
    const workFolder = path.join(work, "direct");
    prepareWorkFolder(workFolder, open.fleet.name);
    const apiEnvOf = apiEnvFor(open, options, 1);
    const program = programIn(engine.binFolder);
    return new DirectEngine({
      ...common,
      sdk,
      workFolder,
      program,
      env,
      apiEnvOf,
      random: new RandomPlugin({ program: engine.randomPlugin }),
    });
  }
  if (options.kind !== "stock") options.log?.(`engine: stock, because ${sdk.misfit}`);
  const apiEnvOf = apiEnvFor(open, options, options.concurrency);
  return new StockEngine({
    ...common,
    workFolder: path.join(work, "stock"),
    pulumi: await PulumiCommand.get({ root: path.dirname(engine.binFolder), skipVersionCheck: true }),
    envOf: (spec) => ({ ...env, ...(spec ? apiEnvOf(spec) : {}) }),
  });
}

/** A script may open a fleet with an environment of its own: the engine must get the passphrase that was checked. */
function passphraseEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const passphrase = readPassphrase(env);
  return passphrase === undefined ? {} : { PULUMI_CONFIG_PASSPHRASE: passphrase };
}

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

/** The provider's environment by tenant; keys are needed, and checked, only where operations run. */
function apiEnvFor(open: OpenFleet, { writes }: CreateEngineOptions, processes: number) {
  const environments = writes
    ? apiEnvironments(open, rateLimitOf(open.env, processes))
    : new Map<string, Record<string, string>>();
  return (spec: TenantSpec) => environments.get(spec.organization ?? "") ?? {};
}
