import type { SnapshotScheduleDocument } from "../../store/documents";
import { badRequest } from "../apiError";
import type { CompleteBranchRules, ScheduleFrequency } from "./branchRules";

export type ScheduleItem = SnapshotScheduleDocument["items"][number];

/**
 * Which of Neon's fields mean something for a frequency: `day` is that of the week (1 is Monday) or of the month, all times are in
 * UTC. What is not named is the first: midnight, Monday, the 1st, January.
 */
const fieldsOf: Record<ScheduleFrequency, readonly ("hour" | "day" | "month")[]> = {
  hourly: [],
  daily: ["hour"],
  weekly: ["hour", "day"],
  monthly: ["hour", "day"],
  yearly: ["hour", "day", "month"],
};

const isFrequency = (text: string): text is ScheduleFrequency => Object.hasOwn(fieldsOf, text);

export function checkSchedule(items: ScheduleItem[], rules: CompleteBranchRules): void {
  for (const { frequency, day, retention_seconds = 0 } of items) {
    if (!isFrequency(frequency) || !rules.scheduleFrequencies.includes(frequency)) {
      throw badRequest("invalid snapshot frequency", { frequency });
    }
    if (frequency === "weekly" && (day ?? 1) > 7) throw badRequest("invalid day of the week", { day: String(day) });
    const max = rules.maxSnapshotRetentionSeconds;
    if (retention_seconds > max) {
      throw badRequest("snapshot retention exceeds allowed maximum", {
        retention_seconds: String(retention_seconds),
        max: String(max),
      });
    }
  }
}

/** The first time after a moment at which an entry of a schedule makes a snapshot. A day that a month does not have is its last. */
export function nextDue(item: ScheduleItem, after: Date): Date {
  const candidates = candidatesAround(item, after).map((ms) => new Date(ms));
  const next = candidates.find((candidate) => candidate.getTime() > after.getTime());
  if (!next) throw new Error(`a schedule with frequency ${item.frequency} has no next time`);
  return next;
}

/** In ascending order, one of them later than the moment. */
function candidatesAround({ frequency, hour = 0, day = 1, month = 1 }: ScheduleItem, after: Date): number[] {
  const year = after.getUTCFullYear();
  const monthIndex = after.getUTCMonth();
  const date = after.getUTCDate();
  switch (frequency) {
    case "hourly":
      return [Date.UTC(year, monthIndex, date, after.getUTCHours() + 1)];
    case "daily":
      return [0, 1].map((days) => Date.UTC(year, monthIndex, date + days, hour));
    case "weekly": {
      // Sunday is 0 for a Date and 7 here.
      const daysUntil = (day - after.getUTCDay() + 7) % 7;
      return [0, 7].map((days) => Date.UTC(year, monthIndex, date + daysUntil + days, hour));
    }
    case "monthly":
      return [0, 1].map((months) => dayOfMonth(year, monthIndex + months, day, hour));
    default:
      return [0, 1].map((years) => dayOfMonth(year + years, month - 1, day, hour));
  }
}

function dayOfMonth(year: number, monthIndex: number, day: number, hour: number): number {
  const lastDay = new Date(Date.UTC(year, monthIndex + 1, 0)).getUTCDate();
  return Date.UTC(year, monthIndex, Math.min(day, lastDay), hour);
}
