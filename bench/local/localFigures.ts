import { median } from "../measure/median";

export interface Spread {
  p50: number;
  p95: number;
}

/** One restore in place of deleted rows, from the call until the first connection has counted them. */
export interface RestoreFigures {
  seconds: number;
  /** The same for a gigabyte of WAL, as 10^9 bytes. */
  secondsPerGigabyteOfWal: number;
  walBytes: number;
  databaseBytes: number;
}

/** What `--json` prints. Bytes of memory are proportional set sizes. */
export interface LocalFigures {
  /** A fresh instance until it serves. */
  startMs: number;
  /** `POST /projects` over 20 connections, requests and answers validated; no database is made yet. */
  projectsPerSecond: number;
  /** The first connection that a project ever gets, first statement included. */
  firstConnectMs: Spread;
  /** A connection to a suspended compute, first statement included. */
  coldWakeMs: Spread;
  restoreSecondsPerGigabyteOfWal: number;
  walBytes: number;
  databaseBytes: number;
  thousandProjects: {
    projects: number;
    awake: number;
    /** Of the server and all Postgres processes. */
    memoryBytes: number;
    /** The part of the Postgres processes. */
    awakeMemoryBytes: number;
    /** When all of them sleep. */
    asleepMemoryBytes: number;
    diskBytes: number;
    /** Projects that have a database of their own on the disk. */
    materialized: number;
  };
  /** The straightforward way, in the same run. */
  naive: {
    /** `initdb`, start, role and database for each project, instead of a copy of a template. */
    firstConnectMs: Spread;
    /** The same restore with the first base alone, so that all WAL is replayed. */
    restoreSecondsPerGigabyteOfWal: number;
    walBytes: number;
  };
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((left, right) => left - right);
  const p95 = sorted[Math.ceil(sorted.length * 0.95) - 1] ?? NaN;
  return { p50: rounded(median(sorted)), p95: rounded(p95) };
}

/** Nothing is known to more than a tenth. */
export const rounded = (value: number, digits = 1): number => Number(value.toFixed(digits));
