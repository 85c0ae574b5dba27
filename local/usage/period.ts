/** A billing period: from its start to just before its end, in milliseconds since 1970. */
export interface Period {
  startMs: number;
  endMs: number;
}

/** The billing period of a moment. Periods are months in UTC that begin on the same day, 1 to 28, at midnight. */
export function periodOf(atMs: number, anchorDay: number): Period {
  const at = new Date(atMs);
  const begun = at.getUTCDate() >= anchorDay ? 0 : -1;
  const start = (offset: number) => Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + begun + offset, anchorDay);
  return { startMs: start(0), endMs: start(1) };
}
