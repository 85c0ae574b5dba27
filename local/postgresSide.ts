import type { Clock } from "./clock";
import type { Computes } from "./types";

/** Makes the Postgres side of a server. */
export type CreateComputes = (options: {
  stateFolder: string;
  pgPort: number;
  allowPlaintext?: boolean;
  proxyErrorSqlState?: string;
  meterMs?: number;
  log?: (line: string) => void;
  /** Neon's time: PostgreSQL and certificates go by the machine's. */
  clock: Clock;
}) => Promise<PostgresSide>;

/** Computes, and where they are reached. */
export interface PostgresSide extends Computes {
  /** Absolute path of the CA certificate. */
  caFile: string;
  pgPort: number;
  /** False where a system has no loopback address but 127.0.0.1 (macOS). Default true. */
  hasOwnAddresses?: boolean;
}
