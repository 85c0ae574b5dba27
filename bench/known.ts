import { Command } from "commander";
import { table } from "../fleet/report/table";
import { createSalt } from "../fleet/secrets/passphrase";
import { BenchFolder, passphrase } from "./benchFolder";
import { cloneTenant } from "./knownFleet";
import { medians } from "./measure/median";
import { runApply, type Applied } from "./runApply";
import { fail, positiveInteger, runBench, type BenchRun } from "./runBench";
import { startServices } from "./services/startServices";
import { tenantNames } from "./sets";

interface KnownOptions {
  tenants: number;
  rounds: number;
}

interface ApplyFigures {
  /** From the command to its end. */
  seconds: number;
  cpuSeconds: number;
  peakMemoryBytes: number;
  apiCalls: number;
}

/** What `--json` prints. */
export interface KnownFigures {
  tenants: number;
  noneChanged: ApplyFigures;
  oneChanged: ApplyFigures;
}

const command = new Command("bench:known")
  .description("`neon-tenants apply` over a fleet that is known: nothing changed, and one tenant changed")
  .option("--tenants <n>", "tenants of the fleet", positiveInteger, 10_000)
  .option("--rounds <n>", "rounds, of which the medians are printed", positiveInteger, 5);

async function measure({ options, say, signal }: BenchRun<KnownOptions>): Promise<KnownFigures> {
  const services = await startServices();
  const bench = new BenchFolder();
  try {
    const secrets = { provider: "passphrase", salt: await createSalt(passphrase) };
    const tenants = tenantNames(options.tenants);
    const [real = "", ...others] = tenants;
    const env = await bench.env(services);
    const apply = async (expected: Applied["counts"]): Promise<ApplyFigures> => {
      await services.takeRequests();
      const used = await runApply(bench, { env, signal });
      checkCounts(used, expected);
      const { wallSeconds: seconds, cpuSeconds, peakMemoryBytes } = used;
      return { seconds, cpuSeconds, peakMemoryBytes, apiCalls: (await services.takeRequests()).total };
    };

    say(`making a fleet of ${tenants.length} known tenants`);
    bench.write({ set: "plain", tenants: [real], secrets });
    await apply({ created: 1 });
    bench.write({ set: "plain", tenants, secrets });
    cloneTenant(bench, real, others);

    const [none, one]: [ApplyFigures[], ApplyFigures[]] = [[], []];
    for (let round = 1; round <= options.rounds; round += 1) {
      say(`round ${round} of ${options.rounds}`);
      none.push(await apply({ unchanged: tenants.length }));
      bench.write({ set: "plain", tenants, secrets, changed: round % 2 === 1 ? [real] : [] });
      one.push(await apply({ updated: 1, ...(others.length > 0 ? { unchanged: others.length } : {}) }));
    }
    return { tenants: tenants.length, noneChanged: mediansOf(none), oneChanged: mediansOf(one) };
  } finally {
    bench.remove();
    await services.close();
  }
}

function mediansOf(figures: readonly ApplyFigures[]): ApplyFigures {
  return medians(figures.map((one) => ({ ...one })));
}

/** A run that did something else than was asked is no figure. */
function checkCounts({ counts, errors }: Applied, expected: Applied["counts"]): void {
  const sorted = (of: Applied["counts"]): string => JSON.stringify(Object.entries(of).toSorted());
  if (sorted(counts) === sorted(expected)) return;
  throw new Error(`expected ${sorted(expected)}, got ${sorted(counts)} ${errors.slice(0, 3).join("; ")}`);
}

function text({ tenants, noneChanged, oneChanged }: KnownFigures): string {
  const row = (name: string, { seconds, cpuSeconds, apiCalls, peakMemoryBytes }: ApplyFigures): string[] => [
    name,
    seconds.toFixed(2),
    cpuSeconds.toFixed(2),
    String(apiCalls),
    (peakMemoryBytes / 1e6).toFixed(0),
  ];
  const head = [`${tenants} known tenants`, "seconds", "CPU-s", "API calls", "peak MB"];
  return table(head, [row("none changed", noneChanged), row("one changed", oneChanged)]);
}

runBench<KnownOptions, KnownFigures>(command, measure, { json: (figures) => figures, text }).catch(fail);
