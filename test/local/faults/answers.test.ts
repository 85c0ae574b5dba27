import type * as neon from "@neondatabase/api-client";
import { manualClock } from "../../../local/clock";
import type { FaultEffect, FaultRule } from "../../../local";
import { create, faultedApis, progress, projectNamed, projectNames, send, until } from "./faultedApi";

const start = faultedApis();
const onCreate = (effect: FaultEffect): FaultRule => ({ route: "createProject", first: 1, ...effect });

describe("an answer that is an error", () => {
  it.each<[FaultEffect, number, Record<string, string | undefined>]>([
    [{ kind: "423" }, 423, {}],
    [{ kind: "429" }, 429, { "retry-after": undefined }],
    [{ kind: "429", retryAfterSeconds: 3 }, 429, { "retry-after": "3" }],
    [{ kind: "500" }, 500, {}],
    [{ kind: "503", when: "beforeCommit" }, 503, {}],
    [{ kind: "524" }, 524, { "content-type": "text/plain; charset=UTF-8" }],
  ])("%j comes once, nothing is made, and the same request is right the next time", async (effect, status, headers) => {
    const api = await start();
    api.neon.faults.add(onCreate(effect));
    const seen = await create(api, "customer", "request-1");
    expect(seen.status).toBe(status);
    for (const [name, value] of Object.entries(headers)) expect(seen.headers[name]).toBe(value);
    expect(seen.headers["x-request-id"]).toBe("request-1");
    if (status !== 524) expect(JSON.parse(seen.text)).toMatchObject({ request_id: "request-1" });
    expect(await projectNames(api)).toEqual([]);
    expect(api.neon.faults.log).toEqual([
      expect.objectContaining({
        kind: effect.kind,
        requestId: "request-1",
        operationId: "createProject",
        committed: false,
      }),
    ]);
    expect((await create(api)).status).toBe(201);
    expect(await projectNames(api)).toEqual(["customer"]);
  });

  it.each(["500", "503", "524"] as const)(
    "%s after the commit hides a project that is there and comes to be ready",
    async (kind) => {
      const api = await start();
      api.neon.faults.add(onCreate({ kind, when: "afterCommit" }));
      expect((await create(api)).status).toBe(Number(kind));
      const { id } = await projectNamed(api, "customer");
      await api.settle(id);
      expect(await progress(api, id)).toEqual(["create_timeline finished", "start_compute finished"]);
      expect(api.neon.faults.log).toMatchObject([{ kind, committed: true }]);
    },
  );

  it("after the commit says of a refused request that nothing was made", async () => {
    const api = await start();
    api.neon.faults.add({ route: "deleteProject", kind: "500", when: "afterCommit" });
    expect((await send(api, "DELETE", "/projects/no-such-project-1")).status).toBe(500);
    expect(api.neon.faults.log).toMatchObject([{ committed: false }]);
  });
});

