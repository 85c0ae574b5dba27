import type { ClockJump } from "../movableClock";

/** What was used, summed up. */
export interface Amounts {
  /** Milliseconds that computes were awake, each one for itself. */
  activeMs: number;
  /** The same times the compute's size: milliseconds of one CU. */
  computeMs: number;
  /** WAL. */
  writtenBytes: number;
  /** Sent to clients through the proxy. */
  transferredBytes: number;
}

/** Bytes that are billed for a branch at one moment. One of the two is 0. */
export interface StoredBytes {
  /** A root branch: its logical size. */
  root: number;
  /** A child branch: its logical size, or what has been written to it, whichever is less. */
  child: number;
}

/** A project's counters of one billing period. */
export interface UsageProjectDocument {
  project_id: string;
  periodStartMs: number;
  used: Amounts;
  lastActiveMs?: number;
}

/** A branch's counters of one billing period, and what it stores. It stays when the branch is deleted. */
export interface UsageBranchDocument {
  branch_id: string;
  project_id: string;
  createdMs: number;
  deletedMs?: number;
  periodStartMs: number;
  used: Amounts;
  /** Nothing as long as its Postgres was never asked. */
  logicalSizeBytes?: number;
  /** In its whole life, not only in this period. */
  writtenEverBytes: number;
  stored: StoredBytes;
}

/** One hour of one branch in which something happened. In an hour without one, what is stored stays as it was. */
export interface UsageHourDocument {
  branch_id: string;
  hourMs: number;
  used: Amounts;
  /** What was stored when the hour began. */
  before: StoredBytes;
  /** Byte-hours from the beginning of the hour until `untilMs`. */
  byteHours: StoredBytes;
  untilMs: number;
  /** What is stored from `untilMs` on. */
  after: StoredBytes;
}

/** The clock's jumps: a server that starts again goes on at its own time. */
export interface ClockDocument {
  jumps: readonly ClockJump[];
}
