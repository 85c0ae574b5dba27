import { applyFleet, type ApplyOptions, planWithUse } from "../../../fleet";
import { checkQuotaUse, type UseApi } from "../../../fleet/operations/checkQuotaUse";
import { planTenants } from "../../../fleet/operations/planTenants";
import { FakeEngine, FakeFleet } from "./fakeFleet";

let fleet: FakeFleet;
let engine: FakeEngine;
beforeEach(() => {
  fleet = new FakeFleet();
  engine = new FakeEngine(fleet);
});
afterEach(() => fleet.remove());

const apply = (options: ApplyOptions = {}) => applyFleet(fleet.open(), { engine, ...options });

/** Writes down what is read, and answers with the same use for everybody. */
function reading(use: { active?: number; sizes?: (number | undefined)[]; error?: Error }) {
  const calls: string[] = [];
  const api = {
    getProject: (id: string) => {
      calls.push(`project ${id}`);
      return use.error ? Promise.reject(use.error) : Promise.resolve({ active_time_seconds: use.active });
    },
    listBranches: (id: string) => {
      calls.push(`branches ${id}`);
      return Promise.resolve((use.sizes ?? []).map((logical_size) => ({ branch: { logical_size } })));
    },
  } as unknown as UseApi;
  return { calls, apiOf: () => api };
}

async function lowered(before: object, after: object, apiOf: () => UseApi) {
  fleet.write({ acme: { quota: before }, globex: { quota: { activeTime: "9h" } } });
  await apply();
  fleet.write({ acme: { quota: after }, globex: { quota: { activeTime: "10h" } } });
  const plan = await checkQuotaUse(planTenants(fleet.open()), apiOf);
  return plan.entries[0]!.changes.map(({ field, class: kind, use }) => [field, kind, use]);
}

test("only a tenant whose quota is lowered is asked about, by one call", async () => {
  const { calls, apiOf } = reading({ active: 1800 });
  expect(await lowered({ activeTime: "9h" }, { activeTime: "1h" }, apiOf)).toEqual([
    ["quota.activeTimeSeconds", "inPlace", { used: 1800, isUsedUp: false }],
  ]);
  expect(calls).toEqual(["project p-acme"]);
});

test("a size is that of the largest branch, and unknown where Neon does not tell one", async () => {
  const told = reading({ sizes: [5e8, 2e9, 0] });
  expect(await lowered({ logicalSize: "9GB" }, { logicalSize: "1GB" }, told.apiOf)).toEqual([
    ["quota.logicalSizeBytes", "maySuspend", { used: 2e9, isUsedUp: true }],
  ]);
  expect(told.calls).toEqual(["branches p-acme"]);
  const untold = reading({ sizes: [1, undefined] });
  expect(await lowered({ logicalSize: "9GB" }, { logicalSize: "1GB" }, untold.apiOf)).toEqual([
    ["quota.logicalSizeBytes", "maySuspend", {}],
  ]);
});

test("what Neon does not answer stays a change that may suspend, and the rest of the fleet does not wait for it", async () => {
  const names = Array.from({ length: 30 }, (_, index) => `t${index}`);
  const all = (activeTime: string) => Object.fromEntries(names.map((name) => [name, { quota: { activeTime } }]));
  fleet.write(all("9h"));
  await apply({ concurrency: 30 });
  fleet.write(all("1h"));
  const { calls, apiOf } = reading({ error: Object.assign(new Error("gone"), { code: "NEON_UNREACHABLE" }) });
  const plan = await checkQuotaUse(planTenants(fleet.open()), apiOf);
  expect(plan.classes.maySuspend).toBe(30);
  expect(new Set(plan.entries.map(({ changes }) => changes[0]!.use!.error))).toEqual(new Set(["NEON_UNREACHABLE"]));
  expect(calls.length).toBeLessThanOrEqual(8);
});

test("a mistake of ours is not taken for an answer", async () => {
  const { apiOf } = reading({ error: new TypeError("ours") });
  await expect(lowered({ activeTime: "9h" }, { activeTime: "1h" }, apiOf)).rejects.toThrow("ours");
});

test("a plan without a key says that the use is unknown", async () => {
  fleet.write({ acme: { quota: { activeTime: "9h" } } });
  await apply();
  fleet.write({ acme: { quota: { activeTime: "1h" } } });
  const open = fleet.open();
  const plan = await planWithUse({ ...open, env: {} });
  expect(plan.entries[0]!.changes[0]).toMatchObject({ class: "maySuspend", use: { error: "NEON_API_KEY_MISSING" } });
});

describe("apply", () => {
  beforeEach(async () => {
    fleet.write({ acme: { quota: { activeTime: "9h" } }, globex: { blockVpcConnections: true } });
    await apply();
    fleet.write({ acme: { quota: { activeTime: "1h" }, compute: { min: 1, max: 2 } }, globex: {}, initech: {} });
    engine.calls.length = 0;
  });

  it("ends before it changes anything where a class that hurts is not allowed, and says what to add", async () => {
    await expect(apply({ allow: ["maySuspend"] })).rejects.toMatchObject({
      code: "FLEET_CONSENT_MISSING",
      needs: [
        { class: "restartsCompute", changes: 2, tenants: 1 },
        { class: "reducesProtection", changes: 1, tenants: 1 },
      ],
      hint: expect.stringContaining("--allow restartsCompute,reducesProtection") as string,
    });
    expect(engine.calls).toEqual([]);
  });

  it("goes on once every class is allowed, and asks Neon for no use where the end of it is allowed", async () => {
    // The fleet's key reaches nobody: a call would fail.
    const report = await apply({ allow: ["restartsCompute", "reducesProtection", "maySuspend"] });
    expect(report.outcomes.map(({ state }) => state)).toEqual(["updated", "updated", "created"]);
    expect(report.plan.entries[0]!.changes.some(({ use }) => use !== undefined)).toBe(false);
  });

  it("needs a word for what it is told to do only", async () => {
    const report = await apply({ only: ["initech"] });
    expect(report.outcomes.map(({ state }) => state)).toEqual(["created"]);
  });
});
