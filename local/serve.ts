import { randomUUID } from "node:crypto";
import type { ControlRoutes } from "./api/controlRoutes";
import { createComputes } from "./postgres/createComputes";
import { resetState } from "./serving/resetState";
import { removeServerFile, writeServerFile } from "./serving/runningServer";
import { welcome } from "./serving/welcome";
import { type CreateComputes, type LocalNeon, type LocalNeonOptions, startServer } from "./startServer";

export interface ServeOptions extends Omit<LocalNeonOptions, "stateFolder"> {
  stateFolder: string;
  /** Remove all projects and data of the state folder first; the CA stays. Default false. */
  reset?: boolean;
  /** Where people read what is served. Default: standard output. */
  print?: (line: string) => void;
  /** For tests: another Postgres side. */
  createComputes?: CreateComputes;
}

/**
 * The command `neon-tenants local`: serves until SIGINT or SIGTERM, then stops cleanly. A second signal stops at once. The Postgres
 * port is PostgreSQL's own unless another is named. `POST /_local/reset` begins anew with the same options.
 */
export async function serveLocalNeon(options: ServeOptions): Promise<void> {
  const { print = linePrinter(), reset = false, ...rest } = options;
  const signal = untilStopSignal();
  try {
    if (reset) await resetState(options.stateFolder);
    for (let served = rest; ;) {
      const ended = await serveOnce(served, print, signal.received);
      if (ended.why === "stop") return;
      await resetState(options.stateFolder);
      // Whoever asked for the reset goes on at the same addresses.
      served = { ...rest, port: ended.port, pgPort: ended.pgPort };
    }
  } finally {
    signal.ignore();
  }
}

type Ended = { why: "stop" } | { why: "reset"; port: number; pgPort: number };

async function serveOnce(options: ServeOptions, print: (line: string) => void, stopped: Promise<void>): Promise<Ended> {
  const reset = resetRequest();
  const neon = await startServer({ pgPort: 5432, ...options }, options.createComputes ?? createComputes, reset.routes);
  writeServerFile(neon, randomUUID());
  for (const line of welcome(neon, options)) print(line);
  const why = await Promise.race([stopped.then(() => "stop" as const), reset.received.then(() => "reset" as const)]);
  print(why === "stop" ? "Stopping." : "Beginning anew.");
  await neon.close();
  removeServerFile(neon.stateFolder);
  return why === "stop" ? { why } : { why, port: portOf(neon), pgPort: neon.pgPort };
}

const portOf = ({ apiHost }: LocalNeon) => Number(new URL(apiHost).port);

/** `POST /_local/reset`: the answer says that it was understood; it is done when the server's note names another run. */
function resetRequest(): { routes: ControlRoutes; received: Promise<void> } {
  let receive = () => undefined as void;
  const received = new Promise<void>((resolve) => (receive = resolve));
  const routes: ControlRoutes = {
    "POST /_local/reset": () => {
      // The answer goes out first.
      setImmediate(receive);
      return { status: 202, body: {} };
    },
  };
  return { routes, received };
}

/** To standard output; that nobody reads it any more must not keep the server from stopping cleanly. */
function linePrinter(): (line: string) => void {
  process.stdout.on("error", () => undefined);
  return (line) => void process.stdout.write(`${line}\n`);
}

function untilStopSignal(): { received: Promise<void>; ignore(): void } {
  let stop = () => undefined as void;
  const received = new Promise<void>((resolve) => {
    let signals = 0;
    stop = () => {
      signals += 1;
      if (signals > 1) process.exit(130);
      resolve();
    };
  });
  process.on("SIGINT", stop).on("SIGTERM", stop);
  return { received, ignore: () => void process.off("SIGINT", stop).off("SIGTERM", stop) };
}
