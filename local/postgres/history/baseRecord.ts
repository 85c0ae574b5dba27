import { lsnText } from "../controlFile";
import { parseLsn } from "./lsn";

/** A copy of a branch's data from which every later moment can be reached by replaying the branch's WAL. */
export interface Base {
  /** Of its folder; later ones sort behind earlier ones. */
  name: string;
  timeline: number;
  /** The first WAL that has to be replayed. */
  startLsn: bigint;
  /** The earliest moment that can be reached: before it the copy is not whole. */
  usableFrom: { lsn: bigint; timeMs: number };
  sizeBytes: number;
  /** The empty cluster that the branch was copied from, by its system identifier; the branch has no copy of it. */
  template?: string;
}

export function baseText(base: Omit<Base, "name">): string {
  const { usableFrom, startLsn, ...rest } = base;
  const from = { lsn: lsnText(usableFrom.lsn), timeMs: usableFrom.timeMs };
  return JSON.stringify({ ...rest, startLsn: lsnText(startLsn), usableFrom: from });
}

export function readBase(name: string, text: string): Base {
  const stored = JSON.parse(text) as Omit<Base, "name" | "startLsn" | "usableFrom"> & {
    startLsn: string;
    usableFrom: { lsn: string; timeMs: number };
  };
  const [startLsn, lsn] = [parseLsn(stored.startLsn), parseLsn(stored.usableFrom.lsn)];
  if (startLsn === undefined || lsn === undefined) throw new Error(`The base ${name} is not readable.`);
  return { ...stored, name, startLsn, usableFrom: { lsn, timeMs: stored.usableFrom.timeMs } };
}
