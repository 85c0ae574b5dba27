import { setTimeout as sleep } from "node:timers/promises";
import { hasState, readRunningServer, resetState, type RunningServer } from "../../local";
import { FleetError } from "../config";
import { ask } from "./ask";
import { callLocal } from "./localProcess";

const limitMs = 60_000;

/** Goes on where there is nothing to remove, where `--yes` was said, or when a person says yes. */
export async function confirmReset(stateFolder: string, isSaid: boolean): Promise<void> {
  if (isSaid || !hasState(stateFolder)) return;
  const answer = await ask(`Remove all projects and data of ${stateFolder}? Type yes: `);
  if (answer === "yes") return;
  throw new FleetError("LOCAL_RESET_UNCONFIRMED", `all projects and data of ${stateFolder} would be removed`, {
    hint: "Nothing was changed. To go on: --yes",
  });
}

/** Removes all projects and data of a state folder: by its server, where one runs, which then goes on without them. */
export async function reset(stateFolder: string): Promise<"running" | "stopped"> {
  const running = await readRunningServer(stateFolder);
  if (!running) {
    await resetState(stateFolder);
    return "stopped";
  }
  await callLocal(running, "POST", "/_local/reset", {});
  await restarted(stateFolder, running);
  return "running";
}

async function restarted(stateFolder: string, { run, pid }: RunningServer): Promise<void> {
  for (const deadline = Date.now() + limitMs; Date.now() < deadline; await sleep(50)) {
    const server = await readRunningServer(stateFolder);
    if (server && server.run !== run) return;
    if (!isAlive(pid)) break;
  }
  throw new FleetError("LOCAL_NOT_STARTED", `the local Neon (pid ${pid}) was reset and did not start again`);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
