import { spawn, type ChildProcess } from "node:child_process";
import { asAccount, type Account } from "./account";

/**
 * Starts postmasters so that none outlives this process, not even when this process is killed with -9.
 * They get a session of their own: a Ctrl-C in the terminal must reach the server only, which then stops them in order.
 */
export interface Launcher {
  /** Its stderr is a pipe; everything else is closed. */
  spawn(program: string, args: readonly string[]): ChildProcess;
  close(): void;
}

const ENVIRONMENT = { PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", LC_ALL: "C", TZ: "GMT" };

export async function createLauncher(account: Account | undefined): Promise<Launcher> {
  return (await hasSetpriv()) ? setprivLauncher(account) : watcherLauncher(account);
}

/** Linux: the kernel sends SIGINT (fast shutdown) to the postmaster the moment its parent is gone. */
export function setprivLauncher(account: Account | undefined): Launcher {
  const identity = account ? [`--reuid=${account.uid}`, `--regid=${account.gid}`, "--clear-groups"] : [];
  return {
    spawn: (program, args) =>
      spawn("setpriv", ["--pdeathsig", "INT", ...identity, "--", program, ...args], {
        cwd: "/",
        env: ENVIRONMENT,
        detached: true,
        stdio: ["ignore", "ignore", "pipe"],
      }),
    close: () => undefined,
  };
}

/** Everywhere else: one small shell keeps the list of postmasters; its input ends when this process does, however that happens. */
const WATCHER = `
trap '' INT TERM HUP
pids=
while read -r op pid; do
  case $op in
    add) pids="$pids $pid" ;;
    del) rest=; for p in $pids; do [ "$p" = "$pid" ] || rest="$rest $p"; done; pids=$rest ;;
  esac
done
for p in $pids; do kill -INT "$p"; done
`;

export function watcherLauncher(account: Account | undefined): Launcher {
  const options = { cwd: "/", env: ENVIRONMENT, detached: true, ...asAccount(account) };
  const watcher = spawn("/bin/sh", ["-c", WATCHER], { ...options, stdio: ["pipe", "ignore", "ignore"] });
  watcher.on("error", () => undefined);
  watcher.stdin.on("error", () => undefined);
  watcher.unref();
  return {
    spawn(program, args) {
      const child = spawn(program, args, { ...options, stdio: ["ignore", "ignore", "pipe"] });
      const { pid } = child;
      if (pid !== undefined) {
        watcher.stdin.write(`add ${pid}\n`);
        child.once("exit", () => watcher.stdin.write(`del ${pid}\n`));
      }
      return child;
    },
    close: () => void watcher.stdin.end(),
  };
}

/** Asked of the program itself: BusyBox has a `setpriv` without `--pdeathsig`. */
function hasSetpriv(): Promise<boolean> {
  if (process.platform !== "linux") return Promise.resolve(false);
  return new Promise((resolve) => {
    const probe = spawn("setpriv", ["--pdeathsig", "INT", "--", "true"], { stdio: "ignore", env: ENVIRONMENT });
    probe.once("error", () => resolve(false));
    probe.once("exit", (code) => resolve(code === 0));
  });
}
