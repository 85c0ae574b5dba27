import { createComputes } from "../../local/postgres/createComputes";
import type { HistoryOptions } from "../../local/postgres/history/history";
import { startServer } from "../../local/startServer";
import type { ServerReady } from "./benchServer";

/** The process of one local Neon, so that its memory is nobody else's. */
async function serve(): Promise<void> {
  const { stateFolder, history } = JSON.parse(process.argv[2] ?? "{}") as {
    stateFolder: string;
    history?: HistoryOptions;
  };
  const neon = await startServer({ stateFolder }, (options) => createComputes({ ...options, history }));
  process.once("disconnect", () => void neon.close());
  // A Ctrl-C ends the bench, which then lets go of this process.
  process.on("SIGINT", () => undefined);
  const { apiHost, apiKey, pid } = neon;
  process.send?.({ apiHost, apiKey, pid } satisfies ServerReady);
}

void serve();
