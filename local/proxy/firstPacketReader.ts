import type { Socket } from "node:net";
import { packetLength, parseFirstPacket, type FirstPacket } from "./startupPacket";

const TLS_HANDSHAKE_BYTE = 0x16;

/** What a client sends first; `rest` says whether it sent more without waiting for an answer. */
export type Opening = (FirstPacket & { rest: boolean }) | { kind: "directTls" } | { kind: "garbage" };

/** Reads exactly one packet and leaves what follows in the socket, which is paused afterwards. Rejects when the client leaves. */
export function readFirstPacket(socket: Socket): Promise<Opening> {
  return new Promise((resolve, reject) => {
    let bytes: Buffer = Buffer.alloc(0);
    const finish = (settle: () => void) => {
      socket.off("data", onData).off("end", onGone).off("close", onGone).off("error", onGone);
      socket.pause();
      settle();
    };
    const onGone = () => finish(() => reject(new Error("The client went away.")));
    const onData = (chunk: Buffer) => {
      bytes = bytes.length > 0 ? Buffer.concat([bytes, chunk]) : chunk;
      if (bytes[0] === TLS_HANDSHAKE_BYTE) {
        return finish(() => {
          socket.unshift(bytes);
          resolve({ kind: "directTls" });
        });
      }
      if (bytes.length < 8) return;
      const length = packetLength(bytes);
      if (length === undefined) return finish(() => resolve({ kind: "garbage" }));
      if (bytes.length < length) return;
      finish(() => {
        const rest = bytes.length > length;
        if (rest) socket.unshift(bytes.subarray(length));
        resolve({ ...parseFirstPacket(bytes.subarray(0, length)), rest });
      });
    };
    socket.on("data", onData).on("end", onGone).on("close", onGone).on("error", onGone);
    if (socket.destroyed) return onGone();
    socket.resume();
  });
}
