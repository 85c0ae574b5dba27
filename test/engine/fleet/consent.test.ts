import { expectCode, FleetFixture } from "./fleetFixture";

let fleet: FleetFixture;
beforeAll(async () => {
  fleet = await FleetFixture.start();
  fleet.write({ acme: { plan: "big" }, globex: { quota: { computeTime: "10h", logicalSize: "3GB" } } });
  expectCode(await fleet.run(["apply"]), 0);
});
afterAll(() => fleet.stop());

const project = async (name: string) => {
  const found = (await fleet.api.listProjects()).find((candidate) => candidate.name === name);
  return fleet.api.getProject(found!.id);
};
const calls = () => Object.values(fleet.neon.requests()).reduce((sum, { total }) => sum + total, 0);

describe("changes that hurt", () => {
  it("stop an apply before it changes anything, with the count of each class and the option to add", async () => {
    fleet.write({ acme: { plan: "small" }, globex: { quota: { computeTime: "10h", logicalSize: "3GB" } } });
    const before = await project("acme");
    const apply = await fleet.run(["apply"]);
    expectCode(apply, 2);
    expect(apply.stderr).toContain("FLEET_CONSENT_MISSING");
    expect(apply.stderr).toContain("restarts the compute of 1 tenant (restartsCompute: 2 changes)");
    // History is no longer set, which Neon keeps; the quota that comes with the plan leaves room for what was used.
    expect(apply.stderr).toMatch(/--allow restartsCompute$/m);
    expect(await project("acme")).toEqual(before);
  });

  it("are shown by plan with the present use of a quota that is lowered, read for that tenant only", async () => {
    const before = calls();
    const plan = await fleet.run(["plan"]);
    expectCode(plan, 0);
    expect(calls() - before).toBe(1);
    expect(plan.stdout).toMatch(/acme: quota\.computeTimeSeconds: 0 -> 36000 \(inPlace; \d+ used\)/);
    expect(plan.stdout).toContain("apply needs --allow restartsCompute");
    const offline = await fleet.run(["plan"], { env: { NEON_API_KEY: undefined } });
    expectCode(offline, 0);
    expect(offline.stdout).toContain("(maySuspend; present use unknown: NEON_API_KEY_MISSING)");
    expect(offline.stdout).toContain("apply needs --allow restartsCompute,maySuspend");
  });

  it("names a class that there is none of, and goes on with the right one", async () => {
    const wrong = await fleet.run(["apply", "--allow", "restarts"]);
    expectCode(wrong, 2);
    expect(wrong.stderr).toContain("restartsCompute, reducesProtection, maySuspend");
    expectCode(await fleet.run(["apply", "--allow", "restartsCompute"]), 0);
    expect((await project("acme")).settings?.quota?.compute_time_seconds).toBe(36_000);
    expect((await fleet.apply()).states).toEqual({ acme: "unchanged", globex: "unchanged" });
  });

  it("of several classes are allowed with commas or one by one, also for a quota that is used up already", async () => {
    const { id } = await project("globex");
    await fleet.neon.usage.add({ project_id: id, compute_time_seconds: 7200, logical_size_bytes: 2e9 });
    fleet.write({
      acme: { plan: "small", protection: false },
      globex: { quota: { computeTime: "9h", logicalSize: "1GB" }, compute: { max: 1 } },
    });
    const plan = await fleet.run(["plan"]);
    expect(plan.stdout).toMatch(/quota\.computeTimeSeconds: 36000 -> 32400 \(inPlace; 7200(\.\d+)? used\)/);
    expect(plan.stdout).toContain("-> 1000000000 (maySuspend; 2000000000 used: it would suspend at once)");
    const short = await fleet.run(["apply", "--allow", "restartsCompute, maySuspend"]);
    expectCode(short, 2);
    expect(short.stderr).toMatch(/--allow reducesProtection$/m);
    const all = ["--allow", "restartsCompute,maySuspend", "--allow", "reducesProtection"];
    expect((await fleet.apply(...all)).states).toEqual({ acme: "updated", globex: "updated" });
    expect((await project("globex")).settings?.quota?.logical_size_bytes).toBe(1e9);
  });

  it("which Neon cannot make are refused with the way out, whatever is allowed", async () => {
    const all = ["--allow", "restartsCompute,reducesProtection,maySuspend"];
    const acme = { plan: "small", protection: false };
    fleet.write({ acme: { ...acme, enableLogicalReplication: true } });
    expectCode(await fleet.run(["apply", "--only", "acme", ...all]), 0);
    fleet.write({ acme: { ...acme, enableLogicalReplication: false } });
    const refused = await fleet.run(["apply", "--only", "acme", ...all]);
    expectCode(refused, 2);
    expect(refused.stdout).toContain("FLEET_LOGICAL_REPLICATION_IMMUTABLE");
    expect((await project("acme")).settings?.enable_logical_replication).toBe(true);
  });
});

it("destroy of a tenant that is to be retained ends its management, and the project stays", async () => {
  const { id } = await project("acme");
  // Not applied before: destroy itself brings the word into the state.
  fleet.write({ acme: { plan: "small", protection: false, retainOnDelete: true } });
  const unasked = await fleet.run(["destroy", "acme"]);
  expectCode(unasked, 2);
  expect(unasked.stderr).toContain(`ends the management of project ${id}, which stays at Neon`);
  const destroyed = await fleet.run(["destroy", "acme", "--confirm", "acme"]);
  expectCode(destroyed, 0);
  expect(destroyed.stdout).toContain(`project ${id} stays at Neon`);
  expect((await project("acme")).id).toBe(id);
  const list = await fleet.run(["list", "--json"]);
  expect(JSON.parse(list.stdout)).toContainEqual(expect.objectContaining({ tenant: "acme", state: "departed" }));
});
