import fs from "node:fs";
import path from "node:path";
import { createComputes } from "./postgres/createComputes";
import { type CreateComputes, type LocalNeon, type LocalNeonOptions, startServer } from "./startServer";

/** How to reach a local Neon that runs in another process. */
export interface RunningServer {
  pid: number;
  apiHost: string;
  apiKey: string;
  orgId: string;
  pgPort: number;
  caFile: string;
}

export interface ServeOptions extends Omit<LocalNeonOptions, "stateFolder"> {
  stateFolder: string;
  /** Where people read what is served. Default: standard output. */
  print?: (line: string) => void;
  /** For tests: another Postgres side. */
  createComputes?: CreateComputes;
}

const fileOf = (stateFolder: string) => path.join(stateFolder, "server.json");

/**
 * The command `neon-tenants local`: serves until SIGINT or SIGTERM, then stops cleanly. A second signal stops at once. The Postgres
 * port is PostgreSQL's own unless another is named.
 */
export async function serveLocalNeon(options: ServeOptions): Promise<void> {
  const { print = linePrinter(), ...rest } = options;
  const signal = untilStopSignal();
  try {
    const neon = await startServer({ pgPort: 5432, ...rest }, options.createComputes ?? createComputes);
    writeServerFile(neon);
    printWelcome(neon, print);
    await signal.received;
    print("Stopping.");
    await neon.close();
    fs.rmSync(fileOf(neon.stateFolder), { force: true });
  } finally {
    signal.ignore();
  }
}

/** To standard output; that nobody reads it any more must not keep the server from stopping cleanly. */
function linePrinter(): (line: string) => void {
  process.stdout.on("error", () => undefined);
  return (line) => void process.stdout.write(`${line}\n`);
}

function untilStopSignal(): { received: Promise<void>; ignore(): void } {
  let stop = () => undefined as void;
  const received = new Promise<void>((resolve) => {
    let signals = 0;
    stop = () => {
      signals += 1;
      if (signals > 1) process.exit(130);
      resolve();
    };
  });
  process.on("SIGINT", stop).on("SIGTERM", stop);
  return { received, ignore: () => void process.off("SIGINT", stop).off("SIGTERM", stop) };
}

/** Whole or not at all, and only for its owner: it names a key. */
function writeServerFile({ pid, apiHost, apiKey, orgId, pgPort, caFile, stateFolder }: LocalNeon): void {
  const server: RunningServer = { pid, apiHost, apiKey, orgId, pgPort, caFile };
  const temporary = `${fileOf(stateFolder)}.${pid}`;
  fs.writeFileSync(temporary, JSON.stringify(server, undefined, 2), { mode: 0o600 });
  fs.renameSync(temporary, fileOf(stateFolder));
}

function printWelcome(neon: LocalNeon, print: (line: string) => void): void {
  print(`Local Neon: ${neon.apiHost} (process ${neon.pid})`);
  print(`  export NEON_API_HOST=${neon.apiHost} NEON_API_KEY=${neon.apiKey}`);
  print(`  organization ${neon.orgId}, Postgres on 127.1.0.2 and following, port ${neon.pgPort}`);
  print(`  CA certificate ${neon.caFile}`);
  print(`  state ${neon.stateFolder}`);
  const { length } = neon.faults.active;
  if (length > 0) print(`  ${length} ${length === 1 ? "fault is" : "faults are"} injected (see /_local/faults)`);
  if (neon.clock.aheadSeconds > 0) print(`  its clock shows ${neon.clock.now().toISOString()} (see /_local/clock)`);
  print("Stop with Ctrl-C.");
}

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
