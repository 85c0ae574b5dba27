import type { sendUnaryData, ServerUnaryCall } from "@grpc/grpc-js";
import type { ErrorOwner } from "./errorOwner";
import type { Sdk } from "./sdk";
import { serve, type Served } from "./serve";

/** Serves one inline program to one engine process; errors that the program does not await go to `owner`. */
export async function serveProgram(sdk: Sdk, program: () => Promise<unknown>, owner: ErrorOwner): Promise<Served> {
  const server = new sdk.LanguageServer(program);
  const run = server.run.bind(server);
  server.run = async (call: ServerUnaryCall<unknown, unknown>, callback: sendUnaryData<unknown>) => {
    try {
      await owner.runTakingHandlers(() => run(call, once(callback)));
    } finally {
      owner.release();
    }
  };
  const served = await serve(sdk, sdk.languageService, server);
  return {
    port: served.port,
    close() {
      // A program that never ends keeps its handlers for ever.
      owner.release();
      served.close();
    },
  };
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
