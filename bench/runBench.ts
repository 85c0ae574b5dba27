import { Command, InvalidArgumentError } from "commander";
import { accountingGaps } from "./measure/runAccounted";

/** What every bench is given. */
export interface BenchRun<Options> {
  options: Options & { json?: boolean };
  /** To the terminal, beside the result. */
  say: (line: string) => void;
  signal: AbortSignal;
}

/**
 * Runs one bench: with `--json` its result alone goes to standard output, otherwise its report. A Ctrl-C ends what is being measured;
 * temporary files go in any case.
 */
export async function runBench<Options, Result>(
  command: Command,
  run: (bench: BenchRun<Options>) => Promise<Result>,
  print: { json: (result: Result) => unknown; text: (result: Result) => string },
): Promise<void> {
  const options = command
    .option("--json", "print the figures as one JSON object")
    .parse()
    .opts<Options & { json?: boolean }>();
  if (process.platform !== "linux") throw new Error("the benches read /proc and run on Linux only");
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  for (const mode of accountingGaps()) say(`${gaps[mode]}: perl is missing or may not trace here`);
  const controller = new AbortController();
  const abort = (): void => controller.abort(new Error("interrupted"));
  process.on("SIGINT", abort).on("SIGTERM", abort);
  try {
    const result = await run({ options, say, signal: controller.signal });
    process.stdout.write(options.json ? `${JSON.stringify(print.json(result), null, 2)}\n` : `${print.text(result)}\n`);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    process.exitCode = 130;
  } finally {
    process.off("SIGINT", abort).off("SIGTERM", abort);
  }
}

const gaps = { account: "CPU-seconds are lower bounds", count: "process counts are lower bounds" };

/** A whole number of at least 1, for an option. */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("Write a whole number of at least 1.");
  return value;
}

/** The last word of a bench that ended badly. */
export function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
