import type { Operation } from "../../store/documents";

/**
 * How long operations take at least: `none` a few milliseconds, just enough for a poll to see one running; `neon` what was
 * measured at Neon (2025-09).
 */
export type LatencyProfile = "none" | "neon";

export type Action = Operation["action"];

const noneMs = 5;
const neonMs: Partial<Record<Action, number>> = {
  create_timeline: 3100,
  create_branch: 140,
  start_compute: 900,
  apply_config: 100,
};
/** The first start of a new compute; a later one is `start_compute` above. */
const neonFirstStartMs = 4800;
const neonOtherMs = 100;

export function delayOf(profile: LatencyProfile, action: Action, firstStart = false): number {
  if (profile === "none") return noneMs;
  return firstStart ? neonFirstStartMs : (neonMs[action] ?? neonOtherMs);
}
