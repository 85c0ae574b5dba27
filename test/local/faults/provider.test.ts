import { createNeonApi } from "../../../provider/api/createNeonApi";
import type { FaultEffect } from "../../../local";
import type { TestApi } from "../api/testApi";
import { faultedApis, projectNamed, projectNames } from "./faultedApi";

const start = faultedApis();

/** The provider's client; where it would sleep, its time moves on. */
function clientOf({ neon }: TestApi) {
  const waitedMs: number[] = [];
  let nowMs = 0;
  const sleep = async (ms: number) => {
    waitedMs.push(ms);
    nowMs += ms;
    // Others get their turn, as in a real sleep.
    await new Promise((resolve) => setImmediate(resolve));
  };
  const clock = { now: () => nowMs, sleep, random: () => 0 };
  const rateLimit = { perMinute: Infinity, perSecond: Infinity };
  return { waitedMs, client: createNeonApi({ apiKey: neon.apiKey, baseUrl: neon.apiHost, clock, rateLimit }) };
}
const request = { project: { name: "customer" } };

describe("the provider's client", () => {
  it.each<FaultEffect>([{ kind: "423" }, { kind: "429" }, { kind: "429", retryAfterSeconds: 4 }, { kind: "503" }])(
    "asks again after %j, and makes one project",
    async (effect) => {
      const api = await start();
      api.neon.faults.add({ route: "createProject", first: 2, ...effect });
      const { client, waitedMs } = clientOf(api);
      const { project } = await client.createProject(request);
      expect(await projectNames(api)).toEqual(["customer"]);
      expect(project.name).toBe("customer");
      expect(api.neon.requests()["createProject"]?.total).toBe(3);
      if (effect.kind === "429" && effect.retryAfterSeconds) expect(waitedMs.some((ms) => ms >= 4000)).toBe(true);
    },
  );

  it.each<[FaultEffect, string[]]>([
    [{ kind: "500" }, []],
    [{ kind: "524" }, []],
    [{ kind: "resetBeforeRequest" }, []],
    [{ kind: "500", when: "afterCommit" }, ["customer"]],
    [{ kind: "524", when: "afterCommit" }, ["customer"]],
    [{ kind: "resetAfterCommit" }, ["customer"]],
    [{ kind: "commitAfterReset", delayMs: 60_000 }, []],
  ])("says after %j that it does not know, and asks no second time", async (effect, names) => {
    const api = await start();
    api.neon.faults.add({ route: "createProject", ...effect });
    const { client } = clientOf(api);
    await expect(client.createProject(request)).rejects.toMatchObject({ code: "NEON_UNANSWERED", unanswered: true });
    expect(await projectNames(api)).toEqual(names);
    expect(api.neon.requests()["createProject"]?.total).toBe(1);
  });

  it("repeats a GET whose connection was reset", async () => {
    const api = await start();
    const { client } = clientOf(api);
    await client.createProject(request);
    const { id } = await projectNamed(api, "customer");
    api.neon.faults.add({ route: "getProject", kind: "resetAfterCommit", first: 1 });
    api.neon.faults.add({ route: "getProject", kind: "resetBeforeRequest", first: 1 });
    expect((await client.getProject(id)).id).toBe(id);
    expect(api.neon.requests()["getProject"]?.total).toBe(3);
    expect(api.neon.faults.log.map(({ committed }) => committed)).toEqual([false, false]);
  });

  it("hears of an operation that failed", async () => {
    const api = await start();
    api.neon.faults.add({ route: "createProject", kind: "operationFails", action: "start_compute", error: "no room" });
    const { client } = clientOf(api);
    const { operations } = await client.createProject(request);
    await expect(client.waitForOperations(operations)).rejects.toThrow("no room");
  });

  it("names the request in its error as the log of faults does", async () => {
    const api = await start();
    api.neon.faults.add({ route: "createProject", kind: "500" });
    const { client } = clientOf(api);
    const failure = client.createProject(request);
    await expect(failure).rejects.toMatchObject({ status: 500 });
    const { requestId } = (await failure.catch((error: unknown) => error)) as { requestId?: string };
    expect(api.neon.faults.log[0]?.requestId).toBe(requestId);
  });
});
