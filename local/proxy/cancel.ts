import net from "node:net";
import type { FirstPacket } from "./startupPacket";
import type { Route, Routes } from "./routes";

const PATIENCE_MS = 5_000;

/**
 * Hands a cancel request to the Postgres it is meant for. libpq sends it unencrypted on a connection of its own: the address that was
 * dialled tells the endpoint, at the shared door the backend's process id does. It never wakes a compute.
 */
export async function forwardCancel(
  request: Extract<FirstPacket, { kind: "cancel" }>,
  route: Route | undefined,
  routes: Routes,
): Promise<void> {
  const upstream = route?.awake();
  const targets = route ? (upstream ? [upstream] : []) : routes.ofBackend(request.processId);
  await Promise.all(targets.map(({ socketPath }) => deliver(socketPath, request.packet)));
}

/** Postgres answers a cancel request by closing the connection, after it has sent the signal. */
function deliver(socketPath: string, packet: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = net.connect({ path: socketPath });
    socket.on("error", () => socket.destroy());
    socket.once("close", () => resolve());
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    socket.resume().end(packet);
  });
}
