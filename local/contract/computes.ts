import type { BranchContents, DatabaseSpec, FoundContents, RoleSpec } from "./branchContents";
import type { BranchSpec } from "./branchSpec";
import type { ComputeObserver } from "./computeObserver";
import type { DataSource, HistoryBounds, Moment } from "./dataSource";
import type { EndpointSpec } from "./endpointSpec";

/** A restore of a branch in place. */
export interface RestoreSpec {
  /** Names the call: done once more after a kill, it ends in the same place. */
  restoreId: string;
  source: DataSource;
  /** The branch that the state before becomes; it is registered by the call. Default: that state is given up. */
  preserveAs?: { spec: BranchSpec; contents: () => BranchContents };
}

/** What is known of a compute at present, by Neon's time. */
export interface ComputeState {
  /** `init` until it was started for the first time. */
  state: "init" | "active" | "idle";
  lastActiveAt?: Date;
  startedAt?: Date;
  suspendedAt?: Date;
  /** Not active yet, but on its way. */
  isWaking?: boolean;
}

/** Branches, and the computes on them. */
export interface Computes {
  /** Registers what exists: cheap, without a process. Called at start-up for every known branch, and when one is created. */
  addBranch(branch: BranchSpec, contents: () => BranchContents): void;
  /** The same for an endpoint; opens its loopback listener. */
  addEndpoint(endpoint: EndpointSpec): Promise<void>;
  /** A running compute is suspended where it is disabled now, and restarted where what it was started with has changed. */
  updateEndpoint(endpoint: EndpointSpec): Promise<void>;
  removeEndpoint(endpointId: string): Promise<void>;
  /** Stops it and deletes its files. */
  removeBranch(branchId: string): Promise<void>;
  /** Copies the parent's present state (head) into the new branch; resolves when the data is there. */
  materializeBranch(branchId: string): Promise<void>;
  /**
   * Puts the state of another moment, branch or snapshot in the place of a branch: its id and endpoints stay, its sessions end. Rejects
   * with code `LOCAL_OUTSIDE_HISTORY` where the moment is not in the history.
   */
  restoreBranch(branchId: string, restore: RestoreSpec): Promise<void>;
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
  /** What it owns goes to the databases' owners. Rejects with Postgres's own error where it cannot be dropped. */
  dropRole(branchId: string, role: string): Promise<void>;
  createDatabase(branchId: string, database: DatabaseSpec): Promise<void>;
  updateDatabase(branchId: string, name: string, to: { name?: string; ownerName?: string }): Promise<void>;
  /** Its sessions end. */
  dropDatabase(branchId: string, name: string): Promise<void>;
  /** The same as a first connection does. */
  start(endpointId: string): Promise<void>;
  suspend(endpointId: string): Promise<void>;
  /** Starts it where it sleeps. */
  restart(endpointId: string): Promise<void>;
  state(endpointId: string): ComputeState;
  close(): Promise<void>;
}
