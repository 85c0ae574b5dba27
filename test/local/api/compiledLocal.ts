import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { transformFileSync } from "@swc/core";

const root = path.resolve(__dirname, "../../..");

/** `local/` as JavaScript in a folder of its own, so that a child process can run it from a checkout that was not built. */
export class CompiledLocal {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "compiled-local-"));
  readonly #children: ChildProcess[] = [];

  constructor() {
    for (const file of fs.globSync("local/**/*.ts", { cwd: root })) {
      const { code } = transformFileSync(path.join(root, file), {
        configFile: false,
        swcrc: false,
        jsc: { target: "es2023", parser: { syntax: "typescript" } },
        module: { type: "commonjs" },
      });
      const target = path.join(this.folder, file.replace(/\.ts$/, ".js"));
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.writeFileSync(target, code);
    }
    fs.symlinkSync(path.join(root, "node_modules"), path.join(this.folder, "node_modules"));
  }

  /** A process that runs this script, which finds the modules at `./local/…`. */
  run(script: string): ChildProcess {
    const file = path.join(this.folder, `script-${this.#children.length}.js`);
    fs.writeFileSync(file, script);
    const child = spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "inherit"], cwd: this.folder });
    this.#children.push(child);
    return child;
  }

  async remove(): Promise<void> {
    for (const child of this.#children) await stop(child, "SIGKILL");
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Resolves when the child's output has this text; rejects when it ends before. */
export function printed(child: ChildProcess, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes(text)) resolve(output);
    });
    child.once("exit", () => reject(new Error(`the process ended without printing ${text}: ${output}`)));
  });
}

export async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}
