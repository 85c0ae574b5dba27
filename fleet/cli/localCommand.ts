import path from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { readFaultFile, readRunningServer, serveLocalNeon } from "../../local";
import { FleetError } from "../config";
import { stopRunning } from "./localProcess";

interface LocalOptions {
  port: number;
  pgPort: number;
  state: string;
  latency: "none" | "neon";
  rateLimits?: boolean;
  faults?: string;
  faultSeed: number;
  idle: number;
  clock?: string;
  allowPlaintext?: boolean;
}

const defaultState = path.join(".neon-tenants", "local");

/** `neon-tenants local`: the Neon API over real PostgreSQL on this machine, and what a shell needs to use it. */
export function addLocalCommand(program: Command): void {
  const local = program
    .command("local")
    .description("serve a local Neon: the Neon API over real PostgreSQL, on loopback only, without an account")
    .option("--port <n>", "port of the API; 0 takes a free one", port, 7200)
    .option(
      "--pg-port <n>",
      "port of Postgres on every endpoint's own loopback address; 0 takes the last one of this state, or a free one",
      port,
      5432,
    )
    .option("--state <folder>", "where projects and their data are kept", defaultState)
    .addOption(new Option("--latency <kind>", "how long operations take").choices(["none", "neon"]).default("none"))
    .option("--rate-limits", "answer 429 beyond Neon's limits (700 a minute, 40 a second and route)")
    .option("--faults <file>", "inject the faults that this YAML or JSON file lists")
    .option("--fault-seed <n>", "begins the chances of faults; the same number gives the same ones", wholeNumber, 1)
    .option("--idle <seconds>", "stop a Postgres after so many seconds without a connection", seconds, 300)
    .option(
      "--clock <time>",
      "be at least so far ahead of the machine (30d, 36h) or at this time to come (2027-01-01T00:00:00Z)",
    )
    .option("--allow-plaintext", "let clients connect without TLS")
    .action(async (options: LocalOptions) => {
      await serveLocalNeon({
        port: options.port,
        pgPort: options.pgPort,
        stateFolder: path.resolve(options.state),
        latency: options.latency,
        rateLimits: options.rateLimits ?? false,
        faults: options.faults === undefined ? [] : readFaultFile(path.resolve(options.faults)),
        faultSeed: options.faultSeed,
        idleSeconds: options.idle,
        startAt: options.clock,
        allowPlaintext: options.allowPlaintext ?? false,
      });
    });
  addEnv(local);
  addStop(local);
}

function addEnv(local: Command): void {
  local
    .command("env")
    .description('print export lines for the running local Neon: eval "$(neon-tenants local env)"')
    .action(async () => {
      const { state } = local.opts<LocalOptions>();
      const server = await readRunningServer(path.resolve(state));
      if (!server) {
        throw new FleetError("LOCAL_NOT_RUNNING", `no local Neon runs with its state in ${state}`, {
          hint: "Start one: neon-tenants local",
        });
      }
      const lines = [
        `export NEON_API_HOST=${quote(server.apiHost)}`,
        `export NEON_API_KEY=${quote(server.apiKey)}`,
        // Only for data that lives on this machine: a real fleet has a passphrase of its own, or a key service.
        'export PULUMI_CONFIG_PASSPHRASE="${PULUMI_CONFIG_PASSPHRASE-local}"',
      ];
      process.stdout.write(`${lines.join("\n")}\n`);
    });
}

function addStop(local: Command): void {
  local
    .command("stop")
    .description("stop the local Neon that runs in the background; its data stays")
    .action(async () => {
      const { state } = local.opts<LocalOptions>();
      const stopped = await stopRunning(path.resolve(state));
      process.stdout.write(stopped ? "The local Neon has stopped; its data stays.\n" : "No local Neon was running.\n");
    });
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
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
