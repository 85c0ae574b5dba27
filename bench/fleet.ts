import { Command, InvalidArgumentError, Option } from "commander";
import { phases, ways, type Phase, type Way } from "./figures";
import { measureMatrix } from "./matrix";
import type { Secrets } from "./measurePhases";
import { fleetTables, toFleetFigures } from "./report";
import { fail, positiveInteger, runBench } from "./runBench";
import { startServices } from "./services/startServices";
import { setNames, type SetName } from "./sets";

interface FleetOptions {
  tenants: number;
  rounds: number;
  concurrency: number;
  seed: number;
  set: SetName | "both";
  secrets: Secrets | "both";
  ways: Way[];
  phases: Phase[];
}

const command = new Command("bench:fleet")
  .description("what a tenant costs: the Automation API as documented, and the driver's two engines")
  .option("--tenants <n>", "tenants of each fleet", positiveInteger, 10)
  .option("--rounds <n>", "rounds, of which the medians are printed", positiveInteger, 5)
  .option("--concurrency <n>", "stacks in flight, for stock and direct", positiveInteger, 4)
  .option("--seed <n>", "decides the order in which the ways are measured", positiveInteger, 1)
  .addOption(new Option("--set <name>", "what a tenant has").choices([...setNames, "both"]).default("both"))
  .addOption(
    new Option("--secrets <kind>", "who encrypts the states").choices(["passphrase", "kms", "both"]).default("both"),
  )
  .option("--ways <list>", `some of ${ways.join(",")}`, someOf(ways), [...ways])
  .option("--phases <list>", `some of ${phases.join(",")}; create and destroy always are`, someOf(phases), [...phases]);

function someOf<Name extends string>(names: readonly Name[]): (text: string) => Name[] {
  return (text) => {
    const named = text.split(",");
    if (named.some((name) => !(names as readonly string[]).includes(name)))
      throw new InvalidArgumentError(`Write some of ${names.join(",")}.`);
    return names.filter((name) => named.includes(name));
  };
}

runBench<FleetOptions, Awaited<ReturnType<typeof measureMatrix>>>(
  command,
  async ({ options, say, signal }) => {
    const services = await startServices();
    try {
      return await measureMatrix({
        ...options,
        sets: options.set === "both" ? setNames : [options.set],
        secrets: options.secrets === "both" ? ["passphrase", "kms"] : [options.secrets],
        services,
        say,
        signal,
      });
    } finally {
      await services.close();
    }
  },
  { json: toFleetFigures, text: fleetTables },
).catch(fail);
