import type { ChildProcess } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { LocalNeonError } from "../localNeonError";
import type { Binaries } from "./binaries";
import type { BranchLog } from "./branchLog";
import { writeConfiguration, type ClusterSettings } from "./configuration";
import type { Launcher } from "./launcher";
import { clearLeftovers } from "./leftovers";

export interface ClusterOptions extends Omit<ClusterSettings, "port"> {
  dataFolder: string;
  binaries: Binaries;
  launcher: Launcher;
  log: BranchLog;
}

const ATTEMPTS = 5;
/** How long a fast shutdown may take before an immediate one, and that one before SIGKILL. */
const FAST_SHUTDOWN_MS = 10_000;
const IMMEDIATE_SHUTDOWN_MS = 5_000;

/** A running postmaster: its unix socket is `.s.PGSQL.<port>` in `socketFolder`, its TCP door 127.0.0.1:`port` if it has TLS. */
export class Cluster {
  /** Resolves when the postmaster has ended, for whatever reason. */
  readonly ended: Promise<void>;
  #running = true;

  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
    readonly socketFolder: string,
    readonly dataFolder: string,
  ) {
    this.ended = new Promise((resolve) => {
      child.once("exit", () => {
        this.#running = false;
        resolve();
      });
    });
  }

  get running(): boolean {
    return this.#running;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get socketPath(): string {
    return path.join(this.socketFolder, `.s.PGSQL.${this.port}`);
  }

  /** Resolves when it accepts connections. Starts again on another port if somebody took the one that was free. */
  static async start(options: ClusterOptions): Promise<Cluster> {
    if (fs.existsSync(path.join(options.dataFolder, "postmaster.pid"))) await clearLeftovers(options.dataFolder);
    for (let attempt = 1; ; attempt++) {
      const port = await freePort();
      writeConfiguration(options.dataFolder, options.binaries.major, { ...options, port });
      options.log.startOver();
      const { launcher, binaries, dataFolder, log } = options;
      const child = launcher.spawn(binaries.postgres, ["-D", dataFolder]);
      const cluster = new Cluster(child, port, options.socketFolder, dataFolder);
      const failure = await ready(child, log);
      if (!failure) return cluster;
      if (attempt === ATTEMPTS || !isPassing(log.tail)) throw failure;
      if (!isPortTaken(log.tail)) await clearLeftovers(dataFolder);
    }
  }

  /** Ends all sessions with "terminating connection due to administrator command", writes a checkpoint and ends. */
  async stop(): Promise<void> {
    const steps: [NodeJS.Signals, number][] = [
      ["SIGINT", FAST_SHUTDOWN_MS],
      ["SIGQUIT", IMMEDIATE_SHUTDOWN_MS],
      ["SIGKILL", 0],
    ];
    for (const [name, waitMs] of steps) {
      if (!this.#running) return;
      this.child.kill(name);
      await (waitMs > 0 ? this.#endedWithin(waitMs) : this.ended);
    }
  }

  /** Reads the certificate again. */
  reload(): void {
    this.child.kill("SIGHUP");
  }

  async #endedWithin(waitMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, waitMs)));
    await Promise.race([this.ended, late]);
    clearTimeout(timer);
  }
}

/** Why it did not become ready, or nothing if it did. */
function ready(child: ChildProcess, log: BranchLog): Promise<Error | undefined> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error));
    child.once("close", () => resolve(failed(log.tail)));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      log.write(text);
      if (/database system is ready to accept (read-only )?connections/.test(log.tail)) resolve(undefined);
    });
  });
}

function failed(tail: string): LocalNeonError {
  const lines = tail.trim().split("\n");
  const fatal = lines.filter((line) => /FATAL|PANIC/.test(line)).pop() ?? lines.pop() ?? "";
  return new LocalNeonError(
    "LOCAL_POSTGRES_START",
    `PostgreSQL did not start: ${fatal.replace(/^.*?(FATAL|PANIC):\s*/, "") || "it ended without a message"}.`,
    "The branch's postgres.log in the state folder says more.",
  );
}

function isPassing(tail: string): boolean {
  return (
    isPortTaken(tail) || /pre-existing shared memory block|lock file "[^"]*postmaster\.pid" already exists/.test(tail)
  );
}

function isPortTaken(tail: string): boolean {
  return /could not (bind|create any)|lock file "[^"]*\.s\.PGSQL\.\d+\.lock" already exists/.test(tail);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as net.AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
