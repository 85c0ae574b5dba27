import { AsyncLocalStorage } from "node:async_hooks";
import { inspect } from "node:util";

type ErrorHandler = (error: unknown) => void;
type ProcessOn = (event: string | symbol, handler: ErrorHandler) => NodeJS.Process;

const errorEvents = new Set<string | symbol>(["uncaughtException", "unhandledRejection"]);

/** Node keeps it with every promise and timer, so that an error that no code awaited still says which operation it came from. */
const owners = new AsyncLocalStorage<ErrorOwner>();

/**
 * One stack operation as the owner of the errors that nobody awaited: a rejection without a handler, a throw in a timer. The SDK's own
 * server puts process-wide handlers on in every run, so that such an error fails all runs of the process; here it fails one.
 */
export class ErrorOwner {
  private handler: ErrorHandler | undefined;

  /** @param onLate Takes an error that comes when the program has ended, or that belongs to no program. */
  constructor(private readonly onLate: (error: Error) => void) {}

  /** Everything that `work` starts belongs to this owner. */
  run<T>(work: () => T): T {
    return owners.run(this, work);
  }

  /**
   * As {@link run}, and the error handlers that `work` puts on the process before its first wait become this owner's. The SDK does so
   * synchronously: `process.on` is another only for that span.
   */
  runTakingHandlers<T>(work: () => T): T {
    const on = process.on.bind(process) as ProcessOn;
    const takingOn: ProcessOn = (event, handler) => {
      if (!errorEvents.has(event)) return on(event, handler);
      // Bound to the settings of the run that put it on: the handler reports to that run's engine.
      this.handler = AsyncLocalStorage.bind(handler);
      return process;
    };
    const before = Object.getOwnPropertyDescriptor(process, "on");
    Object.defineProperty(process, "on", { value: takingOn, configurable: true, writable: true });
    try {
      return this.run(work);
    } finally {
      if (before) Object.defineProperty(process, "on", before);
      else delete (process as { on?: unknown }).on;
    }
  }

  /** The program has ended: what comes now is late. */
  release(): void {
    this.handler = undefined;
  }

  receive(thrown: unknown): void {
    // The SDK's handler reads `message` of whatever was thrown.
    const error = thrown instanceof Error ? thrown : new Error(typeof thrown === "string" ? thrown : inspect(thrown));
    if (this.handler) this.handler(error);
    else this.onLate(error);
  }
}

let guards = 0;

/** Keeps stray errors with their owners until the returned function is called. */
export function guardErrors(): () => void {
  if (guards++ === 0) {
    process.on("unhandledRejection", takeRejection);
    process.on("uncaughtException", takeException);
  }
  let released = false;
  return () => {
    if (released) return;
    released = true;
    if (--guards === 0) letGo();
  };
}

function letGo(): void {
  process.off("unhandledRejection", takeRejection);
  process.off("uncaughtException", takeException);
}

// An error of no operation is the driver's own: where nobody else listens, it takes the way that it takes without a guard.
function takeRejection(error: unknown): void {
  const owner = owners.getStore();
  if (owner) owner.receive(error);
  else if (process.listenerCount("unhandledRejection") === 1) throwLater(error);
}

function takeException(error: unknown): void {
  const owner = owners.getStore();
  if (owner) owner.receive(error);
  else if (process.listenerCount("uncaughtException") === 1) {
    letGo();
    throwLater(error);
  }
}

function throwLater(error: unknown): void {
  process.nextTick(() => {
    throw error;
  });
}
