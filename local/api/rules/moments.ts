import type { BranchDocument, ProjectDocument } from "../../store/documents";
import type { Moment } from "../../types";
import { ApiError, badRequest, notFound } from "../apiError";
import { type ApiContext, machineTime } from "../context";

/** A moment of a branch's history as a request names it: a position or a time, never both; nothing is the head. */
export interface RequestedMoment {
  lsn?: string;
  timestamp?: string;
}

const lsnPattern = /^[0-9A-F]{1,8}\/[0-9A-F]{1,8}$/i;
const timePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/i;

/** A time in RFC 3339 with its zone. */
export function parseTime(name: string, text: string): Date {
  const time = new Date(timePattern.test(text) ? text : NaN);
  if (Number.isNaN(time.getTime()))
    throw badRequest(`invalid ${name}, a time in RFC 3339 is expected`, { [name]: text });
  return time;
}

/** The names of the two fields, as the operation calls them. */
export type MomentFields = { lsn: string; timestamp: string };

/** Refuses what can be refused without asking Postgres: both at once, what is malformed, and a time that the history cannot hold. */
export function checkMoment(
  context: ApiContext,
  project: ProjectDocument,
  requested: RequestedMoment,
  fields: MomentFields = { lsn: "lsn", timestamp: "timestamp" },
): StoredMoment | undefined {
  const { lsn, timestamp } = requested;
  if (lsn !== undefined && timestamp !== undefined) {
    throw badRequest(`${fields.lsn} and ${fields.timestamp} cannot be specified together`);
  }
  if (lsn !== undefined && !lsnPattern.test(lsn)) throw badRequest(`invalid ${fields.lsn}`, { [fields.lsn]: lsn });
  if (timestamp === undefined) return lsn === undefined ? undefined : { lsn: lsn.toUpperCase() };
  const time = parseTime(fields.timestamp, timestamp);
  const now = context.clock.now().getTime();
  const earliest = Math.max(Date.parse(project.created_at), now - project.history_retention_seconds * 1000);
  if (time.getTime() > now || time.getTime() < earliest) throw outsideHistory(context);
  return { time: machineTime(context, time).toISOString() };
}

/** The same with the time as the machine's own clock had it. */
export interface StoredMoment {
  lsn?: string;
  time?: string;
}

export const momentOf = ({ lsn, time }: StoredMoment): Moment => (time ? { time: new Date(time) } : { lsn });

/** Asks Postgres whether a moment is in the history of a branch. Nothing is asked while the branch is being made or changed. */
export async function checkHistory(
  context: ApiContext,
  branch: BranchDocument,
  moment: StoredMoment | undefined,
): Promise<void> {
  if (!moment || branch.state === "init" || context.store.count("pending", branch.project_id) > 0) return;
  context.computes.ensureBranch(branch.id);
  const { from, fromLsn, headLsn } = await context.computes.postgres.historyOf(branch.id);
  const isTooOld = moment.time !== undefined && Date.parse(moment.time) < from.getTime();
  if (isTooOld || (moment.lsn !== undefined && !isBetween(moment.lsn, fromLsn, headLsn))) throw outsideHistory(context);
}

const isBetween = (lsn: string, first: string, last: string): boolean =>
  bytesOf(first) <= bytesOf(lsn) && bytesOf(lsn) <= bytesOf(last);

/** A position in the WAL as a number of bytes. */
export function bytesOf(lsn: string): bigint {
  const [high = "0", low = "0"] = lsn.split("/");
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

export const outsideHistory = ({ branchRules }: ApiContext): ApiError =>
  new ApiError(
    branchRules.outsideHistoryStatus,
    "the requested LSN or timestamp is outside of the branch's history retention window",
    "WRONG_LSN_OR_TIMESTAMP",
  );

/** An error of the Postgres side as an answer, where it is the caller's. */
export function answerOfPostgres(context: ApiContext, error: unknown): unknown {
  const code = error instanceof Error ? (error as Error & { code?: unknown }).code : undefined;
  if (code === "LOCAL_OUTSIDE_HISTORY") return outsideHistory(context);
  if (code === "LOCAL_PG_DUMP_MISSING") return new ApiError(501, (error as Error).message);
  // The database did not exist at that moment.
  if (code === "3D000") return notFound("database not found for branch");
  return error;
}
