import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CompiledLocal, printed } from "../../api/compiledLocal";
import type { Reachable } from "../../clients/support/neonUser";
import { descendantsOf, runningIn, stillRunning, type Process } from "./processes";

/** Bases are taken often, so that kills meet them. */
const script = (stateFolder: string) => `
const { startServer } = require("./local/startServer");
const { createComputes } = require("./local/postgres/createComputes");
const history = { refreshBytes: 1024 * 1024, maxBases: 3, checkMs: 100 };
startServer(
  { stateFolder: ${JSON.stringify(stateFolder)}, closed: true, meterMs: 100, idleSeconds: 2 },
  (options) => createComputes({ ...options, history }),
).then(
  ({ apiHost, apiKey, pgPort, caFile }) => console.log("serving " + JSON.stringify({ apiHost, apiKey, pgPort, caFile }) + " ok"),
  (error) => { console.error(error); process.exit(1); },
);
`;

const ENDING_MS = 20_000;

/** A state folder that one server process after the other serves. */
export class ServedFolder {
  #server: ChildProcess | undefined;
  #started: Process[] = [];

  constructor(
    readonly stateFolder: string,
    private readonly compiled: CompiledLocal,
  ) {}

  /** Starts a process, which begins to recover what the last one left. */
  launch(): ChildProcess {
    return (this.#server = this.compiled.run(script(this.stateFolder)));
  }

  /** Resolves when it serves. */
  async served(server = this.launch()): Promise<Reachable> {
    const output = await printed(server, " ok\n");
    return JSON.parse(output.slice(output.indexOf("{"), output.lastIndexOf("}") + 1)) as Reachable;
  }

  async kill(): Promise<void> {
    const server = this.#server;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, "exit");
    // So that it starts nothing between the two.
    server.kill("SIGSTOP");
    this.#started.push(...descendantsOf(server.pid ?? 0));
    server.kill("SIGKILL");
    await exited;
  }

  /** Resolves when nothing runs any more that the killed processes had started; rejects if something stays. */
  async nothingLeft(): Promise<void> {
    const deadline = Date.now() + ENDING_MS;
    while ((this.#started = stillRunning(this.#started)).length > 0) {
      if (Date.now() > deadline) throw new Error(`left behind: ${JSON.stringify(this.#started)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** What works in the folder while no server does. */
  leftInside(): Process[] {
    return runningIn(fs.realpathSync(this.stateFolder) + path.sep);
  }

  /** What SQLite finds wrong with its file, read beside the server. */
  integrity(): string {
    const database = new DatabaseSync(path.join(this.stateFolder, "neon.sqlite"), { readOnly: true });
    try {
      return String(database.prepare("PRAGMA integrity_check").get()?.["integrity_check"]);
    } finally {
      database.close();
    }
  }
}
