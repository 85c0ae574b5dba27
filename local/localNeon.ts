import type { LocalOrganization } from "./api/callers";
import type { RequestCount } from "./api/requestCounts";
import type { LocalFaults } from "./faults/faults";
import type { LocalClock } from "./localClock";
import type { Seeded } from "./seed/applySeed";
import type { Seed } from "./seed/seed";
import type { LocalUsage } from "./usage/localUsage";

/** A local Neon that runs. */
export interface LocalNeon {
  /** Base URL for clients: `http://127.0.0.1:<port>/api/v2`. */
  apiHost: string;
  /** The first of the accepted keys. */
  apiKey: string;
  /** The first organization. */
  orgId: string;
  pgPort: number;
  /** Absolute path of the CA certificate of the Postgres side. */
  caFile: string;
  stateFolder: string;
  pid: number;
  /** Faults to be injected into the API; other processes reach them at `/_local/faults`. */
  faults: LocalFaults;
  /** Its time, which can be moved; other processes reach it at `/_local/clock`. */
  clock: LocalClock;
  /** Usage that is added by hand; other processes reach it at `/_local/usage`. */
  usage: LocalUsage;
  /** Whether endpoints have loopback addresses of their own; if not (macOS), all are at 127.0.0.1 and clients name the endpoint. */
  hasOwnAddresses: boolean;
  /** Those that it serves, the first one being the default. */
  organizations: readonly LocalOrganization[];
  /** What the option `seed` asked for, as it is there now. */
  seeded?: Seeded;
  /**
   * Makes what the seed, or the file of one, asks for and is not there yet; resolves when everything can be connected to. Its
   * requests meet no faults and no limits, and are not counted.
   */
  seed(seed: Seed | string): Promise<Seeded>;
  /** How often each operation was asked for since the start, by its id in Neon's document; also at `/_local/requests`. */
  requests(): Record<string, RequestCount>;
  /** Stops everything; a temporary state folder is removed. */
  close(): Promise<void>;
}
