import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { packageFolder } from "../../fleet/packageFolder";
import { ProcessSampler } from "./processSampler";

/** What a command and everything that it started used, orphans included. */
export interface Accounted {
  exitCode: number;
  stdout: string;
  stderr: string;
  wallSeconds: number;
  cpuSeconds: number;
  /** How many processes were started by the command, itself not counted. Only exact where they were counted. */
  processes: number;
  /** The largest sum of resident memory seen. */
  peakMemoryBytes: number;
}

export interface AccountOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** `account` measures at full speed; `count` counts every process, which slows them: its other figures mean nothing. */
  mode: "account" | "count";
  /** Ends the command. */
  signal?: AbortSignal;
  /** Milliseconds between two looks at memory. Default 100. */
  sampleMs?: number;
}

interface HelperResult {
  exitCode: number;
  cpuSeconds: number;
  processes: number | null;
}

/**
 * Runs a command to the end of its last descendant. `perl` is on practically every Linux; without it, or where tracing is forbidden, the
 * figures come from looking at `/proc` and are lower bounds, which {@link accountingGaps} tells.
 */
export async function runAccounted(command: readonly string[], options: AccountOptions): Promise<Accounted> {
  options.signal?.throwIfAborted();
  const folder = mkdtempSync(path.join(tmpdir(), "accounting-"));
  const result = path.join(folder, "result.json");
  try {
    const mode = accountingGaps().includes(options.mode) ? "sampled" : options.mode;
    const wrapped = mode === "sampled" ? sampledCommand(command) : helperCommand(mode, result, command);
    const ran = await run(wrapped, options);
    if (mode === "sampled") return ran;
    const { exitCode, cpuSeconds, processes } = readResult(result, ran);
    return { ...ran, exitCode, cpuSeconds, processes: processes ?? ran.processes };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

let gaps: readonly AccountOptions["mode"][] | undefined;

/** The modes that this machine can only estimate. */
export function accountingGaps(): readonly AccountOptions["mode"][] {
  gaps ??= (["account", "count"] as const).filter((mode) => !helperWorks(mode));
  return gaps;
}

function helperWorks(mode: "account" | "count"): boolean {
  try {
    const [program, ...args] = helperCommand(mode, "/dev/null", [process.execPath, "--version"]);
    execFileSync(program ?? "", args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function helperCommand(mode: "account" | "count", result: string, command: readonly string[]): string[] {
  return ["perl", path.join(packageFolder(), "bench", "measure", "accounting.pl"), mode, result, ...command];
}

/** A shell that waits, so that the measured process has a wrapper in both cases. */
function sampledCommand(command: readonly string[]): string[] {
  return ["sh", "-c", '"$@"; exit $?', "sh", ...command];
}

function run([program, ...args]: readonly string[], options: AccountOptions): Promise<Accounted> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(program ?? "", args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const sampler = new ProcessSampler(child.pid ?? -1);
    sampler.start(options.sampleMs ?? 100);
    const stop = (): void => void child.kill("SIGTERM");
    options.signal?.addEventListener("abort", stop, { once: true });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const end = () => {
      options.signal?.removeEventListener("abort", stop);
      return sampler.stop();
    };
    child.once("error", (error) => {
      end();
      reject(error);
    });
    child.once("close", (code) => {
      const wallSeconds = (performance.now() - began) / 1000;
      resolve({ exitCode: code ?? 1, stdout, stderr, wallSeconds, ...end() });
    });
  });
}

function readResult(file: string, ran: Accounted): HelperResult {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as HelperResult;
  } catch (cause) {
    throw new Error(`the accounting helper ended without a result: ${ran.stderr.trim()}`, { cause });
  }
}
