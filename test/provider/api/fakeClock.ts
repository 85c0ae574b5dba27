import type { Clock } from "../../../provider/api";

/** A clock that moves only when somebody sleeps, and at once. */
export interface FakeClock extends Clock {
  time: number;
  /** Every sleep asked for, in milliseconds. */
  readonly sleeps: number[];
}

export function fakeClock(random: () => number = () => 0.5): FakeClock {
  const sleeps: number[] = [];
  const clock: FakeClock = {
    time: 1_000_000,
    sleeps,
    now: () => clock.time,
    random,
    sleep: async (ms) => {
      sleeps.push(ms);
      const until = clock.time + ms;
      await Promise.resolve();
      clock.time = Math.max(clock.time, until);
    },
  };
  return clock;
}

/** A clock that moves only when the test says so. */
export interface HeldClock extends Clock {
  advance(ms: number): void;
  /** How many sleep at the moment. */
  waiting(): number;
  /** Resolves when so many sleep. */
  sleeping(count: number): Promise<void>;
}

export function heldClock(): HeldClock {
  let time = 1_000_000;
  let sleepers: { until: number; wake: () => void }[] = [];
  return {
    now: () => time,
    random: () => 0.5,
    sleep: (ms) => new Promise((wake) => sleepers.push({ until: time + ms, wake })),
    advance: (ms) => {
      time += ms;
      const woken = sleepers.filter((sleeper) => sleeper.until <= time);
      sleepers = sleepers.filter((sleeper) => sleeper.until > time);
      for (const sleeper of woken) sleeper.wake();
    },
    waiting: () => sleepers.length,
    sleeping: async (count) => {
      while (sleepers.length < count) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
