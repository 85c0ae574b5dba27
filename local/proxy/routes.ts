import type { Socket } from "node:net";
import type { ServerIdentity } from "../tls/serverIdentity";

/** Where an awake endpoint's Postgres listens. */
export interface Upstream {
  socketPath: string;
  /** On 127.0.0.1, TLS only. */
  tlsPort: number;
}

/** One endpoint, as the front door sees it. */
export interface Route {
  readonly endpointId: string;
  /** Connections get `default_transaction_read_only=on`. */
  readonly readOnly: boolean;
  /** Why connections are turned away now, in Neon's words. */
  refusal(): string | undefined;
  /** The certificate that the endpoint's Postgres presents too: what makes channel binding hold through this door. */
  identity(): Promise<ServerIdentity>;
  /** Counts the connection until the socket closes, and wakes the compute. */
  open(client: Socket): Promise<Upstream>;
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
