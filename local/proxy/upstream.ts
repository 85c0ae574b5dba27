import crypto from "node:crypto";
import net, { type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import tls from "node:tls";
import type { ServerIdentity } from "../tls/serverIdentity";
import type { Upstream } from "./routes";
import { buildSslRequest } from "./startupPacket";

const ATTEMPTS = 40;
const RETRY_MS = 25;

/** Over the unix socket: for clients without TLS, and for those whose TLS ended at the shared door's certificate. */
export function connectPlain(upstream: Upstream): Promise<Socket> {
  return connected(net.connect({ path: upstream.socketPath }));
}

/**
 * Over TLS, to a server that presents the very certificate that the client was given: `tls-server-end-point` channel binding hashes
 * that certificate, so a client that demands it meets the same one at both ends. After a certificate was renewed, Postgres takes a
 * moment to present it.
 */
export async function connectTls(upstream: Upstream, identity: ServerIdentity): Promise<Socket> {
  for (let attempt = 1; ; attempt++) {
    const raw = await connected(net.connect({ host: "127.0.0.1", port: upstream.tlsPort, noDelay: true }));
    try {
      return await handshake(raw, identity);
    } catch (error) {
      raw.destroy();
      if (attempt === ATTEMPTS || !(error instanceof OtherCertificate)) throw error;
      await sleep(RETRY_MS);
    }
  }
}

class OtherCertificate extends Error {}

async function handshake(raw: Socket, identity: ServerIdentity): Promise<Socket> {
  raw.write(buildSslRequest());
  const answer = await firstByte(raw);
  if (answer !== "S") throw new Error(`Postgres answered "${answer}" to an SSL request.`);
  return new Promise((resolve, reject) => {
    // The certificate is compared itself, which proves more than its chain would.
    const secure = tls.connect({ socket: raw, rejectUnauthorized: false, ALPNProtocols: ["postgresql"] });
    secure.once("error", reject);
    raw.once("close", () => reject(new Error("Postgres closed the connection during the TLS handshake.")));
    secure.once("secureConnect", () => {
      const { raw: der } = secure.getPeerCertificate();
      if (new crypto.X509Certificate(der).fingerprint256 !== identity.fingerprint) {
        return reject(new OtherCertificate("Postgres presents another certificate."));
      }
      secure.off("error", reject);
      resolve(secure);
    });
  });
}

function firstByte(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new Error("Postgres closed the connection."));
    socket.once("close", gone);
    socket.once("readable", () => {
      socket.off("close", gone);
      const byte = socket.read(1) as Buffer | null;
      if (byte) resolve(byte.toString("latin1"));
      else gone();
    });
  });
}

function connected(socket: Socket): Promise<Socket> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      socket.on("error", () => socket.destroy());
      resolve(socket);
    });
  });
}
