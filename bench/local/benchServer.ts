import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { HistoryOptions } from "../../local/postgres/history/history";
import { descendantsOf, readProcessTable } from "../measure/processTable";
import { BenchClient } from "./benchClient";

export interface ServerReady {
  apiHost: string;
  apiKey: string;
  pid: number;
}

/** An empty folder that the account of Postgres may pass through. */
export function benchFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "bench-local-"));
  chmodSync(folder, 0o711);
  return folder;
}

/** A local Neon in a process and a folder of its own. */
export class BenchServer {
  private constructor(
    readonly stateFolder: string,
    private readonly child: ChildProcess,
    private readonly ready: ServerReady,
    readonly client: BenchClient,
  ) {}

  static async start(options: { history?: HistoryOptions } = {}): Promise<BenchServer> {
    const stateFolder = benchFolder();
    const child = fork(path.join(__dirname, "server.js"), [JSON.stringify({ stateFolder, ...options })], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const ready = await new Promise<ServerReady>((resolve, reject) => {
      child.once("message", (message) => resolve(message as ServerReady));
      child.once("exit", () => {
        rmSync(stateFolder, { recursive: true, force: true });
        reject(new Error("the process of the local Neon has ended; see above"));
      });
    });
    return new BenchServer(stateFolder, child, ready, new BenchClient(ready));
  }

  /** Proportional set size in bytes: pages that processes share are divided among them. */
  memory(): { serverBytes: number; postmasterBytes: number } {
    const postmasters = descendantsOf(readProcessTable(), this.ready.pid);
    return {
      serverBytes: proportionalBytes(this.ready.pid),
      postmasterBytes: postmasters.reduce((sum, { pid }) => sum + proportionalBytes(pid), 0),
    };
  }

  async end(): Promise<void> {
    this.client.close();
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exited = once(this.child, "exit");
      this.child.disconnect();
      await exited;
    }
    rmSync(this.stateFolder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function proportionalBytes(pid: number): number {
  try {
    const [, kibibytes] = /^Pss:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8")) ?? [];
    return Number(kibibytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}
