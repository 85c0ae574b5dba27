import type { Engine } from "./engine";
import { findEngine, type FindEngineOptions } from "./findEngine";

export interface PrintEngineOptions {
  /** `--rebuild`: sets up anew, whatever an earlier set-up left. Default false. */
  rebuild?: boolean;
  /** `--env`: prints only `export` lines for a POSIX shell, to be evaluated. Default false. */
  env?: boolean;
  /** Takes one line of the answer. Default: standard output. */
  print?: (line: string) => void;
  /** How to find the engine. Its progress goes to standard error unless `log` says otherwise. */
  find?: FindEngineOptions;
}

/** `neon-tenants engine`: sets the engine up if it is not, and says what it is and where. */
export async function printEngine(options: PrintEngineOptions = {}): Promise<Engine> {
  const { rebuild, env, print = (line) => process.stdout.write(`${line}\n`), find } = options;
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  const engine = await findEngine({ log, rebuild, ...find });
  for (const line of env ? exportLines(engine) : describeEngine(engine)) print(line);
  return engine;
}

/** The engine in a few lines for people. */
export function describeEngine(engine: Engine): string[] {
  const source = engine.source === "cache" ? `${engine.origin}, kept from an earlier set-up` : engine.source;
  return [
    `pulumi         ${engine.version}`,
    `source         ${source}`,
    `programs       ${engine.binFolder}`,
    `PULUMI_HOME    ${engine.pulumiHome}`,
    `random plugin  ${engine.randomPlugin}`,
  ];
}

/** `export NAME='value'` for each variable of the engine. */
export function exportLines(engine: Engine): string[] {
  return Object.entries(engine.env).map(([name, value]) => `export ${name}=${shellQuote(value)}`);
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
