/** A project older than this is ready, or its operations failed long ago and were seen by somebody. */
const youngMs = 3_600_000;

/** True where Neon may still be at work on a project that was made then. */
export function isYoung(madeAtMs: number | undefined, nowMs = Date.now()): madeAtMs is number {
  return madeAtMs !== undefined && nowMs - madeAtMs < youngMs;
}
