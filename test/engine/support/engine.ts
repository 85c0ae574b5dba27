import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findEngine } from "../../../tools/engine";

const run = promisify(execFile);

/** The variables that make `pulumi` run in a test; made once per test file. */
export async function engineEnv(): Promise<Record<string, string>> {
  const quick = await findEngine({ download: false, build: false }).catch(() => undefined);
  if (quick) return quick.env;
  // Enough for programs without other plugins than the dynamic one.
  if (await isOnPath()) return { PULUMI_SKIP_UPDATE_CHECK: "1", PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" };
  return (await findEngine()).env;
}

async function isOnPath(): Promise<boolean> {
  return run("pulumi", ["version"]).then(
    () => true,
    () => false,
  );
}
