import type { Fault } from "../fakeNeonApi";
import { FakeWorld } from "../fakeWorld";
import { type Entry, madeProject, projectInputsOf, Run, type Values } from "./support";

const faults: Fault[] = ["lostBefore", "lostAfter", "killBefore", "killAfter", "operationFails"];

const from: Values = { historyRetentionSeconds: 60, compute: { autoscalingLimitMaxCu: 1 }, branchName: "main" };
const to: Values = {
  ...from,
  historyRetentionSeconds: 120,
  compute: { autoscalingLimitMaxCu: 2 },
  protectedBranch: true,
  branchName: "production",
  quota: { activeTimeSeconds: 5 },
};

/** Neon's operations that failed are tried again there; the fake does it between two runs. */
function repairAtNeon(world: FakeWorld): void {
  for (const at of world.projects.values()) at.operations = [];
}

async function untilDone(world: FakeWorld, inputs: Values, entry: Entry | undefined): Promise<Entry> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    repairAtNeon(world);
    const { entry: after, error } = await new Run(world).up(inputs, entry);
    entry = after;
    if (!error) return entry!;
  }
  throw new Error("does not converge");
}

/** Runs with the fault at each call in turn, until a run has fewer calls than that. */
async function atEveryCall(fault: Fault, body: (run: (world: FakeWorld) => Run) => Promise<void>): Promise<number> {
  for (let index = 0; ; index += 1) {
    let hit = false;
    await body(
      (world) =>
        new Run(world, "project", {
          faults: (_method, number) => {
            hit ||= number === index;
            return number === index ? fault : undefined;
          },
        }),
    );
    if (!hit) return index;
  }
}

function expectWhole(world: FakeWorld, entry: Entry, isProtected = true): void {
  expect(world.names()).toEqual(["acme"]);
  const at = world.projects.get(entry.id)!;
  const password = at.roles[0]!.password!;
  expect(entry.outputs).toMatchObject({
    rolePassword: password,
    branchId: at.branches[0]!.branch.id,
    endpointId: at.endpoints[0]!.id,
    host: at.endpoints[0]!.host,
    directUri: expect.stringContaining(`:${password}@${at.endpoints[0]!.host}`) as unknown,
    pooledUri: expect.stringContaining("-pooler.") as unknown,
  });
  expect(at.project).toMatchObject({ history_retention_seconds: 120, settings: { quota: { active_time_seconds: 5 } } });
  expect(at.endpoints[0]!.autoscaling_limit_max_cu).toBe(2);
  expect(at.branches[0]!.branch).toMatchObject({ name: "production", protected: isProtected });
}

describe.each(faults)("with %s at each call in turn, running again ends with one whole project", (fault) => {
  test("after a create", async () => {
    const calls = await atEveryCall(fault, async (runOf) => {
      const world = new FakeWorld();
      const { entry } = await runOf(world).up(projectInputsOf(to));
      expectWhole(world, await untilDone(world, projectInputsOf(to), entry));
    });
    expect(calls).toBeGreaterThanOrEqual(4);
  });

  test("after a create that takes over what an earlier one made", async () => {
    const calls = await atEveryCall(fault, async (runOf) => {
      const world = new FakeWorld();
      await madeProject(world, from);
      const { entry } = await runOf(world).up(projectInputsOf(to));
      expectWhole(world, await untilDone(world, projectInputsOf(to), entry));
    });
    expect(calls).toBeGreaterThanOrEqual(8);
  });

  test("after a change", async () => {
    const calls = await atEveryCall(fault, async (runOf) => {
      const world = new FakeWorld();
      const made = await madeProject(world, from);
      const { entry } = await runOf(world).up(projectInputsOf(to), made);
      expectWhole(world, await untilDone(world, projectInputsOf(to), entry));
    });
    expect(calls).toBeGreaterThanOrEqual(5);
  });

  test("after the repair of one that was left half-made", async () => {
    const calls = await atEveryCall(fault, async (runOf) => {
      const world = new FakeWorld();
      const inputs = projectInputsOf({ ...to, protectedBranch: undefined });
      const first = new Run(world, "project", {
        faults: (method) => (method === "createProject" ? "operationFails" : undefined),
      });
      const half = await first.up(inputs);
      repairAtNeon(world);
      const { entry } = await runOf(world).up(inputs, half.entry);
      expectWhole(world, await untilDone(world, inputs, entry), false);
    });
    expect(calls).toBeGreaterThanOrEqual(3);
  });
});
