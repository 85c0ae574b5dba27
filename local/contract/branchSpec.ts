import type { DataSource } from "./dataSource";

/** A branch, as its Postgres has to know it. All ids are Neon's. */
export interface BranchSpec {
  branchId: string;
  projectId: string;
  /** Major version of PostgreSQL. */
  pgVersion: number;
  /** Branch at this parent's head. Default: a root branch, from the version's template. */
  parentId?: string;
  /** Where the data comes from, if not from the parent's head (or, for a root branch, the template). */
  source?: DataSource;
  /** The source's schemas without its rows. Default false. */
  schemaOnly?: boolean;
  /** Whether its computes run with `wal_level=logical`. Read at every start. Default: `replica`. */
  logicalReplication?: () => boolean;
  /** How far back its history can be read, in seconds. Read whenever it matters. Default 86,400. */
  retentionSeconds?: () => number;
}
