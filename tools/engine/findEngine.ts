import { buildRandomStep, buildStep } from "./buildStep";
import { downloadStep } from "./downloadStep";
import { defaultLimits, pulumiVersion, randomVersion, type Engine, type EngineLimits } from "./engine";
import { engineEnvironment } from "./engineEnvironment";
import { asCacheError, EngineError } from "./engineError";
import { engineFolder, makeEngineFolder, sweepLeftovers, userCacheFolder } from "./engineFolder";
import { readRecord, removeRecord, writeRecord, type EngineRecord } from "./engineRecord";
import { pathStep } from "./pathStep";
import { installRandomStep, userRandomStep } from "./randomSteps";
import { withSetupLock } from "./setupLock";
import type { EngineSetup, SetupStep } from "./setupStep";

export interface FindEngineOptions {
  /** Takes one line for each step, without a line end. Default: nothing is said. */
  log?: (line: string) => void;
  /** The user's cache folder; the engine lies in `neon-tenants/engine/<version>` below it. Default: by system, see `userCacheFolder`. */
  cacheFolder?: string;
  /** The environment to look in and to start programs with. Default `process.env`. */
  env?: NodeJS.ProcessEnv;
  /** Whether Pulumi's site may be asked. Default true. */
  download?: boolean;
  /** Whether Go may build what is not found; minutes of work. Default true. */
  build?: boolean;
  /** Sets up anew, whatever an earlier set-up left. Default false. */
  rebuild?: boolean;
  limits?: Partial<EngineLimits>;
  /** Other ways to get the programs, tried in order. Default: PATH, download, build. */
  steps?: { engine?: readonly SetupStep[]; random?: readonly SetupStep[] };
}

/** PATH, then the official download, then a build. */
export const engineSteps: readonly SetupStep[] = [pathStep, downloadStep(), buildStep];

/** The user's Pulumi home, then `pulumi plugin install`, then a build. */
export const randomSteps: readonly SetupStep[] = [userRandomStep, installRandomStep, buildRandomStep];

/**
 * Finds a Pulumi engine that runs, or sets one up and keeps it for later: the result of an earlier set-up, a compatible
 * `pulumi` on PATH, the official download, a build from Go modules. The random plugin and the launcher of dynamic providers
 * come with it.
 *
 * @throws EngineError `NEON_ENGINE_MISSING` where nothing works, `NEON_ENGINE_CACHE` where the result cannot be kept.
 */
export async function findEngine(options: FindEngineOptions = {}): Promise<Engine> {
  const setup = makeSetup(options);
  const kept = options.rebuild ? undefined : await readRecord(setup);
  if (kept) return makeEngine(setup, kept, "cache");
  const { folder } = setup;
  try {
    await makeEngineFolder(folder);
    return await withSetupLock(folder.lock, setup.log, async () => {
      // Another set-up may have finished while this one waited.
      const late = options.rebuild ? undefined : await readRecord(setup);
      return late ? makeEngine(setup, late, "cache") : await setUp(setup, options);
    });
  } catch (error) {
    throw asCacheError(error, folder.root);
  }
}

function makeSetup(options: FindEngineOptions): EngineSetup {
  const env = options.env ?? process.env;
  return {
    folder: engineFolder(options.cacheFolder ?? userCacheFolder(env)),
    env,
    limits: { ...defaultLimits, ...options.limits },
    log: (line) => options.log?.(`engine: ${line}`),
    answers: new Map(),
  };
}

async function setUp(setup: EngineSetup, options: FindEngineOptions): Promise<Engine> {
  const { folder } = setup;
  await removeRecord(folder);
  await sweepLeftovers(folder);
  const allowed = (steps: readonly SetupStep[]): SetupStep[] =>
    steps.filter(
      ({ source }) =>
        (source !== "download" || options.download !== false) && (source !== "build" || options.build !== false),
    );
  const engine = await firstOf(allowed(options.steps?.engine ?? engineSteps), setup);
  if (engine.found === undefined) throw missing(`pulumi ${pulumiVersion}`, engine.reasons, installPulumi);
  const random = await firstOf(allowed(options.steps?.random ?? randomSteps), setup);
  if (random.found === undefined) throw missing(`the random plugin ${randomVersion}`, random.reasons, installRandom);
  const { version, source } = engine.found;
  return makeEngine(setup, await writeRecord(folder, { version, origin: source }), source);
}

interface Found {
  version: string;
  source: Engine["origin"];
}

/** Tries the steps in order, and says of each how it ended. */
async function firstOf(steps: SetupStep[], setup: EngineSetup): Promise<{ found?: Found; reasons: string[] }> {
  const reasons: string[] = [];
  for (const step of steps) {
    const result = await step.run(setup);
    if (result.ok) {
      setup.log(`${step.title}: done${result.note ? `, ${result.version} in ${result.note}` : ""}`);
      return { found: { version: result.version, source: step.source }, reasons };
    }
    setup.log(`${step.title}: ${result.reason}`);
    reasons.push(`${step.title}: ${result.reason}`);
  }
  return { reasons };
}

const orGo = "or Go 1.26 or later (https://go.dev/dl/), and run this again.";
const installPulumi = `Install Pulumi ${pulumiVersion} or later, below 4 (https://www.pulumi.com/docs/install/), and put it on PATH, ${orGo}`;
const installRandom = `Run "pulumi plugin install resource random ${randomVersion}" where that can download, ${orGo.replace("or Go", "or install Go")}`;

function missing(what: string, reasons: string[], hint: string): EngineError {
  const tried = reasons.length > 0 ? ` (${reasons.join("; ")})` : "";
  if (/no space left on device|quota exceeded/i.test(tried)) {
    const space = "Free 3 GB in the cache folder and in the folder for temporary files, and run this again.";
    return new EngineError("NEON_ENGINE_CACHE", `The disk is full: no way to get ${what} worked${tried}.`, space);
  }
  return new EngineError("NEON_ENGINE_MISSING", `No way to get ${what} worked${tried}.`, hint);
}

async function makeEngine(setup: EngineSetup, record: EngineRecord, source: Engine["source"]): Promise<Engine> {
  const { folder, env } = setup;
  return {
    version: record.version,
    source,
    origin: record.origin,
    binFolder: folder.bin,
    pulumiHome: folder.home,
    randomPlugin: folder.randomPlugin,
    env: await engineEnvironment(folder, env),
  };
}
