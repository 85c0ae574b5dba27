import fc from "fast-check";
import { manualClock } from "../../../local/clock";
import { type ClockJump, machineTimeOf, movableClock } from "../../../local/movableClock";

const start = new Date("2027-03-01T00:00:00Z");
const minute = 60_000;

it("runs with the clock below it and is ahead by what it was moved", async () => {
  const base = manualClock(start);
  const clock = movableClock({ base });
  await clock.advance(10 * minute);
  base.advance(minute);
  expect(clock.now()).toEqual(new Date(start.getTime() + 11 * minute));
  expect(clock.aheadMs).toBe(10 * minute);
});

it("what becomes due on the way happens in order, each thing at its own time, and is waited for", async () => {
  const clock = movableClock({ base: manualClock(start) });
  const happened: [string, number][] = [];
  const note = (name: string) => happened.push([name, (clock.now().getTime() - start.getTime()) / minute]);
  clock.after(30 * minute, () => note("c"));
  clock.after(10 * minute, async () => {
    note("a");
    await new Promise((resolve) => setImmediate(resolve));
    note("still a");
    clock.after(5 * minute, () => note("b"));
  });
  clock.after(90 * minute, () => note("later"));
  clock.after(20 * minute, () => note("never"))();
  await clock.advance(60 * minute);
  expect(happened).toEqual([
    ["a", 10],
    ["still a", 10],
    ["b", 15],
    ["c", 30],
  ]);
  await clock.advance(30 * minute);
  expect(happened.at(-1)).toEqual(["later", 90]);
});

it("what was not due yet comes earlier by the clock below", async () => {
  const base = manualClock(start);
  const clock = movableClock({ base });
  let fired = 0;
  clock.after(10 * minute, () => (fired += 1));
  await clock.advance(8 * minute);
  base.advance(minute);
  expect(fired).toBe(0);
  base.advance(minute);
  expect(fired).toBe(1);
});

it("waits between two things until everything has settled", async () => {
  const events: string[] = [];
  const clock = movableClock({ base: manualClock(start), settle: async () => void events.push("settled") });
  clock.after(minute, () => events.push("one"));
  clock.after(2 * minute, () => events.push("two"));
  await clock.advance(5 * minute);
  expect(events).toEqual(["one", "settled", "two", "settled"]);
});

it("moves asked for at the same time follow each other", async () => {
  const clock = movableClock({ base: manualClock(start) });
  await Promise.all([clock.advance(minute), clock.advance(minute), clock.moveTo(start)]);
  expect(clock.aheadMs).toBe(2 * minute);
});

it("a clock that is made with the jumps of another one shows the same time", async () => {
  const base = manualClock(start);
  let kept: readonly ClockJump[] = [];
  const clock = movableClock({ base, keep: (jumps) => (kept = jumps) });
  await clock.advance(7 * minute);
  base.advance(minute);
  await clock.advance(3 * minute);
  expect(movableClock({ base, jumps: kept }).now()).toEqual(clock.now());
});

it("the machine's time of a moment that was jumped over is the time of the jump", async () => {
  const base = manualClock(start);
  const clock = movableClock({ base });
  const at = (ms: number) => new Date(start.getTime() + ms);
  base.advance(minute);
  await clock.advance(60 * minute);
  base.advance(minute);
  expect(clock.toMachineTime(at(30_000))).toEqual(at(30_000));
  expect(clock.toMachineTime(at(20 * minute))).toEqual(at(minute));
  expect(clock.toMachineTime(at(61 * minute + 5000))).toEqual(at(minute + 5000));
  expect(clock.fromMachineTime(at(30_000))).toEqual(at(30_000));
  expect(clock.fromMachineTime(at(minute + 5000))).toEqual(at(61 * minute + 5000));
});

it("times of the machine come back whatever the jumps, and later moments are never earlier by the machine", () => {
  const steps = fc.array(
    fc.record({ runMs: fc.integer({ min: 1, max: 10_000 }), byMs: fc.integer({ min: 1, max: 10_000 }) }),
  );
  fc.assert(
    fc.property(steps, fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 0, max: 100_000 }), (made, one, two) => {
      const jumps: ClockJump[] = [];
      for (const { runMs, byMs } of made) {
        const last = jumps.at(-1) ?? { machineMs: 0, aheadMs: 0 };
        jumps.push({ machineMs: last.machineMs + runMs, aheadMs: last.aheadMs + byMs });
      }
      const clock = movableClock({ base: manualClock(start), jumps });
      const machine = new Date(one);
      expect(clock.toMachineTime(clock.fromMachineTime(machine))).toEqual(machine);
      const [early, late] = [Math.min(one, two), Math.max(one, two)];
      expect(machineTimeOf(early, jumps)).toBeLessThanOrEqual(machineTimeOf(late, jumps));
    }),
  );
});
