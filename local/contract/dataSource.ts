/** A moment in a branch's history. Neither of both: the head. */
export interface Moment {
  /** Real time, as Postgres saw it. */
  time?: Date;
  /** A position in the branch's WAL (`0/1A2B3C`). */
  lsn?: string;
}

/** Where the data of a branch comes from: another branch, by default at its head, or a snapshot. */
export type DataSource = { branchId: string; at?: Moment } | { snapshotId: string };

/** What can be restored of a branch at present. */
export interface HistoryBounds {
  /** Real time: the earliest moment that can be restored. */
  from: Date;
  /** The earliest position in the WAL that can be restored. */
  fromLsn: string;
  /** The present position in the WAL. */
  headLsn: string;
}
