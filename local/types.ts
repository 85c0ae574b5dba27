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
  };
  close(): Promise<void>;
}
