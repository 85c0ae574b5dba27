import { execFile, spawnSync } from "node:child_process";
import os from "node:os";
import { promisify } from "node:util";
import { cleanEnvironment } from "./machine";

const run = promisify(execFile);

const isInstalled = spawnSync("psql", ["--version"]).status === 0;
if (!isInstalled) console.warn("psql is not on PATH: the tests that use it are skipped.");

/** A test that needs psql. */
export const psqlTest = isInstalled ? test : test.skip;

const flags = ["-X", "-w", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"];

interface PsqlOptions {
  /** For URIs that name none. */
  port?: number;
  /** What `COPY … FROM STDIN` reads. */
  input?: string;
  /** Aborted: presses Ctrl-C. */
  interrupt?: AbortSignal;
}

/** What psql prints for the statements, each in turn: one line for each row. */
export async function psql(uri: string, statements: string[], options: PsqlOptions = {}): Promise<string> {
  const { port, input = "", interrupt } = options;
  const commands = statements.flatMap((statement) => ["-c", statement]);
  const env = { ...cleanEnvironment(os.tmpdir()), ...(port === undefined ? {} : { PGPORT: String(port) }) };
  const running = run("psql", [...flags, ...commands, uri], { env, maxBuffer: 1 << 26 });
  interrupt?.addEventListener("abort", () => running.child.kill("SIGINT"));
  running.child.stdin?.on("error", () => undefined).end(input);
  return (await running).stdout.trim();
}
