/** Time as the control plane sees it: the only source of "now" and of delays, so that tests can move it. */
export interface Clock {
  now(): Date;
  /** Calls `run` once after `delayMs` milliseconds; the answer cancels it. */
  after(delayMs: number, run: () => void): () => void;
}

/** The machine's clock. Its timers never keep the process alive. */
export const systemClock: Clock = {
  now: () => new Date(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    timer.unref();
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
  let due: { atMs: number; run: () => void }[] = [];
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
        next.run();
      }
      nowMs = untilMs;
    },
  };
}