describe("a connection that is reset", () => {
  it("before the request is read leaves nothing behind", async () => {
    const api = await start();
    api.neon.faults.add(onCreate({ kind: "resetBeforeRequest" }));
    expect(await create(api)).toMatchObject({ lost: "ECONNRESET" });
    expect(await projectNames(api)).toEqual([]);
    expect((await create(api)).status).toBe(201);
  });

  it("after the commit leaves a whole project behind", async () => {
    const api = await start();
    api.neon.faults.add(onCreate({ kind: "resetAfterCommit" }));
    expect(await create(api)).toMatchObject({ lost: "ECONNRESET" });
    const { id } = await projectNamed(api, "customer");
    await api.settle(id);
    const { branches } = await api.expect<neon.BranchesResponse>(200, "GET", `/projects/${id}/branches`);
    const { endpoints } = await api.expect<neon.EndpointsResponse>(200, "GET", `/projects/${id}/endpoints`);
    expect([branches.length, endpoints.length]).toEqual([1, 1]);
    expect(api.computes.endpoints.has(endpoints[0]?.id ?? "")).toBe(true);
    await api.expect(200, "PATCH", `/projects/${id}`, { project: { name: "renamed" } });
    await api.expect(200, "DELETE", `/projects/${id}`);
    expect(api.neon.faults.log).toMatchObject([{ kind: "resetAfterCommit", committed: true }]);
  });

  it("before a commit that comes later: the project appears when its time has come", async () => {
    const clock = manualClock(new Date("2026-01-01T00:00:00Z"));
    const api = await start({ clock });
    api.neon.faults.add(onCreate({ kind: "commitAfterReset", delayMs: 2000 }));
    expect(await create(api)).toMatchObject({ lost: "ECONNRESET" });
    clock.advance(1999);
    expect(await projectNames(api)).toEqual([]);
    expect(api.neon.faults.log).toMatchObject([
      { kind: "commitAfterReset", committed: false, at: "2026-01-01T00:00:00.000Z" },
    ]);
    clock.advance(1);
    await until(async () => (await projectNames(api)).length > 0);
    const { id } = await projectNamed(api, "customer");
    await until(async () => {
      clock.advance(5);
      return (await progress(api, id)).every((line) => line.endsWith("finished"));
    });
    expect(api.neon.faults.log).toMatchObject([{ committed: true }]);
  });

  it("before a commit that is not allowed any more when its time comes changes nothing", async () => {
    const clock = manualClock(new Date("2026-01-01T00:00:00Z"));
    const api = await start({ clock });
    expect((await create(api)).status).toBe(201);
    const { id } = await projectNamed(api, "customer");
    api.neon.faults.add({ route: "updateProject", kind: "commitAfterReset", delayMs: 1 });
    const renamed = await send(api, "PATCH", `/projects/${id}`, { body: { project: { name: "other" } } });
    expect(renamed.lost).toBe("ECONNRESET");
    clock.advance(1);
    // Its own operations lock the project still.
    await until(() => api.log.some((line) => line.includes("connection reset")));
    expect(await projectNames(api)).toEqual(["customer"]);
    expect(api.neon.faults.log).toMatchObject([{ committed: false }]);
  });

  it("is forgotten with its commit when the server is closed first", async () => {
    const clock = manualClock(new Date("2026-01-01T00:00:00Z"));
    const api = await start({ clock });
    api.neon.faults.add(onCreate({ kind: "commitAfterReset", delayMs: 1000 }));
    expect(await create(api)).toMatchObject({ lost: "ECONNRESET" });
    await api.close();
    clock.advance(1000);
    await new Promise((resolve) => setImmediate(resolve));
    // A commit into the closed store would leave its error here.
    expect(api.log.filter((line) => !line.startsWith("fault-1 "))).toEqual(["POST /api/v2/projects connection reset"]);
    expect(api.neon.faults.log).toMatchObject([{ committed: false }]);
  });
});

describe("a slow request", () => {
  it("is carried out at once and answered late", async () => {
    const clock = manualClock(new Date("2026-01-01T00:00:00Z"));
    const api = await start({ clock });
    api.neon.faults.add(onCreate({ kind: "slow", delayMs: 60_000 }));
    let answered = false;
    const creating = create(api).finally(() => (answered = true));
    await until(async () => (await projectNames(api)).length > 0);
    clock.advance(59_999);
    await projectNames(api);
    expect(answered).toBe(false);
    clock.advance(1);
    expect((await creating).status).toBe(201);
  });

  it("may be slow before it is carried out, and fails where another fault says so", async () => {
    const clock = manualClock(new Date("2026-01-01T00:00:00Z"));
    const api = await start({ clock });
    api.neon.faults.add(onCreate({ kind: "slow", delayMs: 60_000, when: "beforeCommit" }));
    api.neon.faults.add(onCreate({ kind: "500", when: "afterCommit" }));
    const creating = create(api);
    await until(() => api.neon.faults.log.length === 2);
    expect(await projectNames(api)).toEqual([]);
    // The wait begins after the request was read.
    await until(() => {
      clock.advance(60_000);
      return api.log.some((line) => line === "POST /api/v2/projects 500");
    });
    expect((await creating).status).toBe(500);
    expect(await projectNames(api)).toEqual(["customer"]);
  });

  it("does not keep the server from closing", async () => {
    const api = await start();
    api.neon.faults.add(onCreate({ kind: "slow", delayMs: 3_600_000 }));
    const creating = create(api);
    await until(async () => (await projectNames(api)).length > 0);
    await api.close();
    expect((await creating).lost).toBeDefined();
  });
});
