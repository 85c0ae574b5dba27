import { spawn, type ChildProcess } from "node:child_process";

/** One run of a program that cannot outlast its limits. */
export interface BoundedRun {
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd?: string;
  /** For the whole run, in milliseconds. */
  limitMs: number;
  /** For the time in which neither output nor `progress` moves, in milliseconds. Default: no such limit. */
  stallMs?: number;
  /** A number that grows while the program gets on, such as the bytes it has written. */
  progress?: () => Promise<number>;
  /** Ends the run, as a success, as soon as the standard output matches. */
  until?: RegExp;
  /**
   * True for long runs: the program and its children end when this process does, also by kill -9. Costs the start of one
   * Node process. Default false.
   */
  bound?: boolean;
  /** Called every `heartbeatMs` with the time since the start and the lines written so far. */
  onHeartbeat?: (elapsedMs: number, outputLines: number) => void;
  heartbeatMs?: number;
}

/** `missing`: the program could not be started. `stalled` and `limit`: it was killed, with all its children. */
export interface BoundedResult {
  ended: "exit" | "matched" | "stalled" | "limit" | "missing";
  /** The exit code of the program, where it ended by itself. */
  exitCode?: number;
  stdout: string;
  stderr: string;
}

/** Output beyond this many characters is dropped from its beginning. */
const keptCharacters = 100_000;

/**
 * Runs the command in its arguments and ends with it; ends the whole process group when its standard input closes, which
 * the system does when the process that holds the other end dies, however it dies.
 */
const groupKeeper = `
  const { spawn } = require("node:child_process");
  const [command, ...args] = process.argv.slice(1);
  const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"], windowsHide: true });
  child.on("error", (error) => { console.error(error.message); process.exit(127); });
  child.on("exit", (code) => process.exit(code ?? 1));
  process.stdin.on("close", () => process.platform === "win32" ? child.kill() : process.kill(-process.pid, "SIGKILL"));
  process.stdin.resume();
`;

/** Runs a program; ends it and every process that it started when a limit is passed. Never rejects. */
export async function runBounded(run: BoundedRun): Promise<BoundedResult> {
  const [command, args] = run.bound
    ? [process.execPath, ["-e", groupKeeper, "--", run.command, ...run.args]]
    : [run.command, run.args];
  const child = spawn(command, args, {
    cwd: run.cwd,
    env: run.env,
    stdio: [run.bound ? "pipe" : "ignore", "pipe", "pipe"],
    detached: process.platform !== "win32",
    windowsHide: true,
  });
  return new Promise((resolve) => new RunWatch(child, run, resolve).start());
}

/** Follows one child from its start to its end. */
class RunWatch {
  private readonly startedMs = Date.now();
  private movedMs = this.startedMs;
  private stdout = "";
  private stderr = "";
  private lines = 0;
  private progress = 0;
  private cut: "matched" | "stalled" | "limit" | undefined;
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly child: ChildProcess,
    private readonly run: BoundedRun,
    private readonly done: (result: BoundedResult) => void,
  ) {}

  start(): void {
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => this.take("stdout", text));
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => this.take("stderr", text));
    this.child.stdin?.on("error", () => undefined);
    this.child.on("error", (error) => this.end({ ended: "missing", stdout: "", stderr: error.message }));
    // Children that outlived the program hold its output open: they end with it.
    this.child.on("exit", () => killTree(this.child));
    this.child.on("close", (code) => this.closed(code));
    this.timers.push(setTimeout(() => this.kill("limit"), this.run.limitMs));
    const { stallMs, heartbeatMs, onHeartbeat } = this.run;
    if (stallMs !== undefined) this.timers.push(setInterval(() => void this.checkStall(stallMs), stallMs / 10));
    if (onHeartbeat && heartbeatMs) {
      this.timers.push(setInterval(() => onHeartbeat(Date.now() - this.startedMs, this.lines), heartbeatMs));
    }
  }

  private take(stream: "stdout" | "stderr", text: string): void {
    this.movedMs = Date.now();
    this.lines += text.split("\n").length - 1;
    this[stream] = (this[stream] + text).slice(-keptCharacters);
    if (this.run.until?.test(this.stdout)) this.kill("matched");
  }

  private async checkStall(stallMs: number): Promise<void> {
    const progress = (await this.run.progress?.().catch(() => this.progress)) ?? 0;
    if (progress !== this.progress) this.movedMs = Date.now();
    this.progress = progress;
    if (Date.now() - this.movedMs >= stallMs) this.kill("stalled");
  }

  private kill(reason: "matched" | "stalled" | "limit"): void {
    this.cut ??= reason;
    killTree(this.child);
  }

  private closed(code: number | null): void {
    const missing = this.run.bound && code === 127;
    const ended = this.cut ?? (missing ? "missing" : "exit");
    this.end({ ended, exitCode: this.cut ? undefined : (code ?? 1), stdout: this.stdout, stderr: this.stderr });
  }

  private end(result: BoundedResult): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.done(result);
  }
}

function killTree(child: ChildProcess): void {
  if (child.pid === undefined) return;
  if (process.platform === "win32") {
    spawn("taskkill", ["/pid", String(child.pid), "/T", "/F"], { stdio: "ignore", windowsHide: true }).on(
      "error",
      () => undefined,
    );
    return;
  }
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // The group has ended already.
  }
}

/** The last lines that a program wrote, on one line, for a message. */
export function lastWords(result: BoundedResult): string {
  const lines = `${result.stdout}\n${result.stderr}`.split("\n").map((line) => line.trim());
  return lines.filter(Boolean).slice(-3).join(" / ").slice(0, 500);
}
