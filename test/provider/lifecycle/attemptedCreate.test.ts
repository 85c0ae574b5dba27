import { lifecycles, type LifecycleContext } from "../../../provider/lifecycle";
import { FakeWorld } from "../fakeWorld";
import { projectInputsOf, Run } from "./support";

/** A context whose clock starts at `now`; `late` happens once, when the clock passes `lateAt`. */
function contextAt(
  world: FakeWorld,
  now: number,
  attemptedAt: number,
  lateAt = Infinity,
  late?: () => Promise<unknown>,
) {
  const run = new Run(world);
  let pending = late;
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
      if (now < lateAt || !pending) return;
      const happens = pending;
      pending = undefined;
      await happens();
    },
  };
  return { run, context: { ...run.context, clock, attemptedAt } satisfies LifecycleContext };
}

const create = (context: LifecycleContext) => lifecycles.project.create(context, projectInputsOf());

describe("a create that an earlier run sent and did not record", () => {
  it("is waited for while Neon may still carry it out, and taken over when it appears", async () => {
    const world = new FakeWorld();
    const { context } = contextAt(world, 1_001_000, 1_000_000, 1_020_000, () => create(new Run(world).context));
    const { id } = await create(context);
    expect([...world.projects.keys()]).toEqual([id]);
  });

  it("is made when it did not appear within a minute of the attempt", async () => {
    const world = new FakeWorld();
    const { run, context } = contextAt(world, 1_050_000, 1_000_000);
    await create(context);
    expect(world.projects.size).toBe(1);
    expect(run.api.calls.filter((call) => call === "listProjects").length).toBeGreaterThan(2);
  });

  it("costs one look where the attempt was long ago", async () => {
    const world = new FakeWorld();
    const { run, context } = contextAt(world, 2_000_000, 1_000_000);
    await create(context);
    expect(run.api.calls.filter((call) => call === "listProjects")).toHaveLength(1);
  });
});
