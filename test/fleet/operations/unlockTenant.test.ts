import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { unlockTenant } from "../../../fleet";
import { FakeEngine, FakeFleet } from "./fakeFleet";

let fleet: FakeFleet;
let engine: FakeEngine;
beforeEach(() => {
  fleet = new FakeFleet().write({ acme: {} });
  engine = new FakeEngine(fleet);
});
afterEach(() => fleet.remove());

const processes = { host: "here", isAlive: (pid: number) => pid === 1 };
const unlock = (confirm?: string) => unlockTenant(fleet.open(), "acme", { engine, confirm, processes });

function lock(hostname: string, pid: number): void {
  const folder = path.join(fleet.folder, "state/.pulumi/locks/organization/shop/acme");
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    path.join(folder, "x.json"),
    JSON.stringify({ hostname, pid, username: "root", timestamp: "2026-11-23T10:00:00Z" }),
  );
}

describe("unlock", () => {
  it("does nothing where there is no lock", async () => {
    expect(await unlock("acme")).toEqual([]);
    expect(engine.calls).toEqual([]);
  });

  it("names who holds a lock elsewhere and removes it only with the tenant's name", async () => {
    lock("there", 7);
    await expect(unlock()).rejects.toThrow(/root@there \(pid 7\)/);
    await expect(unlock("globex")).rejects.toMatchObject({ code: "FLEET_CONSENT_MISSING" });
    expect(engine.calls).toEqual([]);
    expect(await unlock("acme")).toHaveLength(1);
    expect(engine.calls).toEqual(["cancel acme"]);
  });

  it("never removes the lock of a process that lives on this machine", async () => {
    lock("here", 1);
    await expect(unlock("acme")).rejects.toMatchObject({ code: "FLEET_STACK_LOCKED" });
    expect(engine.calls).toEqual([]);
  });
});
