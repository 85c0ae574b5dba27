import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expectCode, FleetFixture } from "../fleet/fleetFixture";
import { enginesIn } from "./enginesIn";

const cli = path.resolve(__dirname, "../../../dist/fleet/cli/main.js");
const names = Array.from({ length: 8 }, (_, index) => `customer-${index + 1}`);
const apply = ["apply", "--engine", "direct", "--concurrency", "2"];

let fleet: FleetFixture;
beforeEach(async () => {
  fleet = await FleetFixture.start();
  fleet.write(Object.fromEntries(names.map((name) => [name, {}])));
});
afterEach(() => fleet.stop());

/** Waits until engines are at work on this fleet. */
async function untilAtWork(): Promise<void> {
  for (let turn = 0; turn < 1_200 && enginesIn(fleet.folder).length === 0; turn++) await sleep(25);
  expect(enginesIn(fleet.folder)).not.toEqual([]);
}

async function untilNoneAtWork(): Promise<void> {
  for (let turn = 0; turn < 400 && enginesIn(fleet.folder).length > 0; turn++) await sleep(25);
  expect(enginesIn(fleet.folder)).toEqual([]);
}

function locks(): string[] {
  const folder = path.join(fleet.folder, "backend", ".pulumi", "locks");
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
}

async function heals(): Promise<void> {
  expectCode(await fleet.run(apply), 0);
  expect(await fleet.projectNames()).toEqual(names);
  expect(locks()).toEqual([]);
  expect(Object.values((await fleet.apply()).states)).toEqual(names.map(() => "unchanged"));
}

describe("an apply that is interrupted", () => {
  it("once: ends what is in flight, begins nothing new, exits 130 and leaves no lock", async () => {
    const child = fleet.start(apply);
    await untilAtWork();
    child.kill("SIGINT");
    const ran = await child.ran;
    expectCode(ran, 130);
    expect(ran.stderr).toContain("what is in flight ends first");
    expect(enginesIn(fleet.folder)).toEqual([]);
    expect(locks()).toEqual([]);
    const made = await fleet.projectNames();
    expect(made.length).toBeGreaterThan(0);
    expect(made.length).toBeLessThan(names.length);
    await heals();
  });

  it("twice: stops at once with 130, its engines end, and no lock stands in the way of the same command", async () => {
    const child = fleet.start(apply);
    await untilAtWork();
    child.kill("SIGINT");
    await sleep(50);
    child.kill("SIGINT");
    expectCode(await child.ran, 130);
    await untilNoneAtWork();
    await heals();
  });

  it("by a Ctrl-C of the terminal, which reaches the whole process group: the engines do not get it", async () => {
    const child = spawn(process.execPath, [cli, ...apply], {
      cwd: fleet.folder,
      env: fleet.env(),
      detached: true,
      stdio: ["ignore", "ignore", "ignore"],
    });
    const exited = once(child, "exit");
    await untilAtWork();
    process.kill(-(child.pid ?? 0), "SIGINT");
    expect(await exited).toEqual([130, null]);
    // An engine that had been told to cancel would have left its tenant failed.
    const tenants = JSON.parse((await fleet.run(["list", "--json"])).stdout) as { state: string }[];
    expect(tenants.map(({ state }) => state)).not.toContain("failed");
    expect(locks()).toEqual([]);
    expect((await fleet.projectNames()).length).toBeGreaterThan(0);
  });
});
