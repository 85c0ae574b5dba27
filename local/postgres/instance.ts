import type { ServerIdentity } from "../tls/serverIdentity";
import type { BranchEndpoint } from "./branch";
import type { Cluster } from "./cluster";

/** The Postgres that an endpoint runs on: the branch's own, or a replica of it. */
export interface Instance {
  /** Who is told when it ends unexpectedly; their names are in its certificate. */
  readonly endpoints: Set<BranchEndpoint>;
  /** Nothing of it was ever made. */
  readonly isUntouched: boolean;
  /** What runs at this moment. */
  readonly cluster: Cluster | undefined;
  /** Makes and starts what is needed, and keeps it running until `release`. */
  hold(): Promise<Cluster>;
  /** For who holds it: what runs, started again if it crashed meanwhile. */
  running(): Promise<Cluster>;
  /** Whether it stopped because nobody else holds it. */
  release(): Promise<boolean>;
  /** Ends all sessions; nothing to do while it sleeps. */
  restart(): Promise<void>;
  identity(): Promise<ServerIdentity>;
}
