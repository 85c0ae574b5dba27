import fc from "fast-check";
import { comparable, expectedView, keepsReplica, refusals } from "../../provider/faults/support/changeRules";
import { twoSpecs } from "../../provider/faults/support/specArbitrary";
import { tenantView } from "../../provider/faults/support/tenantView";
import type { Spec } from "../../provider/faults/support/tenantWorld";
import type { FleetFixture } from "../fleet/fleetFixture";
import { EngineTenant, startEngineFleet } from "./engineTenant";

jest.setTimeout(600_000);

const seed = Number(process.env.SEED ?? 1);

let fleet: FleetFixture;
beforeAll(async () => {
  fleet = await startEngineFleet();
});
afterAll(() => fleet.stop());

/** Two pairs whose change is made, and one that is refused. The network stays open: app roles are made over it. */
const pairs = fc
  .sample(twoSpecs, { seed, numRuns: 100 })
  .map(({ a, b }) => ({ a: open(a), b: open(b) }))
  .filter(({ a, b }) => !keepsReplica(a, b));
const made = pairs.filter(({ a, b }) => refusals(a, b).length === 0).slice(0, 2);
const refused = pairs.filter(({ a, b }) => refusals(a, b).length > 0).slice(0, 1);

function open(spec: Spec): Spec {
  const plan = spec.plan && { ...spec.plan, blockPublicConnections: false, quota: ample(spec.plan.quota) };
  return { ...spec, plan, blockPublicConnections: false, allowedIps: ["any"], quota: ample(spec.quota) };
}

/** Limits that a database of its own keeps; 0 is none. */
function ample(quota: Spec["quota"]): Spec["quota"] {
  const more = Object.entries(quota ?? {}).map(([name, value]) => [name, value === 0 ? 0 : Number(value) + 1e12]);
  return quota && (Object.fromEntries(more) as Spec["quota"]);
}

async function tenantOf(name: string): Promise<EngineTenant> {
  const tenant = new EngineTenant(fleet, name);
  await tenant.init();
  return tenant;
}

test.each(made.map((pair, index) => [index, pair] as const))(
  `pair %i: the second spec after the first is the second alone, with the real engine (SEED=${seed})`,
  async (index, { a, b }) => {
    const changed = await tenantOf(`changed-${index}`);
    await changed.well(changed.up(a));
    const before = await tenantView(changed);
    const [project] = await changed.projectIds();
    await changed.well(changed.up(b));
    expect(await changed.projectIds()).toEqual([project]);
    const after = await tenantView(changed);
    await changed.well(changed.up(b, "--expect-no-changes"));
    const fresh = await tenantOf(`fresh-${index}`);
    await fresh.well(fresh.up(b));
    const views = { a: before, b: await tenantView(fresh) };
    expect(comparable(after, b)).toEqual(expectedView({ a, b }, views));
    await changed.expectAccess();
    await changed.expectSilent();
  },
);

test.each(refused)(
  `what is refused is refused before any call, with the real engine (SEED=${seed})`,
  async ({ a, b }) => {
    const tenant = await tenantOf("refused");
    await tenant.well(tenant.up(a));
    const before = await tenantView(tenant);
    const preview = await tenant.run(["up"], b);
    expect(preview.code).not.toBe(0);
    expect(preview.output).toMatch(/NEON_IMMUTABLE|protected/);
    expect(await tenantView(tenant)).toEqual(before);
  },
);
