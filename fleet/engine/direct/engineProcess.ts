import { spawn, type ChildProcess } from "node:child_process";
import { StackError } from "../stackError";

export interface EngineProcessOptions {
  /** The `pulumi` program. */
  program: string;
  cwd: string;
  env: NodeJS.ProcessEnv;
  onLine?: (line: string) => void;
  /** Asks the engine to stop after the step it is in. */
  signal?: AbortSignal;
  /** Ends an engine that does not, in milliseconds: an inline program may hang for ever. */
  limitMs: number;
}

/** How long an engine that was asked to stop may take before it is killed. */
const graceMs = 30_000;

/** Runs one engine process to its end and returns what it printed. Rejects with its output where it fails or is ended. */
export function runEngineProcess(args: readonly string[], options: EngineProcessOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    // Its own process group: a Ctrl-C on the terminal is the driver's to answer, what is in flight ends well.
    const child = spawn(options.program, args, {
      cwd: options.cwd,
      env: options.env,
      detached: process.platform !== "win32",
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let timedOut = false;
    const take = (chunk: string): void => {
      output += chunk;
      if (options.onLine) for (const line of chunk.split("\n")) if (line.trim()) options.onLine(line);
    };
    child.stdout.setEncoding("utf8").on("data", take);
    child.stderr.setEncoding("utf8").on("data", take);
    const watchdog = setTimeout(() => {
      timedOut = true;
      stop(child);
    }, options.limitMs);
    const abort = (): void => stop(child);
    options.signal?.addEventListener("abort", abort, { once: true });
    const ended = (): void => {
      clearTimeout(watchdog);
      options.signal?.removeEventListener("abort", abort);
    };
    child.once("error", (cause) => {
      ended();
      reject(
        new StackError("failed", "FLEET_ENGINE_FAILED", `${options.program} cannot be started`, output, [], { cause }),
      );
    });
    child.once("close", (code, signal) => {
      ended();
      if (code === 0) resolve(output);
      else if (timedOut) reject(timeout(options.limitMs, output));
      else reject(new EngineExit(code, signal, output));
    });
  });
}

/** The engine ended with another code than 0; what it printed says why. */
export class EngineExit extends Error {
  constructor(
    readonly exitCode: number | null,
    readonly exitSignal: NodeJS.Signals | null,
    readonly output: string,
  ) {
    super(`pulumi ended with ${exitSignal ?? exitCode}`);
    this.name = "EngineExit";
  }
}

function stop(child: ChildProcess): void {
  child.kill("SIGINT");
  setTimeout(() => child.kill("SIGKILL"), graceMs).unref();
}

function timeout(limitMs: number, output: string): StackError {
  return new StackError(
    "failed",
    "FLEET_ENGINE_TIMEOUT",
    `the engine did not end within ${limitMs / 1000} s and was stopped`,
    output,
  );
}
