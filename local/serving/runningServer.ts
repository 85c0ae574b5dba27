import fs from "node:fs";
import path from "node:path";
import type { LocalNeon } from "../startServer";

/** How to reach a local Neon that runs in another process. */
export interface RunningServer {
  pid: number;
  /** Another one after every start, a reset included. */
  run: string;
  apiHost: string;
  apiKey: string;
  orgId: string;
  pgPort: number;
  caFile: string;
}

const fileOf = (stateFolder: string) => path.join(stateFolder, "server.json");

/** Whole or not at all, and only for its owner: it names a key. */
export function writeServerFile(neon: LocalNeon, run: string): void {
  const { pid, apiHost, apiKey, orgId, pgPort, caFile, stateFolder } = neon;
  const server: RunningServer = { pid, run, apiHost, apiKey, orgId, pgPort, caFile };
  const temporary = `${fileOf(stateFolder)}.${pid}`;
  fs.writeFileSync(temporary, JSON.stringify(server, undefined, 2), { mode: 0o600 });
  fs.renameSync(temporary, fileOf(stateFolder));
}

export const removeServerFile = (stateFolder: string) => fs.rmSync(fileOf(stateFolder), { force: true });

/** The server of a state folder, if there is one that answers: not a file left by one that died. */
export async function readRunningServer(stateFolder: string): Promise<RunningServer | undefined> {
  const server = readServerFile(stateFolder);
  if (!server || !isAlive(server.pid)) return undefined;
  try {
    const response = await fetch(`${server.apiHost}/auth`, {
      headers: { Authorization: `Bearer ${server.apiKey}` },
      signal: AbortSignal.timeout(5000),
    });
    await response.arrayBuffer();
    const isThisOne = response.headers.get("x-local-neon-pid") === String(server.pid);
    return response.ok && isThisOne ? server : undefined;
  } catch {
    return undefined;
  }
}

function readServerFile(stateFolder: string): RunningServer | undefined {
  try {
    const server = JSON.parse(fs.readFileSync(fileOf(stateFolder), "utf8")) as Partial<RunningServer>;
    const isComplete = typeof server.pid === "number" && Boolean(server.apiHost && server.apiKey);
    return isComplete ? (server as RunningServer) : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
