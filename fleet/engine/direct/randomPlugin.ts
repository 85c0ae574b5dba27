import { type ChildProcess, spawn } from "node:child_process";
import { StackError } from "../stackError";

export interface RandomPluginOptions {
  /** The program: `Engine.randomPlugin`. */
  program: string;
  env?: NodeJS.ProcessEnv;
  /** How long it may take until it names its port, in milliseconds. Default 30,000. */
  limitMs?: number;
}

/**
 * Runs the program with its output as the shell's, and kills it when the shell's input ends: the system closes it when the driver ends,
 * however it ends. The shell keeps no end of the output open, so that the output ends with the program.
 */
const keeper = `
"$0" </dev/null &
pid=$!
exec >&- 2>&-
read -r _
kill -9 "$pid"
`;

/**
 * One process of the random provider for all tenants of a run, attached to by `PULUMI_DEBUG_PROVIDERS=…,random:PORT`. It has no
 * configuration that one tenant could leave for another. It starts when it is first asked for, again when it died, and never outlives
 * this process.
 */
export class RandomPlugin {
  #started: Started | undefined;

  constructor(private readonly options: RandomPluginOptions) {}

  /** The port on which it listens, on loopback. Concurrent callers share one start. */
  async port(): Promise<number> {
    const started = (this.#started ??= this.#start());
    try {
      return await started.port;
    } catch (error) {
      if (this.#started === started) this.#started = undefined;
      throw error;
    }
  }

  /** Ends it, if it runs. Resolves when it is gone. */
  async close(): Promise<void> {
    const started = this.#started;
    this.#started = undefined;
    await started?.stop();
  }

  #start(): Started {
    const started = start(this.options);
    void started.ended.then(() => {
      if (this.#started === started) this.#started = undefined;
    });
    return started;
  }
}

interface Started {
  readonly port: Promise<number>;
  /** Resolves when the program is gone. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

function start({ program, env = process.env, limitMs = 30_000 }: RandomPluginOptions): Started {
  const child = launch(program, env);
  const stop = (): void => {
    // Without a shell (Windows) there is nobody who watches the input.
    if (process.platform === "win32") child.kill();
    child.stdin?.end();
  };
  const ended = new Promise<void>((resolve) => {
    child.once("error", () => resolve());
    // The output ends with the program; the shell, which may be the last one left, then goes too.
    child.stdout?.once("close", () => {
      stop();
      resolve();
    });
  });
  // It must not keep a driver from ending that forgot to close it.
  const handles = [child, child.stdin, child.stdout] as unknown as ({ ref?: () => void; unref?: () => void } | null)[];
  for (const handle of handles) handle?.unref?.();
  const port = portOf(child, program, limitMs, stop);
  port.catch(() => undefined);
  return {
    port,
    ended,
    stop: () => {
      // Who waits for its end must live as long.
      for (const handle of handles) handle?.ref?.();
      stop();
      return ended;
    },
  };
}

/** A session of its own: a Ctrl-C on the terminal is the driver's to answer, and what is in flight needs the plugin. */
function launch(program: string, env: NodeJS.ProcessEnv): ChildProcess {
  if (process.platform === "win32") return spawn(program, [], { env, stdio: ["pipe", "pipe", "ignore"] });
  return spawn("/bin/sh", ["-c", keeper, program], { env, detached: true, stdio: ["pipe", "pipe", "ignore"] });
}

/** Like every plugin of Pulumi it writes its port on the first line. */
function portOf(child: ChildProcess, program: string, limitMs: number, stop: () => void): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = "";
    const fail = (why: string): void => {
      clearTimeout(limit);
      stop();
      const message = `the random plugin ${program} ${why}: neon-tenants engine --rebuild sets it up again`;
      reject(new StackError("failed", "FLEET_RANDOM_PLUGIN", message, output.slice(0, 1000)));
    };
    const limit = setTimeout(() => fail(`did not name its port within ${limitMs / 1000} s`), limitMs);
    child.stdin?.on("error", () => undefined);
    child.once("error", (error) => fail(`cannot be started (${error.message})`));
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      if (output.includes("\n")) return;
      output += text;
      const port = /^(\d+)\s*\n/.exec(output)?.[1];
      if (port === undefined) {
        if (output.includes("\n")) fail("did not begin with its port");
        return;
      }
      clearTimeout(limit);
      resolve(Number(port));
    });
    child.stdout?.once("close", () => {
      if (!output.includes("\n")) fail("ended before it named its port");
    });
  });
}
