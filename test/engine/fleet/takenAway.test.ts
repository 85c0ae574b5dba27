import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expectCode, FleetFixture } from "./fleetFixture";

const names = Array.from({ length: 8 }, (_, index) => `customer-${index + 1}`);
const entries = Object.fromEntries(names.map((name) => [name, {}]));

async function expectWhole(fleet: FleetFixture, customers: string[]): Promise<void> {
  expect(await fleet.projectNames()).toEqual(customers);
  expect(Object.values((await fleet.apply()).states)).toEqual(customers.map(() => "unchanged"));
  for (const project of await fleet.api.listProjects()) {
    const operations = await fleet.api.listOperations(project.id);
    expect(operations.map(({ status }) => status)).toEqual(["finished", "finished"]);
  }
}

describe("a key that expires in the middle of a run", () => {
  const stateFolder = mkdtempSync(path.join(tmpdir(), "expired-key-"));
  let fleet: FleetFixture;
  beforeAll(async () => {
    fleet = await FleetFixture.start({ stateFolder, latency: "neon" });
    fleet.write(entries);
  });
  afterAll(async () => {
    await fleet.stop();
    rmSync(stateFolder, { recursive: true, force: true });
  });

  it("stops the run with the way out, and with a new key the same command goes on", async () => {
    const oldKey = fleet.neon.apiKey;
    const child = fleet.start(["apply", "--concurrency", "2"]);
    while ((await fleet.projectNames()).length < 3) await sleep(100);
    await fleet.restart({
      stateFolder,
      latency: "neon",
      apiKeys: [{ key: "renewed", kind: "personal", orgIds: [fleet.neon.orgId], inferOrg: true }],
    });
    const stopped = await child.ran;
    expectCode(stopped, 1);
    expect(stopped.output).toContain("NEON_UNAUTHORIZED");
    expect(stopped.output).not.toContain(oldKey === "local" ? "Bearer" : oldKey);
    expect((await fleet.projectNames()).length).toBeLessThan(names.length);
    expectCode(await fleet.run(["apply"]), 0);
    await expectWhole(fleet, names);
  }, 180_000);
});

describe("a disk that takes no more in the middle of a run", () => {
  // The engine tries for half a minute before it gives up on each of them.
  const few = names.slice(0, 3);
  let fleet: FleetFixture;
  beforeAll(async () => {
    fleet = await FleetFixture.start();
    fleet.write({ [few[0] ?? ""]: {} });
    expectCode(await fleet.run(["apply"]), 0);
    fleet.write(Object.fromEntries(few.map((name) => [name, {}])));
  });
  afterAll(() => fleet.stop());

  /** In blocks of 512 bytes: too small for the last state of a new customer, whose names differ in length, and enough for earlier ones. */
  function blocks(): number {
    const state = path.join(fleet.folder, "backend", ".pulumi", "stacks", "shop", `${few[0]}.json`);
    return Math.floor((statSync(state).size - 700) / 512);
  }

  function applyWithFullDisk(): Promise<{ code: number | null; output: string }> {
    const cli = path.resolve(__dirname, "../../../dist/fleet/cli/main.js");
    const command = `trap '' XFSZ; ulimit -f ${blocks()}; exec "${process.execPath}" "${cli}" apply`;
    const child = spawn("/bin/sh", ["-c", command], { cwd: fleet.folder, env: fleet.env() });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
    return new Promise((resolve) => child.once("close", (code) => resolve({ code, output })));
  }

  it("fails the customers whose state could not be written, says so, and the same command again makes nothing twice", async () => {
    const full = await applyWithFullDisk();
    expect(full.code).toBe(1);
    expect(full.output).toMatch(/FLEET_STATE_TORN|file too large/);
    const made = await fleet.api.listProjects();
    expect(made.length).toBeGreaterThan(1);
    expectCode(await fleet.run(["apply"]), 0);
    await expectWhole(fleet, few);
    const ids = (await fleet.api.listProjects()).map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(made.map(({ id }) => id)));
  }, 180_000);
});
