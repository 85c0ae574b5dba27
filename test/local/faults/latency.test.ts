import { type Action, delayOf } from "../../../local/api/operations/latency";

it.each<[Action, boolean, number]>([
  ["create_timeline", false, 3100],
  ["start_compute", true, 4800],
  ["start_compute", false, 900],
  ["create_branch", false, 140],
  ["apply_config", false, 100],
])("with Neon's latency %s (first start: %s) takes %i ms, as measured there", (action, firstStart, ms) => {
  expect(delayOf("neon", action, firstStart)).toBe(ms);
  expect(delayOf("none", action, firstStart)).toBeLessThan(100);
});
