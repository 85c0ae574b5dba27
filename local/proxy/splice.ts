import type { Socket } from "node:net";

/** How long the other side may take to read what is left, after one side has closed. */
const LINGER_MS = 5_000;

/** Joins two connections, each as fast as the other reads; when one ends, the other does. */
export function splice(client: Socket, server: Socket): void {
  for (const [one, other] of [
    [client, server],
    [server, client],
  ] as const) {
    one.on("error", () => one.destroy());
    one.once("close", () => {
      other.unpipe(one);
      closeSoon(other);
    });
    if (one.destroyed) closeSoon(other);
    else one.pipe(other);
  }
}

/** Sends what is written, says goodbye and reads on until the peer does too; a peer that does not take part is cut off. */
export function closeSoon(socket: Socket): void {
  if (socket.destroyed) return;
  socket.on("error", () => socket.destroy());
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  timer.unref();
  socket.once("close", () => clearTimeout(timer));
  socket.end();
  socket.resume();
}
