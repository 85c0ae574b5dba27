import type { sendUnaryData, ServerUnaryCall } from "@grpc/grpc-js";
import type { Sdk } from "./sdk";
import { serve, type Served } from "./serve";

type ErrorHandler = (error: unknown) => void;
type ProcessOn = (event: string | symbol, handler: ErrorHandler) => NodeJS.Process;

const errorEvents = new Set<string | symbol>(["uncaughtException", "unhandledRejection"]);

/**
 * Serves one inline program to one engine process. The SDK's own server adds process-wide error handlers in every run, so that one
 * program's stray error fails all that run beside it; here each handler acts only on errors of its own settings store, which Node
 * keeps with the failing context.
 */
export function serveProgram(sdk: Sdk, program: () => Promise<unknown>): Promise<Served> {
  const server = new sdk.LanguageServer(program);
  const run = server.run.bind(server);
  server.run = (call: ServerUnaryCall<unknown, unknown>, callback: sendUnaryData<unknown>) =>
    withOwnErrors(sdk, () => run(call, once(callback)));
  return serve(sdk, sdk.languageService, server);
}

/** The SDK puts its handlers on synchronously, before its first wait: `process.on` is another only for that span. */
function withOwnErrors(sdk: Sdk, run: () => unknown): Promise<unknown> {
  const on = process.on.bind(process) as ProcessOn;
  const added: [string | symbol, ErrorHandler][] = [];
  const filteringOn: ProcessOn = (event, handler) => {
    if (!errorEvents.has(event)) return on(event, handler);
    const owner = sdk.localStore();
    const filtered: ErrorHandler = (error) => {
      if (sdk.localStore() === owner) handler(error);
    };
    added.push([event, filtered]);
    return on(event, filtered);
  };
  const ownOn = Object.getOwnPropertyDescriptor(process, "on");
  Object.defineProperty(process, "on", { value: filteringOn, configurable: true, writable: true });
  let running: unknown;
  try {
    running = run();
  } finally {
    if (ownOn) Object.defineProperty(process, "on", ownOn);
    else delete (process as { on?: unknown }).on;
  }
  // The SDK takes off the handlers that it gave, which are not the ones that are on.
  return Promise.resolve(running).finally(() => added.forEach(([event, handler]) => process.off(event, handler)));
}

/** The SDK answers a failed run twice; gRPC takes one answer. */
function once<T>(callback: sendUnaryData<T>): sendUnaryData<T> {
  let answered = false;
  return (...answer) => {
    if (answered) return;
    answered = true;
    callback(...answer);
  };
}
