import crypto from "node:crypto";
import tls from "node:tls";
import type { CertificateAuthority, KeyAndCertificate } from "./certificateAuthority";

/** Who a server is to a TLS client: one certificate, ready to be served. */
export interface ServerIdentity extends KeyAndCertificate {
  context: tls.SecureContext;
  /** SHA-256 of the certificate, as `X509Certificate.fingerprint256` says it. */
  fingerprint: string;
}

export function serverIdentity(pair: KeyAndCertificate): ServerIdentity {
  return {
    ...pair,
    context: tls.createSecureContext({ key: pair.key, cert: pair.certificate, minVersion: "TLSv1.2" }),
    fingerprint: new crypto.X509Certificate(pair.certificate).fingerprint256,
  };
}

/** The names under which an endpoint is reached: its own address, and host names that resolve to the loopback address. */
export function endpointNames(endpoints: readonly { endpointId: string; address: string }[]) {
  return {
    dns: endpoints.flatMap(({ endpointId }) => [`${endpointId}.localhost`, `${endpointId}-pooler.localhost`]),
    ip: [...new Set(endpoints.map(({ address }) => address))],
  };
}

/** The certificate of the door that all endpoints share, for clients that name no host. */
export async function sharedDoorIdentity(authority: CertificateAuthority): Promise<ServerIdentity> {
  return serverIdentity(await authority.issue({ dns: ["localhost"], ip: ["127.0.0.1"] }));
}
