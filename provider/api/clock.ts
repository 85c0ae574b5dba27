import { setTimeout as delay } from "node:timers/promises";

/** Time and chance, passed in so that tests decide both. */
export interface Clock {
  /** Milliseconds since 1970, as `Date.now()`. */
  now(): number;
  sleep(ms: number): Promise<void>;
  /** A number in [0, 1), as `Math.random()`. */
  random(): number;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms) => {
    await delay(ms);
  },
  random: () => Math.random(),
};
