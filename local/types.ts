/** local/types.ts: the Postgres side, as the API half sees it. All ids are Neon ids. */
export interface EndpointAddress {
  host: string;
  /** loopback address */ port: number;
}
export interface BranchSpec {
  branchId: string;
  projectId: string;
  pgVersion: number;
  /** branch at the parent's head; undefined = a root branch from the version's template */ parentId?: string;
  /** Where the data comes from, if not from the parent's head (or, for a root branch, the template). */
  source?: DataSource;
  /** The source's schemas without its rows. Default false. */
  schemaOnly?: boolean;
  /** Whether its computes run with `wal_level=logical`. Read at every start. Default: `replica`. */
  logicalReplication?: () => boolean;
  /** How far back its history can be read, in seconds. Read whenever it matters. */
  retentionSeconds?: () => number;
}
/** A moment in a branch's history: real time as Postgres saw it, or a position in its WAL (`0/1A2B3C`). Neither: the head. */
export interface Moment {
  time?: Date;
  lsn?: string;
}
export type DataSource = { branchId: string; at?: Moment } | { snapshotId: string };
/** What a branch's Postgres knows of roles (those that an API call could have made) and databases. */
export interface FoundContents {
  roles: { name: string; noLogin: boolean }[];
  databases: DatabaseSpec[];
}
/** A target that lies outside a branch's history. */
export interface HistoryBounds {
  /** Real time: the earliest moment that can be restored. */
  from: Date;
  /** The present position in the WAL. */
  headLsn: string;
}
/**
 * What the Postgres side asks and tells the API side. All of it is synchronous and cheap. Endpoints and branches may be gone already.
 */
export interface ComputeObserver {
  /** Why this endpoint may neither start nor take connections now, in Neon's words: a quota, a limit, an address that is not allowed. */
  refusal(endpointId: string, peer?: { address: string }): string | undefined;
  /** The endpoint's compute is awake from now on, or no longer. */
  woke(endpointId: string): void;
  fellAsleep(endpointId: string): void;
  /** Bytes that clients were sent through the proxy since the last call. */
  transferred(endpointId: string, bytes: number): void;
  /** Bytes of WAL that the branch wrote since the last call. */
  wrote(branchId: string, bytes: number): void;
  /** Bytes that the branch's databases hold. */
  sized(branchId: string, logicalSizeBytes: number): void;
}
export interface RoleSpec {
  name: string;
  password: string;
  noLogin?: boolean;
}
export interface DatabaseSpec {
  name: string;
  ownerName: string;
}
/** What must exist in a branch when its Postgres is made for the first time. Read lazily, at the first start. */
export interface BranchContents {
  roles: RoleSpec[];
  databases: DatabaseSpec[];
}
export interface EndpointSpec {
  endpointId: string;
  branchId: string;
  address: string;
  readOnly: boolean;
  disabled: boolean;
  /** ms without connections before it stops; undefined = never */ idleMs?: number;
  maxConnections?: number;
  /** The limits in CU, as text: a running compute is restarted when they changed. */
  size?: string;
  /** PostgreSQL settings of this compute, already checked. A running compute is restarted when they changed. */
  pgSettings?: Record<string, string>;
  /** For `shared_preload_libraries`, as far as they are installed. */
  preloadLibraries?: string[];
}
export interface Computes {
  /** Register what exists (cheap, no process). Called at start-up for every known branch and endpoint, and on creation. */
  addBranch(branch: BranchSpec, contents: () => BranchContents): void;
  addEndpoint(endpoint: EndpointSpec): Promise<void>; // opens the loopback listener of this endpoint
  updateEndpoint(endpoint: EndpointSpec): Promise<void>; // disabled/idle/maxConnections changed; a running compute is restarted when maxConnections changed
  removeEndpoint(endpointId: string): Promise<void>;
  removeBranch(branchId: string): Promise<void>; // stops and deletes its files
  /** Copies the parent's present state (head) into the new branch; resolves when the data is there. */
  materializeBranch(branchId: string): Promise<void>;
  /**
   * Puts the state of another moment, branch or snapshot in the place of a branch: its id and endpoints stay, its sessions end. With
   * `preserveAs` the state before becomes that branch (registered by this call). `restoreId` names the call: done once more after a
   * kill, it ends in the same place. Rejects with code `LOCAL_OUTSIDE_HISTORY` where the moment is not in the history.
   */
  restoreBranch(
    branchId: string,
    restore: {
      restoreId: string;
      source: DataSource;
      preserveAs?: { spec: BranchSpec; contents: () => BranchContents };
    },
  ): Promise<void>;
  /** What can be restored of a branch at present. */
  historyOf(branchId: string): Promise<HistoryBounds>;
  /** Keeps the state of a branch at a moment, whatever becomes of the branch. Done once more, it does nothing. */
  createSnapshot(
    snapshotId: string,
    of: { branchId: string; at?: Moment },
  ): Promise<{ lsn: string; sizeBytes: number }>;
  removeSnapshot(snapshotId: string): Promise<void>;
  /** Roles and databases as the branch's own catalog has them, after its data came from elsewhere. */
  readContents(branchId: string): Promise<FoundContents>;
  /** The schema of one database as SQL, by a `pg_dump` of at least the server's version; code `LOCAL_PG_DUMP_MISSING` without one. */
  dumpSchema(branchId: string, database: string, at?: Moment): Promise<string>;
  /**
   * Whether new transactions of a branch begin read-only, except its own administration: what a branch that is too large can be told.
   * It lasts until its Postgres stops.
   */
  limitWrites(branchId: string, isLimited: boolean): Promise<void>;
  /** Who is asked and told from now on; one at a time. */
  observe(observer: ComputeObserver): void;
  createRole(branchId: string, role: RoleSpec): Promise<void>;
  setPassword(branchId: string, role: string, password: string): Promise<void>;
  dropRole(branchId: string, role: string): Promise<void>; // REASSIGN OWNED to db owner, revoke, drop; throws PgError
  createDatabase(branchId: string, database: DatabaseSpec): Promise<void>;
  updateDatabase(branchId: string, name: string, to: { name?: string; ownerName?: string }): Promise<void>;
  dropDatabase(branchId: string, name: string): Promise<void>; // WITH (FORCE)
  start(endpointId: string): Promise<void>;
  suspend(endpointId: string): Promise<void>;
  restart(endpointId: string): Promise<void>;
  state(endpointId: string): {
    state: "init" | "active" | "idle";
    lastActiveAt?: Date;
    startedAt?: Date;
    suspendedAt?: Date;
    /** Not active yet, but on its way. */
    isWaking?: boolean;
  };
  close(): Promise<void>;
}
