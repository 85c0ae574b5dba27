import { spawn } from "node:child_process";
import path from "node:path";
import type { Command } from "commander";
import { findEngine, printEngine } from "../../tools/engine";
import { isFleetError } from "../config";
import { apiEnvironments, checkSecrets } from "../engine/engineSettings";
import { writeStackFile } from "../engine/workFolder";
import { openFleet, type OpenFleet } from "../openFleet";

/** `neon-tenants pulumi …`: the plain CLI with the fleet's engine, backend, key and stack file. */
export function addPulumiCommand(program: Command): void {
  program
    .command("pulumi")
    .description("run the plain Pulumi CLI with the fleet's engine and backend: neon-tenants pulumi up --stack acme")
    .argument("[arguments...]", "as the Pulumi CLI takes them")
    .passThroughOptions()
    .allowUnknownOption()
    .helpOption(false)
    .action(async (args: string[]) => {
      const open = openFleet({ file: program.opts<{ file?: string }>().file });
      process.exitCode = await runPulumi(open, args);
    });
}

/** `neon-tenants engine`: finds, downloads or builds the engine and says where it is. */
export function addEngineCommand(program: Command): void {
  program
    .command("engine")
    .description("find the Pulumi engine, download it or build it, and say where it is")
    .option("--rebuild", "forget the cached one first")
    .option("--env", 'print export lines: eval "$(neon-tenants engine --env)"')
    .action(async (options: { rebuild?: boolean; env?: boolean }) => {
      await printEngine(options);
    });
}

async function runPulumi(open: OpenFleet, args: string[]): Promise<number> {
  const secrets = await checkSecrets(open, true);
  const engine = await findEngine({ env: open.env, log: (line) => process.stderr.write(`${line}\n`) });
  const stack = stackOf(args);
  const spec = stack === undefined ? undefined : open.specs.get(stack);
  const env = {
    ...open.env,
    ...engine.env,
    ...keyOf(open, spec?.organization),
    PULUMI_BACKEND_URL: open.home.backendUrl,
    NEON_TENANTS_FILE: open.home.file,
    NEON_TENANTS_REVISION: open.revision,
  };
  const cwd = open.home.projectFolder;
  const run = (list: string[], stdio: "inherit" | "ignore") => spawnPulumi(engine.binFolder, list, { cwd, env, stdio });
  if (spec) {
    writeStackFile(cwd, spec.tenant, secrets);
    // `up` makes a missing stack only on a terminal; here it is listed, so there is nothing to ask.
    if (needsStack(args) && open.checkpoints.read(spec.tenant) === undefined) {
      await run(["stack", "init", spec.tenant, "--no-select", "--non-interactive"], "ignore");
    }
  }
  return run(args, "inherit");
}

/** The key of the stack's organization; `stack ls` and the like need none, and what needs one says so itself. */
function keyOf(open: OpenFleet, organization: string | undefined): Record<string, string> {
  try {
    return apiEnvironments(open).get(organization ?? "") ?? {};
  } catch (error) {
    if (isFleetError(error) && error.code === "NEON_API_KEY_MISSING") return {};
    throw error;
  }
}

function spawnPulumi(
  binFolder: string,
  args: string[],
  options: { cwd: string; env: NodeJS.ProcessEnv; stdio: "inherit" | "ignore" },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(path.join(binFolder, "pulumi"), args, options);
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 1)));
    // Ctrl-C reaches the engine itself; this process waits for its end.
    process.on("SIGINT", () => undefined);
  });
}

function needsStack(args: readonly string[]): boolean {
  return args.some((argument) => argument === "up" || argument === "update" || argument === "preview");
}

/** The stack that the arguments name: `--stack acme`, `--stack=acme`, `-s acme`. */
function stackOf(args: readonly string[]): string | undefined {
  for (const [index, argument] of args.entries()) {
    if (argument === "--stack" || argument === "-s") return args[index + 1];
    if (argument.startsWith("--stack=")) return argument.slice("--stack=".length);
  }
  return undefined;
}
