/** Time as the control plane sees it: the only source of "now" and of delays, so that tests can move it. */
export interface Clock {
  now(): Date;
  /**
   * Calls `run` once after `delayMs` milliseconds; the answer cancels it. What it starts and returns as a promise is waited for where
   * time is moved, so that things happen in order; such a promise must not reject.
   */
  after(delayMs: number, run: () => unknown): () => void;
}

/** The longest delay that a timer of Node takes; a longer one would end at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's clock. Its timers never keep the process alive. */
export const systemClock: Clock = {
  now: () => new Date(),
  after(delayMs, run) {
    let timer: NodeJS.Timeout;
    const wait = (restMs: number) => {
      const partMs = Math.min(restMs, LONGEST_TIMER_MS);
      timer = setTimeout(() => (restMs > partMs ? wait(restMs - partMs) : void run()), partMs);
      timer.unref();
    };
    wait(delayMs);
    return () => clearTimeout(timer);
  },
};

/** A clock that stands still until it is told to move. */
export interface ManualClock extends Clock {
  /** Moves time forward and calls, in order, everything that became due on the way. */
  advance(ms: number): void;
}

export function manualClock(start: Date): ManualClock {
  let nowMs = start.getTime();
  let due: { atMs: number; run: () => unknown }[] = [];
  return {
    now: () => new Date(nowMs),
    after(delayMs, run) {
      const entry = { atMs: nowMs + delayMs, run };
      due.push(entry);
      return () => {
        due = due.filter((other) => other !== entry);
      };
    },
    advance(ms) {
      const untilMs = nowMs + ms;
      for (;;) {
        const next = due.filter((entry) => entry.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
        if (!next) break;
        due = due.filter((entry) => entry !== next);
        nowMs = Math.max(nowMs, next.atMs);
        void next.run();
      }
      nowMs = untilMs;
    },
  };
}
