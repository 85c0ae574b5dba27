import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { readRunningServer, type RunningServer } from "../../../../local";

const main = path.resolve(__dirname, "../../../../dist/fleet/cli/main.js");

/** The command `neon-tenants local`, as built, in a process of its own. */
export class LocalCommand {
  private constructor(
    private readonly child: ChildProcess,
    private readonly output: () => string,
    readonly server: RunningServer,
  ) {}

  /** Resolves when it serves. */
  static async start(stateFolder: string, ...flags: string[]): Promise<LocalCommand> {
    if (!fs.existsSync(main)) throw new Error("dist/ is missing: npm run build");
    const child = spawn(process.execPath, [main, "local", "--state", stateFolder, "--port", "0", ...flags], {
      cwd: stateFolder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const collect = (text: string) => (output += text);
    child.stdout.setEncoding("utf8").on("data", collect);
    child.stderr.setEncoding("utf8").on("data", collect);
    const isUp = () => output.includes("Stop with Ctrl-C.");
    await new Promise<void>((resolve, reject) => {
      child.stdout.on("data", () => isUp() && resolve());
      child.once("error", reject);
      child.once("close", (code) => reject(new Error(`the command ended with ${code}: ${output}`)));
    });
    const server = await readRunningServer(stateFolder);
    if (!server) throw new Error(`nothing answers: ${output}`);
    return new LocalCommand(child, () => output, server);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Resolves with its exit code, or the signal that killed it, when it has ended; at once where it has already. */
  async end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode ?? child.signalCode;
    const closed = once(child, "close");
    child.kill(signal);
    await closed;
    return child.exitCode ?? child.signalCode;
  }

  get printed(): string {
    return this.output();
  }
}
