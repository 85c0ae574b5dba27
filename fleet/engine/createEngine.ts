import path from "node:path";
import { findEngine } from "../../tools/engine";
import type { TenantSpec } from "../config";
import type { OpenFleet } from "../openFleet";
import { readPassphrase } from "../secrets/passphrase";
import { RandomPlugin } from "./direct/randomPlugin";
import { loadSdk } from "./direct/sdk";
import { apiEnvironments, checkSecrets, rateLimitOf } from "./engineSettings";
import { gitEnvironment } from "./gitEnvironment";
import type { StackEngine } from "./stackEngine";
import { prepareWorkFolder } from "./workFolder";

/** Loading Pulumi's SDK takes the better part of a second, which commands that run no engine need not wait for. */
// eslint-disable-next-line @typescript-eslint/no-require-imports
const loadDirect = () => require("./direct/directEngine") as typeof import("./direct/directEngine");
// eslint-disable-next-line @typescript-eslint/no-require-imports
const loadStock = () => require("./stockEngine") as typeof import("./stockEngine");

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
    ...(options.writes ? gitEnvironment(path.dirname(open.home.file), open.env) : {}),
    NEON_TENANTS_REVISION: open.revision,
  };
  const common = { project: open.fleet.name, backendUrl: open.home.backendUrl, secrets };
  const work = path.join(open.home.folder, "work");
  const sdk = options.kind === "stock" ? { misfit: "it was asked for" } : loadSdk();
  if (!("misfit" in sdk)) {
    const workFolder = path.join(work, "direct");
    prepareWorkFolder(workFolder, open.fleet.name);
    const apiEnvOf = apiEnvFor(open, options, 1);
    const { DirectEngine, programIn } = loadDirect();
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
  const { StockEngine, pulumiCommandIn } = loadStock();
  return new StockEngine({
    ...common,
    workFolder: path.join(work, "stock"),
    pulumi: await pulumiCommandIn(engine.binFolder),
    envOf: (spec) => ({ ...env, ...(spec ? apiEnvOf(spec) : {}) }),
  });
}

/** A script may open a fleet with an environment of its own: the engine must get the passphrase that was checked. */
function passphraseEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const passphrase = readPassphrase(env);
  return passphrase === undefined ? {} : { PULUMI_CONFIG_PASSPHRASE: passphrase };
}

/** The provider's environment by tenant; keys are needed, and checked, only where operations run. */
function apiEnvFor(open: OpenFleet, { writes }: CreateEngineOptions, processes: number) {
  const environments = writes
    ? apiEnvironments(open, rateLimitOf(open.env, processes))
    : new Map<string, Record<string, string>>();
  return (spec: TenantSpec) => environments.get(spec.organization ?? "") ?? {};
}
