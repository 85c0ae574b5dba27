import { execFile, spawnSync } from "node:child_process";
import os from "node:os";
import { promisify } from "node:util";
import { cleanEnvironment } from "./machine";

const run = promisify(execFile);

const isInstalled = spawnSync("psql", ["--version"]).status === 0;
if (!isInstalled) console.warn("psql is not on PATH: the tests that use it are skipped.");

/** A test that needs psql. */
export const psqlTest = isInstalled ? test : test.skip;

/** What psql prints for the statements, each in turn: one line for each row. The port is for URIs that name none. */
export async function psql(uri: string, statements: string[], port?: number): Promise<string> {
  const flags = ["-X", "-w", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"];
  const commands = statements.flatMap((statement) => ["-c", statement]);
  const env = { ...cleanEnvironment(os.tmpdir()), ...(port === undefined ? {} : { PGPORT: String(port) }) };
  return (await run("psql", [...flags, ...commands, uri], { env })).stdout.trim();
}
