import { rmSync } from "node:fs";
import path from "node:path";
import { applyFleet, destroyTenant, listTenants, planTenants, type ApplyReport } from "../../../fleet";
import { FakeEngine, FakeFleet } from "./fakeFleet";

let fleet: FakeFleet;
let engine: FakeEngine;
beforeEach(() => {
  fleet = new FakeFleet().write({ acme: {}, globex: {}, initech: {} });
  engine = new FakeEngine(fleet);
});
afterEach(() => fleet.remove());

const states = ({ outcomes }: ApplyReport) => Object.fromEntries(outcomes.map(({ tenant, state }) => [tenant, state]));
const apply = (options: Parameters<typeof applyFleet>[1] = {}) => applyFleet(fleet.open(), { engine, ...options });

describe("apply", () => {
  it("makes every tenant, and the second time asks the engine nothing", async () => {
    expect(states(await apply())).toEqual({ acme: "created", globex: "created", initech: "created" });
    expect(states(await apply())).toEqual({ acme: "unchanged", globex: "unchanged", initech: "unchanged" });
    expect(engine.calls).toHaveLength(3);
  });

  it("goes on after a failure, reports it with its code, and tries it again the next time", async () => {
    engine.failing.set("globex", "NEON_LIMIT_EXCEEDED");
    const report = await apply();
    expect(states(report)).toEqual({ acme: "created", globex: "failed", initech: "created" });
    expect(report.outcomes[1]?.error).toEqual({ code: "NEON_LIMIT_EXCEEDED", message: "it was refused" });
    engine.failing.clear();
    expect(states(await apply())).toEqual({ acme: "unchanged", globex: "created", initech: "unchanged" });
  });

  it("touches only the tenant whose entry changed", async () => {
    await apply();
    fleet.write({ acme: {}, globex: { plan: "big" }, initech: {} });
    expect(states(await apply())).toEqual({ acme: "unchanged", globex: "updated", initech: "unchanged" });
    expect(engine.calls.slice(3)).toEqual(["up globex"]);
  });

  it("refuses a change of region before any call and leaves the others alone", async () => {
    await apply();
    fleet.write({ acme: { region: "aws-us-east-2" }, globex: {}, initech: {} });
    const report = await apply();
    expect(states(report)).toMatchObject({ acme: "refused", globex: "unchanged" });
    expect(report.outcomes[0]?.error?.code).toBe("FLEET_REGION_IMMUTABLE");
    expect(engine.calls).toHaveLength(3);
  });

  it("refuses a change of region also where the ledger was lost", async () => {
    await apply();
    rmSync(path.join(fleet.folder, ".neon-tenants"), { recursive: true });
    fleet.write({ acme: { region: "aws-us-east-2" }, globex: {}, initech: {} });
    expect(states(await apply())).toEqual({ acme: "refused", globex: "unchanged", initech: "unchanged" });
  });

  it("never destroys an entry that left the file", async () => {
    await apply();
    fleet.write({ acme: {}, initech: {} });
    expect(states(await apply())).toEqual({ acme: "unchanged", initech: "unchanged", globex: "unlisted" });
    expect(engine.calls).toHaveLength(3);
  });

  it("stops before any call where the file lost most of its tenants", async () => {
    await apply();
    fleet.write({ acme: {} });
    await expect(apply()).rejects.toMatchObject({ name: "FleetError" });
    expect(engine.calls).toHaveLength(3);
    expect(states(await apply({ allowUnlisted: true }))).toMatchObject({ acme: "unchanged", globex: "unlisted" });
  });

  it("knows what another door applied, without the ledger", async () => {
    await apply();
    rmSync(path.join(fleet.folder, ".neon-tenants"), { recursive: true });
    expect(states(await apply())).toEqual({ acme: "unchanged", globex: "unchanged", initech: "unchanged" });
    expect(engine.calls).toHaveLength(3);
  });

  it("notices that another door applied something else", async () => {
    await apply();
    fleet.checkpoint("acme", { projectId: "p-acme", applied: { hash: "another", version: "0.1.0" } });
    expect(states(await apply())).toMatchObject({ acme: "updated", globex: "unchanged" });
  });

  it("runs a tenant again whose last run left something half-made", async () => {
    await apply();
    const half = {
      urn: "u",
      type: "pulumi-nodejs:dynamic/neon:Project",
      custom: true,
      id: "p",
      initErrors: ["operation failed"],
    };
    fleet.checkpoint("acme", {}, [half]);
    expect(states(await apply())).toMatchObject({ acme: "updated", globex: "unchanged" });
  });

  it("keeps to its concurrency", async () => {
    await apply({ concurrency: 2 });
    expect(engine.mostInFlight).toBe(2);
  });

  it("begins nothing new once it is interrupted, and says what was left", async () => {
    const controller = new AbortController();
    const report = await apply({ concurrency: 1, signal: controller.signal, onEvent: () => controller.abort() });
    expect(report.interrupted).toBe(true);
    expect(states(report)).toEqual({ acme: "created", globex: "skipped", initech: "skipped" });
  });

  it("takes only the tenants it is told, and refuses a name that is none", async () => {
    expect(states(await apply({ only: ["a*"] }))).toEqual({ acme: "created" });
    await expect(apply({ only: ["acmee"] })).rejects.toMatchObject({ code: "FLEET_TENANT_UNKNOWN" });
  });
});

describe("destroy", () => {
  it("needs the tenant's name once more and changes nothing without it", async () => {
    await apply();
    await expect(destroyTenant(fleet.open(), "acme", { engine, confirm: "globex" })).rejects.toMatchObject({
      code: "FLEET_CONSENT_MISSING",
    });
    expect(planTenants(fleet.open()).actions.unchanged).toBe(3);
    expect(engine.calls).toHaveLength(3);
  });

  it("takes the locks off in a run of its own, destroys, and the tenant stays away", async () => {
    await apply();
    await destroyTenant(fleet.open(), "acme", { engine, confirm: "acme" });
    expect(engine.calls.slice(3)).toEqual(["up acme", "destroy acme"]);
    expect(states(await apply())).toEqual({ acme: "departed", globex: "unchanged", initech: "unchanged" });
    expect(listTenants(fleet.open()).map(({ state }) => state)).toEqual(["departed", "ready", "ready"]);
  });

  it("goes on where a kill stopped it: the fact is written before anything is called", async () => {
    await apply();
    engine.failing.set("acme", "NEON_UNREACHABLE");
    await expect(destroyTenant(fleet.open(), "acme", { engine, confirm: "acme" })).rejects.toThrow();
    engine.failing.clear();
    expect(states(await apply())).toMatchObject({ acme: "departed" });
    await destroyTenant(fleet.open(), "acme", { engine, confirm: "acme" });
    expect(engine.calls.at(-1)).toBe("destroy acme");
  });
});
