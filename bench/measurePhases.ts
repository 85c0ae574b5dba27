import { readFileSync } from "node:fs";
import path from "node:path";
import { createSalt } from "../fleet/secrets/passphrase";
import { BenchFolder, passphrase, unlimitedRate } from "./benchFolder";
import { phases, type Figures, type Phase, type Way } from "./figures";
import { runAccounted, type AccountOptions } from "./measure/runAccounted";
import { keyServiceProvider, makeEncryptedKey } from "./services/keyService";
import type { Services } from "./services/startServices";
import { tenantNames, type FleetFileOptions, type SetName } from "./sets";
import type { Job, JobResult } from "./ways/job";

/** Who encrypts the secrets of the states. */
export type Secrets = "passphrase" | "kms";

export interface Cell {
  way: Way;
  set: SetName;
  secrets: Secrets;
}

export interface MeasureOptions extends Pick<AccountOptions, "mode" | "signal"> {
  services: Services;
  tenants: number;
  concurrency: number;
  /** Default: all. */
  phases?: readonly Phase[];
}

export type PhaseFigures = Partial<Record<Job["phase"], Figures>>;

/** Takes one new fleet through all phases, each in a process of its own, and leaves nothing. */
export async function measurePhases(cell: Cell, options: MeasureOptions): Promise<PhaseFigures> {
  const bench = new BenchFolder();
  try {
    const secrets = await secretsOf(cell, options.services);
    const tenants = tenantNames(options.tenants);
    const measured: PhaseFigures = {};
    for (const phase of phasesOf(cell.way, options.phases ?? phases)) {
      if (phase === "create") bench.write({ set: cell.set, tenants, secrets });
      if (phase === "oneChange") bench.write({ set: cell.set, tenants, secrets, changed: tenants });
      measured[phase] = await measurePhase(bench, cell, phase, options);
    }
    return measured;
  } finally {
    bench.remove();
  }
}

/** A fleet has one salt or data key for all of its stacks, made once in its life; the documented way makes one with each stack. */
async function secretsOf({ way, secrets }: Cell, services: Services): Promise<FleetFileOptions["secrets"]> {
  const provider = secrets === "kms" ? keyServiceProvider : "passphrase";
  if (way === "documented") return { provider };
  return secrets === "kms"
    ? { provider, encryptedKey: await makeEncryptedKey(services.keyServiceUrl) }
    : { provider, salt: await createSalt(passphrase) };
}

/** Every phase needs what `create` made, and the next way must not find it: those two are always there. */
function phasesOf(way: Way, wanted: readonly Phase[]): readonly Job["phase"][] {
  const taken = phases.filter((phase) => phase === "create" || phase === "destroy" || wanted.includes(phase));
  if (way === "documented") return taken;
  return taken.flatMap((phase) => (phase === "noChange" ? ([phase, "engineNoChange"] as const) : [phase]));
}

async function measurePhase(
  bench: BenchFolder,
  { way }: Cell,
  phase: Job["phase"],
  { services, tenants, concurrency, mode, signal }: MeasureOptions,
): Promise<Figures> {
  const job: Job = {
    way,
    phase,
    fleetFile: bench.fleetFile,
    workFolder: path.join(bench.folder, "documented"),
    concurrency,
    resultFile: path.join(bench.folder, "result.json"),
  };
  const env = { ...(await bench.env(services)), NEON_RATE_LIMIT: unlimitedRate };
  await services.takeRequests();
  const command = [process.execPath, path.join(__dirname, "ways", "main.js"), JSON.stringify(job)];
  const used = await runAccounted(command, { cwd: bench.folder, env, mode, signal });
  const { total } = await services.takeRequests();
  signal?.throwIfAborted();
  if (used.exitCode !== 0) throw new Error(`${way}, ${phase}: exit code ${used.exitCode}\n${used.stderr}`);
  const { seconds } = JSON.parse(readFileSync(job.resultFile, "utf8")) as JobResult;
  return {
    tenantsPerMinute: (tenants / seconds) * 60,
    cpuSecondsPerTenant: used.cpuSeconds / tenants,
    processesPerTenant: used.processes / tenants,
    apiCallsPerTenant: total / tenants,
    stateBytesPerTenant: bench.stateBytes() / tenants,
    peakMemoryBytes: used.peakMemoryBytes,
  };
}
