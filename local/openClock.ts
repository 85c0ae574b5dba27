import type { Clock } from "./clock";
import { isMovable, type MovableClock, movableClock } from "./movableClock";
import type { Store } from "./store/store";

/** The one document of the clock. */
const clockId = "clock";

/** The clock of a server: as far ahead as an earlier server with the same state was. One that is movable already keeps its own time. */
export function openClock(store: Store, base: Clock, settle: () => Promise<void>): MovableClock {
  if (isMovable(base)) return base;
  return movableClock({
    base,
    jumps: store.get("clock", clockId)?.jumps,
    keep: (jumps) => store.put("clock", clockId, "", { jumps }),
    settle,
  });
}
