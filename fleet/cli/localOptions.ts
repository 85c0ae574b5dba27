import path from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { readFaultFile, readOptionsFile, type ServeOptions } from "../../local";

/** The flags of `neon-tenants local`, as commander reads them. */
interface LocalFlags {
  port: number;
  pgPort: number;
  state: string;
  seed?: string;
  reset?: boolean;
  yes?: boolean;
  options?: string;
  latency: "none" | "neon";
  rateLimits?: boolean;
  faults?: string;
  faultSeed: number;
  idle: number;
  clock?: string;
  allowPlaintext?: boolean;
}

export const defaultState = path.join(".neon-tenants", "local");

/** Adds the flags, in the groups in which help shows them. */
export function addLocalOptions(local: Command): Command {
  return local
    .optionsGroup("Where:")
    .option("--port <n>", "port of the API; 0 takes a free one", port, 7200)
    .option(
      "--pg-port <n>",
      "port of Postgres on every endpoint's own loopback address; 0 takes the last one of this state, or a free one",
      port,
      5432,
    )
    .option("--state <folder>", "where projects and their data are kept", defaultState)
    .option("--allow-plaintext", "let clients connect without TLS")
    .optionsGroup("What is there:")
    .option(
      "--seed <file>",
      "make the projects, branches, roles, databases and rows that this YAML or JSON file asks for",
    )
    .option("--reset", "remove all projects and data of the state first; the CA stays")
    .option("--yes", "do not ask before --reset removes anything")
    .optionsGroup("How it behaves:")
    .option("--idle <seconds>", "stop a Postgres after so many seconds without a connection", seconds, 300)
    .option(
      "--clock <time>",
      "be at least so far ahead of the machine (30d, 36h) or at this time to come (2027-01-01T00:00:00Z)",
    )
    .addOption(new Option("--latency <kind>", "how long operations take").choices(["none", "neon"]).default("none"))
    .option("--rate-limits", "answer 429 beyond Neon's limits (700 a minute, 40 a second and route)")
    .option("--faults <file>", "inject the faults that this YAML or JSON file lists")
    .option("--fault-seed <n>", "begins the chances of faults; the same number gives the same ones", wholeNumber, 1)
    .option("--options <file>", "organizations, keys, and what is not known for certain of Neon (docs/local.md)");
}

/** What the flags ask for; files are read, and refused with everything that is wrong with them. */
export function serveOptions(flags: LocalFlags): ServeOptions {
  const fromFile = flags.options === undefined ? {} : readOptionsFile(path.resolve(flags.options));
  return {
    ...fromFile,
    port: flags.port,
    pgPort: flags.pgPort,
    stateFolder: path.resolve(flags.state),
    seed: flags.seed === undefined ? undefined : path.resolve(flags.seed),
    reset: flags.reset ?? false,
    latency: flags.latency,
    rateLimits: flags.rateLimits ?? false,
    faults: flags.faults === undefined ? [] : readFaultFile(path.resolve(flags.faults)),
    faultSeed: flags.faultSeed,
    idleSeconds: flags.idle,
    startAt: flags.clock,
    allowPlaintext: flags.allowPlaintext ?? false,
  };
}

/** A command about the server of a state folder: `--state` is understood before and behind its name. */
export function stateCommand(local: Command, name: string, description: string): Command {
  return local
    .command(name)
    .description(description)
    .option("--state <folder>", `where projects and their data are kept (default: "${defaultState}")`);
}

/** The state folder that such a command is about. */
export function stateOf(local: Command, command: Command): string {
  return path.resolve(command.opts<{ state?: string }>().state ?? local.opts<LocalFlags>().state);
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65535)
    throw new InvalidArgumentError("Write a port, 0 to 65535.");
  return value;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError("Write a whole number.");
  return value;
}

function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError("Write seconds.");
  return value;
}
