import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { LatencyProfile } from "../../local";
import type { RequestCounts } from "./requestCounter";

export interface ServicesOptions {
  /** Default `none`. */
  latency?: LatencyProfile;
  /** Neon's own limits. Default false. */
  rateLimits?: boolean;
}

/** How to reach the other side. */
export interface ServicesReady {
  apiHost: string;
  apiKey: string;
  orgId: string;
  keyServiceUrl: string;
}

export interface Services extends ServicesReady {
  /** Answered API requests since the last call. */
  takeRequests(): Promise<RequestCounts>;
  close(): Promise<void>;
}

/** Starts a local Neon and a key service in a process of their own, which ends with this one. */
export async function startServices(options: ServicesOptions = {}): Promise<Services> {
  const child = fork(path.join(__dirname, "main.js"), [JSON.stringify(options)], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ready = await answer<ServicesReady>(child);
  return {
    ...ready,
    takeRequests: () => {
      const counts = answer<RequestCounts>(child);
      child.send("take");
      return counts;
    },
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
}

function answer<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error("the process of the local Neon has ended; see above"));
    child.once("exit", ended);
    child.once("message", (message) => {
      child.off("exit", ended);
      resolve(message as T);
    });
  });
}
