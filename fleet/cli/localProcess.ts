import { spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readRunningServer, type RunningServer } from "../../local";
import { FleetError } from "../config";
import { packageFolder } from "../packageFolder";

export interface BackgroundOptions {
  /** Where the local Neon keeps its state. */
  stateFolder: string;
  /** Port of the Postgres front door; 0 takes a free one. */
  pgPort: number;
}

const startLimitMs = 60_000;

/** The local Neon of this state folder: the one that runs already, or a new process that outlives this one. */
export async function startInBackground({ stateFolder, pgPort }: BackgroundOptions): Promise<RunningServer> {
  const running = await readRunningServer(stateFolder);
  if (running) return running;
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
  const logFile = path.join(stateFolder, "local.log");
  const log = openSync(logFile, "a", 0o600);
  const main = path.join(packageFolder(), "dist", "fleet", "cli", "main.js");
  const args = [main, "local", "--state", stateFolder, "--port", "0", "--pg-port", String(pgPort)];
  const child = spawn(process.execPath, args, { detached: true, stdio: ["ignore", log, log], cwd: packageFolder() });
  let exited = false;
  child.once("exit", () => (exited = true));
  child.unref();
  for (const deadline = Date.now() + startLimitMs; Date.now() < deadline; await sleep(100)) {
    const server = await readRunningServer(stateFolder);
    if (server) return server;
    if (exited) break;
  }
  throw new FleetError("LOCAL_NOT_STARTED", `the local Neon did not start: ${lastLines(logFile)}`, {
    hint: `Its log is ${logFile}.`,
  });
}

/** Ends the local Neon of this state folder; true where one ran. */
export async function stopRunning(stateFolder: string): Promise<boolean> {
  const running = await readRunningServer(stateFolder);
  if (!running) return false;
  process.kill(running.pid, "SIGTERM");
  for (const deadline = Date.now() + startLimitMs; Date.now() < deadline; await sleep(100)) {
    if (!(await readRunningServer(stateFolder))) return true;
  }
  throw new FleetError("LOCAL_NOT_STOPPED", `the local Neon (pid ${running.pid}) did not end`);
}

/** Asks a running local Neon for something of its own, at `/_local/…`; a refusal is the user's error. */
export async function callLocal<T>(
  server: RunningServer,
  method: "GET" | "POST",
  route: string,
  body?: unknown,
): Promise<T> {
  const response = await fetch(new URL(route, server.apiHost), {
    method,
    headers: { Authorization: `Bearer ${server.apiKey}`, "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = (await response.json()) as T & { message?: string };
  if (response.ok) return answer;
  throw new FleetError("LOCAL_REFUSED", answer.message ?? `the local Neon answered ${response.status}`);
}

function lastLines(file: string): string {
  return readFileSync(file, "utf8").trimEnd().split("\n").slice(-3).join(" / ");
}
