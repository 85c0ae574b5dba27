import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { LocalNeonError } from "./localNeonError";

/** Listens on 127.0.0.1; the answer is the port. 0: a free one. */
export async function listen(server: http.Server, port: number): Promise<number> {
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new LocalNeonError(
      "LOCAL_PORT_IN_USE",
      `Port ${port} of 127.0.0.1 is taken.`,
      "Choose another one with --port, or 0 for a free one.",
    );
  }
  return (server.address() as AddressInfo).port;
}

/** Ends every connection. */
export async function stopServer(server: http.Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
