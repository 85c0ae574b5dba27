import { rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { outcomeOf } from "../../../provider/api";
import { expectCode, FleetFixture } from "./fleetFixture";

const names = Array.from({ length: 12 }, (_, index) => `customer-${String(index + 1).padStart(2, "0")}`);
const entries = Object.fromEntries(names.map((name) => [name, {}]));
const plain = ["--non-interactive", "--color=never"];

describe("while Neon takes its time", () => {
  let fleet: FleetFixture;
  beforeAll(async () => {
    fleet = await FleetFixture.start({ latency: "neon", rateLimits: true });
    fleet.write(entries);
  });
  afterAll(() => fleet.stop());

  it("goes on creating, holds no engine process for it, and needs few calls", async () => {
    const before = calls(fleet);
    const { states } = await fleet.apply("--concurrency", "2");
    const needed = calls(fleet) - before;
    expect(Object.values(states)).toEqual(names.map(() => "created"));
    // The list, a POST and a look for each, and the one project that teaches how long they take.
    expect(needed).toBeLessThanOrEqual(names.length * 3 + 20);
    for (const project of await fleet.api.listProjects()) {
      const operations = await fleet.api.listOperations(project.id);
      expect(operations.map(({ status }) => status)).toEqual(["finished", "finished"]);
    }
    expect(refused(fleet)).toBe(0);
  });

  it("a run that was killed while waiting is followed by the next one, with the ledger or without", async () => {
    fleet.write({ ...entries, late: {}, later: {} });
    const child = fleet.start(["apply"]);
    await untilThere(fleet, ["late", "later"]);
    await sleep(2_500);
    child.kill("SIGKILL");
    await child.ran;
    rmSync(path.join(fleet.folder, ".neon-tenants", "ledger.jsonl"), { force: true });
    const { states } = await fleet.apply();
    expect(Object.keys(states)).toHaveLength(14);
    for (const project of await fleet.api.listProjects()) {
      const operations = await fleet.api.listOperations(project.id);
      expect(operations.filter(({ status }) => outcomeOf(status) !== "ended")).toEqual([]);
    }
    expect(await fleet.projectNames()).toEqual([...names, "late", "later"]);
  });
});

describe("an operation that fails", () => {
  let fleet: FleetFixture;
  beforeAll(async () => {
    fleet = await FleetFixture.start();
  });
  afterAll(() => fleet.stop());

  /** The compute of the next project does not start. */
  const failNext = () =>
    fleet.neon.faults.add({
      route: "createProject",
      kind: "operationFails",
      first: 1,
      action: "start_compute",
    } as never);

  const doors = ["apply", "pulumi up", "pulumi up, also after a refresh"];
  it.each(doors)("is reported, stands in the state, and is healed by the next %s", async (door) => {
    const tenants = ["acme", "globex", "initech"].slice(0, doors.indexOf(door) + 1);
    const tenant = tenants.at(-1) as string;
    fleet.write(Object.fromEntries(tenants.map((name) => [name, {}])));
    failNext();
    const { states, ran } = await fleet.apply();
    expect(states).toMatchObject({ [tenant]: "failed" });
    expect(ran.stdout).toContain("NEON_OPERATION_FAILED");
    if (door === "apply") expect((await fleet.apply()).states).toMatchObject({ [tenant]: "updated" });
    else {
      if (door.includes("refresh"))
        expectCode(await fleet.pulumi(["refresh", "--yes", "--stack", tenant, ...plain]), 0);
      const up = await fleet.pulumi(["up", "--yes", "--stack", tenant, ...plain]);
      expectCode(up, 0);
      expect(up.output).toContain("~ 1 updated");
    }
    expect((await fleet.apply()).states).toMatchObject({ [tenant]: "unchanged" });
    expectCode(await fleet.pulumi(["preview", "--stack", tenant, "--expect-no-changes", ...plain]), 0);
  });
});

describe("a project that Neon could not make at all", () => {
  let fleet: FleetFixture;
  beforeAll(async () => {
    fleet = await FleetFixture.start();
  });
  afterAll(() => fleet.stop());

  it("fails every run with the way out, and can be destroyed", async () => {
    fleet.write({ acme: {}, globex: {} });
    fleet.neon.faults.add({ route: "createProject", kind: "operationFails", first: 1, action: "create_timeline" });
    const { states } = await fleet.apply("--concurrency", "1");
    expect(states).toEqual({ acme: "failed", globex: "created" });
    const again = await fleet.run(["apply"]);
    expectCode(again, 1);
    expect(again.stdout).toMatch(/acme: NEON_OPERATION_FAILED: .*neon-tenants destroy/);
    expectCode(await fleet.run(["destroy", "acme", "--confirm", "acme"]), 0);
    expect(await fleet.projectNames()).toEqual(["globex"]);
  });
});

function calls(fleet: FleetFixture): number {
  return Object.values(fleet.neon.requests()).reduce((sum, { total }) => sum + total, 0);
}

function refused(fleet: FleetFixture): number {
  return Object.values(fleet.neon.requests()).reduce((sum, { refused }) => sum + refused, 0);
}

async function untilThere(fleet: FleetFixture, wanted: string[]): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const there = await fleet.projectNames();
    if (wanted.every((name) => there.includes(name))) return;
    await sleep(100);
  }
  throw new Error(`${wanted.join(", ")} did not appear`);
}
