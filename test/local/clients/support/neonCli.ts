import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { cleanEnvironment, removeFolder, temporaryFolder } from "./machine";
import type { Reachable } from "./neonUser";

const run = promisify(execFile);
const packageFile = require.resolve("neon/package.json");
const { bin } = JSON.parse(fs.readFileSync(packageFile, "utf8")) as { bin: { neon: string } };

/** The unmodified `neon` command with a home of its own. */
export class NeonCli {
  readonly #home = temporaryFolder();

  constructor(private readonly server: Reachable) {}

  async run(...args: string[]): Promise<string> {
    const { apiHost, apiKey, pgPort } = this.server;
    const [words, behind] = splitAt(args, "--");
    const all = [...words, "--api-host", apiHost, "--api-key", apiKey, "--no-analytics", ...behind];
    const options = { cwd: this.#home, env: { ...cleanEnvironment(this.#home), PGPORT: String(pgPort) } };
    return (await run(process.execPath, [path.join(path.dirname(packageFile), bin.neon), ...all], options)).stdout;
  }

  async json<T>(...args: string[]): Promise<T> {
    return JSON.parse(await this.run(...args, "--output", "json")) as T;
  }

  /** `neon connection-string`, as it is printed. */
  async connectionString(projectId: string, branch: string, ...flags: string[]): Promise<string> {
    return (await this.run("connection-string", branch, "--project-id", projectId, ...flags)).trim();
  }

  close(): void {
    removeFolder(this.#home);
  }
}

function splitAt(args: string[], word: string): [string[], string[]] {
  const at = args.indexOf(word);
  return at < 0 ? [args, []] : [args.slice(0, at), args.slice(at)];
}
