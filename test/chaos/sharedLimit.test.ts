import { setTimeout as sleep } from "node:timers/promises";
import { expectCode, FleetFixture } from "../engine/fleet/fleetFixture";

const shards = ["north", "south"];
const perShard = 12;
const customers = shards.flatMap((shard) => Array.from({ length: perShard }, (_, index) => `${shard}-${index + 1}`));

describe("two shards and a `pulumi up` at once, in a minute whose requests are nearly used up", () => {
  let fleet: FleetFixture;
  beforeAll(async () => {
    fleet = await FleetFixture.start({ rateLimits: true });
    fleet.write(Object.fromEntries([...customers, "lone"].map((customer) => [customer, {}])));
  });
  afterAll(() => fleet.stop());

  it("are refused with 429 and all end well", async () => {
    await useUp(670);
    expect(refused()).toBe(0);
    const apply = (shard: string) =>
      fleet.run(["apply", "--json", "--only", `${shard}-*`], { env: { NEON_RATE_LIMIT: "300" } });
    const up = ["up", "--yes", "--stack", "lone", "--non-interactive", "--color=never"];
    const ends = await Promise.all([...shards.map(apply), fleet.pulumi(up)]);
    for (const end of ends) expectCode(end, 0);
    expect(refused()).toBeGreaterThan(0);
    expect(await fleet.projectNames()).toEqual([...customers, "lone"].sort());
    expect(Object.values((await fleet.apply()).states)).toEqual([...customers, "lone"].map(() => "unchanged"));
  }, 400_000);

  /** Sends so many requests as another program of the same account, and stays below the limit of each route. */
  async function useUp(count: number): Promise<void> {
    const routes = ["users/me", "users/me/organizations", "regions", "projects", "projects/shared", "auth"];
    const perSecond = 35 * routes.length;
    for (let sent = 0; sent < count; sent += perSecond) {
      const batch = Array.from(
        { length: Math.min(perSecond, count - sent) },
        (_, index) => routes[index % routes.length],
      );
      await Promise.all(batch.map((route) => ask(route ?? "")));
      await sleep(1_050);
    }
  }

  async function ask(route: string): Promise<void> {
    const answer = await fetch(`${fleet.neon.apiHost}/${route}`, {
      headers: { Authorization: `Bearer ${fleet.neon.apiKey}` },
    });
    await answer.arrayBuffer();
  }

  function refused(): number {
    return Object.values(fleet.neon.requests()).reduce((sum, { refused }) => sum + refused, 0);
  }
});
