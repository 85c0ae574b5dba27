import { runBounded } from "./runBounded";
import type { EngineSetup } from "./setupStep";

type CheckSetup = Pick<EngineSetup, "env" | "folder" | "limits">;

/** A plain release, `3.259.0` or `v3.259.0`; a pre-release is another one and does not match. */
const release = /^v?(\d+\.\d+\.\d+)(\+\S*)?$/m;

/** The release that `pulumi` names, or why it cannot. */
export async function checkPulumi(program: string, setup: CheckSetup): Promise<{ version?: string; reason: string }> {
  const quiet = { PULUMI_HOME: setup.folder.home, PULUMI_SKIP_UPDATE_CHECK: "true" };
  return namedVersion(program, ["version"], { ...setup.env, ...quiet }, setup);
}

/** The release that the random plugin names, or why it cannot. */
export async function checkRandomPlugin(
  program: string,
  setup: CheckSetup,
): Promise<{ version?: string; reason: string }> {
  return namedVersion(program, ["--version"], setup.env, setup);
}

/** Why the language host does not start; undefined when it does. Like every Pulumi plugin it writes its port first. */
export async function checkLanguageHost(program: string, setup: CheckSetup): Promise<string | undefined> {
  const { limits, env } = setup;
  const result = await runBounded({
    command: program,
    args: [],
    env,
    limitMs: limits.checkMs,
    until: /^\d+\s/,
    // It would serve for ever if this process were killed now.
    bound: true,
  });
  if (result.ended === "matched") return undefined;
  // Some releases refuse to start without the address of an engine: that, too, is a program that runs.
  if (result.ended === "exit" && /engine (RPC )?address/i.test(result.stderr)) return undefined;
  return result.ended === "exit" ? "does not start" : ending(result.ended);
}

async function namedVersion(
  program: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  setup: CheckSetup,
): Promise<{ version?: string; reason: string }> {
  const result = await runBounded({ command: program, args, env, limitMs: setup.limits.checkMs });
  if (result.ended !== "exit") return { reason: ending(result.ended) };
  if (result.exitCode !== 0) return { reason: `fails with exit code ${result.exitCode}` };
  const text = result.stdout.trim();
  const version = release.exec(text)?.[1];
  return version ? { version, reason: "" } : { reason: `names its version as "${text.slice(0, 40)}"` };
}

function ending(ended: string): string {
  return ended === "missing" ? "cannot be started" : "does not answer";
}
