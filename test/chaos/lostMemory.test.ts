import { rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { enginesIn } from "../engine/direct/enginesIn";
import { expectCode, FleetFixture } from "../engine/fleet/fleetFixture";
import { allOwned, observer } from "./support/ownership";

const plain = ["--non-interactive", "--color=never"];

let fleet: FleetFixture;
beforeEach(async () => {
  fleet = await FleetFixture.start({ latency: "neon" });
});
afterEach(() => fleet.stop());

/** Kills an apply with -9 as soon as something is so, and forgets everything but the state. */
async function killOnce(condition: () => Promise<boolean> | boolean): Promise<void> {
  const child = fleet.start(["apply"]);
  while (!(await condition())) await sleep(5);
  child.kill("SIGKILL");
  await child.ran;
  // An engine that has lost its driver takes what it was creating out of the state before it ends.
  while (enginesIn(fleet.folder).length > 0) await sleep(20);
  rmSync(path.join(fleet.folder, ".neon-tenants"), { recursive: true, force: true });
}

const struck = (kind: string) => fleet.neon.faults.log.some((event) => event.kind === kind);

describe("a driver that was killed, with its ledger deleted", () => {
  it("does not make a project twice that Neon commits seconds after the connection was lost", async () => {
    fleet.write({ acme: {} });
    fleet.neon.faults.add({ route: "createProject", kind: "commitAfterReset", delayMs: 8_000, first: 1 });
    await killOnce(() => struck("commitAfterReset"));
    expectCode(await fleet.run(["apply"]), 0);
    // What is put off comes late, whoever waits for it.
    while (fleet.neon.faults.log.some((event) => event.kind === "commitAfterReset" && !event.committed))
      await sleep(50);
    expect(await fleet.projectNames()).toEqual(["acme"]);
    expect(Object.values((await fleet.apply()).states)).toEqual(["unchanged"]);
  });

  it.each([
    ["after the project was answered", 0],
    ["before the project was answered", 3_000],
  ])("%s: finds the operation that failed meanwhile, and heals it", async (_, answerDelayMs) => {
    fleet.write({ acme: {} });
    fleet.neon.faults.add({ route: "createProject", kind: "operationFails", first: 1, action: "start_compute" });
    if (answerDelayMs > 0)
      fleet.neon.faults.add({ route: "createProject", kind: "slow", delayMs: answerDelayMs, first: 1 });
    await killOnce(async () => (await fleet.projectNames()).length > 0);
    while (!struck("operationFails")) await sleep(50);
    expectCode((await fleet.apply()).ran, 0);
    const { ran, states } = await fleet.apply();
    expectCode(ran, 0);
    expect(states).toEqual({ acme: "unchanged" });
    expect(await allOwned(observer(fleet.neon))).toMatchObject([{ tenant: "acme", ready: true }]);
    expectCode(await fleet.pulumi(["preview", "--stack", "acme", "--expect-no-changes", ...plain]), 0);
  });
});
