import type { Socket } from "node:net";
import type { ServerIdentity } from "../tls/serverIdentity";

/** Where an awake endpoint's Postgres listens. */
export interface Upstream {
  socketPath: string;
  /** On 127.0.0.1, TLS only. */
  tlsPort: number;
}

/** Who wants to connect. */
export interface Peer {
  /** Of the client's socket, as an IPv4 address where it is one. */
  address: string;
}

/** A compute may not start, or not take this connection: the message is for the client, in Neon's words. */
export class Refusal extends Error {}

/** One endpoint, as the front door sees it. */
export interface Route {
  readonly endpointId: string;
  /** Why this client is turned away now, in Neon's words. */
  refusal(peer: Peer): string | undefined;
  /** The certificate that the endpoint's Postgres presents too: what makes channel binding hold through this door. */
  identity(): Promise<ServerIdentity>;
  /** Counts the connection until the socket closes, and wakes the compute. Rejects with a `Refusal` where it may not. */
  open(client: Socket, peer: Peer): Promise<Upstream>;
  /** Where to send a cancel request: nowhere if the compute sleeps. */
  awake(): Upstream | undefined;
}

/** All endpoints. */
export interface Routes {
  find(endpointId: string): Route | undefined;
  /** The identity of the shared door, for clients that name no host. */
  sharedIdentity(): Promise<ServerIdentity>;
  /** The computes that a cancel request for this backend may be meant for. */
  ofBackend(processId: number): Upstream[];
}
