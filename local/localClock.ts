import { durationSeconds } from "./duration";
import { LocalNeonError } from "./localNeonError";
import type { MovableClock } from "./movableClock";

/** The time of a local Neon, which can be moved forward; also at `/_local/clock`. */
export interface LocalClock {
  now(): Date;
  /** How far it is ahead of the machine's clock, in seconds. */
  readonly aheadSeconds: number;
  /**
   * Moves time forward by seconds or by a text like `15m`, `36h` or `30d`. What becomes due on the way happens in order and each thing
   * at its own time: computes fall asleep, branches expire, snapshots are made, billing periods end. Resolves when that is done.
   *
   * PostgreSQL itself goes by the machine's clock: `now()` in SQL does not move.
   */
  advance(by: number | string): Promise<Date>;
  /** The same up to a moment (RFC 3339), which must not be past. */
  moveTo(moment: Date | string): Promise<Date>;
}

/** Beyond it JavaScript writes years with more than four digits, which no client reads. */
const lastMs = Date.UTC(9999, 0, 1);

export function localClock(clock: MovableClock): LocalClock {
  const moveTo = async (ms: number) => {
    if (ms > lastMs) throw invalid("The clock cannot be moved beyond the year 9998.");
    await clock.moveTo(new Date(ms));
    return clock.now();
  };
  return {
    now: () => clock.now(),
    get aheadSeconds() {
      return clock.aheadMs / 1000;
    },
    advance(by) {
      const seconds = durationSeconds(by);
      if (seconds === undefined) throw invalid(`"${by}" is not a duration.`);
      return moveTo(clock.now().getTime() + seconds * 1000);
    },
    moveTo(moment) {
      const ms = moment instanceof Date ? moment.getTime() : momentMs(moment);
      if (Number.isNaN(ms)) throw invalid(`"${String(moment)}" is not a moment.`);
      if (ms < clock.now().getTime()) throw invalid("The clock is only moved forward.");
      return moveTo(ms);
    },
  };
}

/** Of a text with a time zone: without one it would mean something else on every machine. */
const momentMs = (text: string) =>
  /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : NaN;

const invalid = (sentence: string) =>
  new LocalNeonError(
    "LOCAL_CLOCK_INVALID",
    sentence,
    "Name a duration (30d, 36h, 15m, seconds) or a moment to come (2027-01-01T00:00:00Z).",
  );
