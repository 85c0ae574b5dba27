import fc from "fast-check";
import { nextDue } from "../../../local/api/rules/snapshotSchedule";
import { timesToMake } from "../../../local/api/snapshotSchedules";

const item = fc.record(
  {
    frequency: fc.constantFrom("hourly", "daily", "weekly", "monthly", "yearly"),
    hour: fc.integer({ min: 0, max: 23 }),
    day: fc.integer({ min: 1, max: 31 }),
    month: fc.integer({ min: 1, max: 12 }),
  },
  { requiredKeys: ["frequency"] },
);
const moment = fc.date({ min: new Date("2020-01-01"), max: new Date("2040-01-01"), noInvalidDate: true });
const longestDays: Record<string, number> = { hourly: 1 / 24, daily: 1, weekly: 7, monthly: 31, yearly: 366 };

describe("the times of a schedule", () => {
  it("come after each other, on the day and hour that is asked for, never further apart than the frequency", () => {
    fc.assert(
      fc.property(item, moment, (given, after) => {
        const wanted = given.frequency === "weekly" ? { ...given, day: ((given.day ?? 1) % 7) + 1 } : given;
        const due = nextDue(wanted, after);
        const distanceDays = (due.getTime() - after.getTime()) / 86_400_000;
        expect(distanceDays).toBeGreaterThan(0);
        expect(distanceDays).toBeLessThanOrEqual(longestDays[wanted.frequency] ?? 0);
        if (wanted.frequency !== "hourly") expect(due.getUTCHours()).toBe(wanted.hour ?? 0);
        expect(due.getTime() % 3_600_000).toBe(0);
        if (wanted.frequency === "weekly") expect(due.getUTCDay() || 7).toBe(wanted.day);
        if (wanted.frequency === "yearly") expect(due.getUTCMonth() + 1).toBe(wanted.month ?? 1);
        if (["monthly", "yearly"].includes(wanted.frequency)) {
          const lastDay = new Date(Date.UTC(due.getUTCFullYear(), due.getUTCMonth() + 1, 0)).getUTCDate();
          expect(due.getUTCDate()).toBe(Math.min(wanted.day ?? 1, lastDay));
        }
      }),
    );
  });

  it("are made up for after the server was down, as far as they would still be kept and not without end", () => {
    const first = new Date("2026-01-01T01:00:00Z");
    const now = new Date("2026-03-01T00:30:00Z");
    const hourly = { frequency: "hourly" };
    expect(timesToMake(hourly, first, now)).toHaveLength(100);
    expect(timesToMake({ ...hourly, retention_seconds: 7200 }, first, now).map((at) => at.toISOString())).toEqual([
      "2026-02-28T23:00:00.000Z",
      "2026-03-01T00:00:00.000Z",
    ]);
    expect(timesToMake(hourly, first, first)).toEqual([first]);
  });
});
