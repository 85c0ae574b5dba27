import { type Operation, OperationStatus } from "@neondatabase/api-client";
import { OperationFollower } from "../../../fleet/run/operationFollower";

/** A project whose one operation takes `tookMs` by the server's clock, which is the follower's. */
function world() {
  let now = 1_000_000;
  const clock = { now: () => now, sleep: (ms: number) => ((now += ms), Promise.resolve()) };
  const project = (tookMs: number, end = OperationStatus.Finished) => {
    const since = now;
    let calls = 0;
    const api = {
      listOperations: () => {
        calls += 1;
        const over = now - since >= tookMs;
        const updated = new Date(over ? since + tookMs : now).toISOString();
        const status = over ? end : OperationStatus.Running;
        const operation = {
          action: "create_timeline",
          status,
          created_at: new Date(since).toISOString(),
          updated_at: updated,
          error: "disk",
        };
        return Promise.resolve([operation as Operation]);
      },
    };
    return { following: { tenant: "acme", api, projectId: "p1", since }, calls: () => calls };
  };
  return { clock, project };
}

describe("following operations", () => {
  it("asks about a project once, as soon as it knows how long they take", async () => {
    const { clock, project } = world();
    const follower = new OperationFollower(clock);
    for (let count = 0; count < 20; count++) await follower.follow(project(8_000).following);
    const next = project(8_000);
    await follower.follow(next.following);
    expect(next.calls()).toBe(1);
  });

  it("asks about one project only while it knows nothing, and then about each of the others once", async () => {
    const { clock, project } = world();
    const follower = new OperationFollower(clock);
    const projects = Array.from({ length: 10 }, () => project(8_000));
    await Promise.all(projects.map(({ following }) => follower.follow(following)));
    expect(projects.slice(1).map(({ calls }) => calls())).toEqual(Array.from({ length: 9 }, () => 1));
  });

  it("is not fooled by one that takes longer", async () => {
    const { clock, project } = world();
    const follower = new OperationFollower(clock);
    for (let count = 0; count < 20; count++) await follower.follow(project(1_000).following);
    const slow = project(30_000);
    await follower.follow(slow.following);
    expect(slow.calls()).toBeLessThan(20);
  });

  it("throws for one that failed, with the tenant, the action and Neon's words", async () => {
    const { clock, project } = world();
    const run = new OperationFollower(clock).follow(project(500, OperationStatus.Failed).following);
    await expect(run).rejects.toThrow(/NEON_OPERATION_FAILED: tenant acme: operation create_timeline .*: disk/);
  });

  it("gives up after its limit and says that the next run goes on", async () => {
    const { clock, project } = world();
    await expect(new OperationFollower(clock, 60_000).follow(project(Infinity).following)).rejects.toMatchObject({
      code: "NEON_OPERATION_TIMEOUT",
    });
  });
});
