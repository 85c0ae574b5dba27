import { expectCode, FleetFixture } from "./fleetFixture";

let fleet: FleetFixture;
const globex = { databases: [{ name: "reports", owner: "reporter" }], roles: ["reporter"] };
const plain = ["--non-interactive", "--color=never"];
const preview = (stack: string) => fleet.pulumi(["preview", "--stack", stack, ...plain, "--expect-no-changes"]);
const up = (stack: string) => fleet.pulumi(["up", "--yes", "--stack", stack, ...plain]);
const destroy = (stack: string) => fleet.pulumi(["destroy", "--yes", "--stack", stack, ...plain]);

beforeAll(async () => {
  fleet = await FleetFixture.start();
  fleet.write({ acme: {}, globex });
});
afterAll(() => fleet.stop());

describe("the same stacks through every door", () => {
  it("apply after `pulumi up` finds nothing to do, and the other way round", async () => {
    expectCode(await up("acme"), 0);
    const first = await fleet.apply();
    expect(first.states).toEqual({ acme: "unchanged", globex: "created" });
    expectCode(await fleet.pulumi(["up", "--yes", "--stack", "globex", ...plain, "--expect-no-changes"]), 0);
    expect((await fleet.apply()).states).toEqual({ acme: "unchanged", globex: "unchanged" });
    expect(await fleet.projectNames()).toEqual(["acme", "globex"]);
  });

  it("preview and refresh of the plain CLI see no change after an apply", async () => {
    expectCode(await preview("acme"), 0);
    const refresh = ["refresh", "--yes", "--skip-preview", "--stack", "globex", ...plain, "--expect-no-changes"];
    expectCode(await fleet.pulumi(refresh), 0);
    expectCode(await preview("globex"), 0);
  });

  it("both engines of the driver and the plain CLI agree that nothing changed", async () => {
    fleet.write({ acme: { plan: "big" }, globex });
    expect((await fleet.apply("--engine", "stock", "--allow", "restartsCompute")).states).toEqual({
      acme: "updated",
      globex: "unchanged",
    });
    expectCode(await preview("acme"), 0);
    expect((await fleet.apply()).states).toEqual({ acme: "unchanged", globex: "unchanged" });
  });

  it("refuses to destroy a protected tenant and says the way out", async () => {
    const refused = await destroy("acme");
    expect(refused.code).not.toBe(0);
    expect(refused.output).toMatch(/protect/);
    expect(await fleet.projectNames()).toEqual(["acme", "globex"]);
  });

  it("destroys once `protection: false` was applied before", async () => {
    fleet.write({ acme: { plan: "big", protection: false }, globex });
    expectCode(await up("acme"), 0);
    expectCode(await destroy("acme"), 0);
    expect(await fleet.projectNames()).toEqual(["globex"]);
  });

  it("`neon-tenants destroy` does both after the name is given, and the tenant does not come back", async () => {
    const unasked = await fleet.run(["destroy", "globex"]);
    expectCode(unasked, 2);
    expect(unasked.stderr).toContain("--confirm globex");
    expect(await fleet.projectNames()).toEqual(["globex"]);
    expectCode(await fleet.run(["destroy", "globex", "--confirm", "globex"]), 0);
    expect(await fleet.projectNames()).toEqual([]);
    expect((await fleet.apply("--only", "globex")).states).toEqual({ globex: "departed" });
    expect((await up("globex")).output).toContain("FLEET_TENANT_DEPARTED");
    expect(await fleet.projectNames()).toEqual([]);
  });
});
