import { spawn } from "node:child_process";
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
  /** How long an engine that was asked to stop may take before it is killed, in milliseconds. Default 30,000. */
  graceMs?: number;
}

/** Runs one engine process to its end and returns what it printed. Rejects with its output where it fails or is ended. */
export function runEngineProcess(args: readonly string[], options: EngineProcessOptions): Promise<string> {
  const { program, cwd, env, signal, limitMs, graceMs = 30_000 } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(new EngineExit(null, null, ""));
      return;
    }
    // Its own process group: a Ctrl-C on the terminal is the driver's to answer, what is in flight ends well.
    const child = spawn(program, args, {
      cwd,
      env,
      detached: process.platform !== "win32",
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let timedOut = false;
    let kill: NodeJS.Timeout | undefined;
    const stop = (): void => {
      child.kill("SIGINT");
      kill ??= setTimeout(() => child.kill("SIGKILL"), graceMs);
    };
    const lines = [child.stdout, child.stderr].map((stream) => {
      const split = lineSplitter(options.onLine);
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        output += chunk;
        split.take(chunk);
      });
      return split;
    });
    const watchdog = setTimeout(() => {
      timedOut = true;
      stop();
    }, limitMs);
    signal?.addEventListener("abort", stop, { once: true });
    const ended = (): void => {
      clearTimeout(watchdog);
      clearTimeout(kill);
      signal?.removeEventListener("abort", stop);
      for (const split of lines) split.end();
    };
    child.once("error", (cause) => {
      ended();
      reject(notStarted(program, cause));
    });
    child.once("close", (code, endedBy) => {
      ended();
      if (code === 0) resolve(output);
      else if (timedOut) reject(timeout(limitMs, output));
      else reject(new EngineExit(code, endedBy, output));
    });
  });
}

/** Cuts chunks into whole lines: a stream may break anywhere. */
function lineSplitter(onLine: ((line: string) => void) | undefined) {
  let rest = "";
  const emit = (line: string): void => {
    if (line.trim()) onLine?.(line);
  };
  return {
    take(chunk: string): void {
      const parts = (rest + chunk).split("\n");
      rest = parts.pop() ?? "";
      parts.forEach(emit);
    },
    end(): void {
      emit(rest);
      rest = "";
    },
  };
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

function notStarted(program: string, cause: Error): StackError {
  const reason = (cause as NodeJS.ErrnoException).code ?? cause.message;
  const sentence = `${program} cannot be started (${reason}): neon-tenants engine --rebuild sets it up again`;
  return new StackError("failed", "FLEET_ENGINE_MISSING", sentence, "", [], { cause });
}

function timeout(limitMs: number, output: string): StackError {
  return new StackError(
    "failed",
    "FLEET_ENGINE_TIMEOUT",
    `the engine did not end within ${limitMs / 1000} s and was stopped`,
    output,
  );
}
