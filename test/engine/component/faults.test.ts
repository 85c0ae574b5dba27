import { seededRandom } from "../../chaos/support/random";
import { type FaultCase, titleOf } from "../../provider/faults/support/faultCases";
import { FaultRun } from "../../provider/faults/support/faultRun";
import { from, to, unlocked } from "../../provider/faults/support/fullTenant";
import { startNeon } from "../../provider/faults/support/tenantWorld";
import type { FleetFixture } from "../fleet/fleetFixture";
import { EngineTenant, startEngineFleet } from "./engineTenant";

jest.setTimeout(900_000);

const seed = Number(process.env.SEED ?? 1);
const cases = 6;

let fleet: FleetFixture;
let sample: FaultCase[];
beforeAll(async () => {
  const neon = await startNeon();
  const run = new FaultRun(neon);
  const all = (await run.cases("create", "update")).filter(isQuick);
  sample = seededRandom(seed, "engine").shuffled(all).slice(0, cases);
  await neon.close();
  fleet = await startEngineFleet();
});
afterAll(() => fleet.stop());

/** What the provider waits for by the clock of the machine, minutes long, the stand-in for the engine goes through. */
function isQuick({ strike }: FaultCase): boolean {
  if ("transaction" in strike || strike.effect.kind === "operationHangs") return false;
  if (strike.effect.kind === "commitAfterReset" && strike.call.operationId === "createProject") return false;
  return !strike.call.reads && !strike.lasting;
}

test.each(Array.from({ length: cases }, (_, index) => index))(
  `case %i of the faults at each call ends well with the real engine (SEED=${seed})`,
  async (index) => {
    const one = sample[index]!;
    const tenant = new EngineTenant(fleet, `case-${index}`);
    await tenant.init();
    try {
      await follow(tenant, one);
    } catch (error) {
      throw new Error(`${titleOf(one)}: ${(error as Error).message}`, { cause: error });
    } finally {
      fleet.neon.faults.clear();
    }
  },
);

async function follow(tenant: EngineTenant, { phase, strike, next }: FaultCase): Promise<void> {
  if ("transaction" in strike) throw new Error("a fault of the API is meant");
  const [first, second] = next === "destroy" ? [unlocked(from), unlocked(to)] : [from, to];
  const spec = phase === "create" ? first : second;
  if (phase === "update") await tenant.well(tenant.up(first));
  const { call, effect } = strike;
  const fault = fleet.neon.faults.add({ route: call.operationId, after: call.n, first: 1, ...effect });
  const struck = await tenant.up(spec);
  fault.remove();
  if (struck.code !== 0) expect(struck.output).toMatch(/NEON_[A-Z_]+: /);
  if (next === "refresh") await tenant.well(tenant.run(["refresh", "--skip-preview"], spec));
  // A project whose branch Neon could not make is given up with a destroy; nothing else ends like that.
  const isGivenUp = /ended as failed/.test(struck.output) && /create_timeline/.test(struck.output);
  if (next === "destroy" || isGivenUp) {
    if (isGivenUp) await tenant.up(unlocked(spec));
    await tenant.well(tenant.run(["destroy", "--skip-preview"], spec));
    expect(await tenant.projectIds()).toEqual([]);
  } else {
    const again = await tenant.up(spec);
    if (again.code !== 0) await tenant.well(tenant.up(spec));
    expect(await tenant.projectIds()).toHaveLength(1);
    await tenant.expectAccess();
    await tenant.well(tenant.up(spec, "--expect-no-changes"));
  }
  await tenant.expectSilent();
}
