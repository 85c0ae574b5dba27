import type { Command } from "commander";
import { readRunningServer, type RunningServer, serveLocalNeon } from "../../local";
import { FleetError } from "../config";
import { addLocalOptions, serveOptions, stateCommand, stateOf } from "./localOptions";
import { callLocal, stopRunning } from "./localProcess";
import { confirmReset, reset } from "./localReset";

/** `neon-tenants local`: the Neon API over real PostgreSQL on this machine, and what a shell needs to use it. */
export function addLocalCommand(program: Command): void {
  const local = program
    .command("local")
    .description("serve a local Neon: the Neon API over real PostgreSQL, on loopback only, without an account");
  addLocalOptions(local)
    .addHelpText("after", "\nFiles: docs/local.md shows every field of --seed, --options and --faults.")
    .action(async (flags: Parameters<typeof serveOptions>[0]) => {
      const options = serveOptions(flags);
      if (options.reset) await confirmReset(options.stateFolder, flags.yes ?? false);
      await serveLocalNeon(options);
    });
  addEnv(local);
  addClock(local);
  addReset(local);
  addStop(local);
}

function addEnv(local: Command): void {
  const command = stateCommand(
    local,
    "env",
    'print export lines for the running local Neon: eval "$(neon-tenants local env)"',
  ).action(async () => {
    const server = await runningServer(stateOf(local, command));
    const lines = [
      `export NEON_API_HOST=${quote(server.apiHost)}`,
      `export NEON_API_KEY=${quote(server.apiKey)}`,
      // Only for data that lives on this machine: a real fleet has a passphrase of its own, or a key service.
      'export PULUMI_CONFIG_PASSPHRASE="${PULUMI_CONFIG_PASSPHRASE-local}"',
    ];
    process.stdout.write(`${lines.join("\n")}\n`);
  });
}

function addClock(local: Command): void {
  const command = stateCommand(local, "clock", "show the time of the running local Neon, or move it forward")
    .option("--advance <duration>", "move it by so much (30d, 36h, 15m); what becomes due on the way happens")
    .option("--to <time>", "move it to this time to come (2027-01-01T00:00:00Z)")
    .action(async ({ advance, to }: { advance?: string; to?: string }) => {
      if (advance !== undefined && to !== undefined) {
        throw new FleetError("LOCAL_CLOCK_INVALID", "--advance and --to cannot both be given");
      }
      const server = await runningServer(stateOf(local, command));
      const isMoved = advance !== undefined || to !== undefined;
      const body = isMoved ? { advance, to } : undefined;
      const time = await callLocal<{ now: string; ahead_seconds: number }>(
        server,
        isMoved ? "POST" : "GET",
        "/_local/clock",
        body,
      );
      process.stdout.write(`${time.now} (${Math.round(time.ahead_seconds)} s ahead of the machine)\n`);
    });
}

function addReset(local: Command): void {
  const command = stateCommand(local, "reset", "remove all projects and data, whether it runs or not; the CA stays")
    .option("--yes", "do not ask")
    .action(async ({ yes }: { yes?: boolean }) => {
      const stateFolder = stateOf(local, command);
      await confirmReset(stateFolder, yes ?? false);
      const was = await reset(stateFolder);
      process.stdout.write(
        was === "running" ? "All projects are gone; the local Neon has begun anew.\n" : "All projects are gone.\n",
      );
    });
}

function addStop(local: Command): void {
  const command = stateCommand(local, "stop", "stop the local Neon that runs in the background; its data stays").action(
    async () => {
      const stopped = await stopRunning(stateOf(local, command));
      process.stdout.write(stopped ? "The local Neon has stopped; its data stays.\n" : "No local Neon was running.\n");
    },
  );
}

async function runningServer(stateFolder: string): Promise<RunningServer> {
  const server = await readRunningServer(stateFolder);
  if (server) return server;
  throw new FleetError("LOCAL_NOT_RUNNING", `no local Neon runs with its state in ${stateFolder}`, {
    hint: "Start one: neon-tenants local",
  });
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
