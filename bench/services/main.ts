import { startLocalNeon } from "../../local";
import { startKeyService } from "./keyService";
import { RequestCounter } from "./requestCounter";
import type { ServicesOptions, ServicesReady } from "./startServices";

/** The process of the local Neon and the key service: the other side of the wire, so that its CPU and memory are nobody's. */
async function serve(): Promise<void> {
  const { latency, rateLimits } = JSON.parse(process.argv[2] ?? "{}") as ServicesOptions;
  const counter = new RequestCounter("/api/v2/");
  const neon = await startLocalNeon({ latency, rateLimits });
  const keys = await startKeyService();
  process.on("message", () => process.send?.(counter.take()));
  process.once("disconnect", () => {
    keys.close();
    void neon.close();
  });
  // A Ctrl-C ends the bench, which then lets go of this process.
  process.on("SIGINT", () => undefined);
  const { apiHost, apiKey, orgId } = neon;
  process.send?.({ apiHost, apiKey, orgId, keyServiceUrl: keys.url } satisfies ServicesReady);
}

void serve();
