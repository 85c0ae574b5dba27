import { create, faultedApis, projectNames, send } from "./faultedApi";

const start = faultedApis();
const statusesOf = async (sent: Promise<{ status?: number; lost?: string }>[]) =>
  (await Promise.all(sent)).map(({ status, lost }) => status ?? lost);

it("counts exactly however many requests come at once", async () => {
  const api = await start();
  api.neon.faults.add({ route: "createProject", kind: "resetAfterCommit", first: 7 });
  api.neon.faults.add({ route: "createProject", kind: "503", every: 4, first: 3 });
  const seen = await statusesOf(Array.from({ length: 60 }, (_, n) => create(api, `t-${n}`)));
  const count = (wanted: unknown) => seen.filter((each) => each === wanted).length;
  expect([count("ECONNRESET"), count(503), count(201)]).toEqual([7, 3, 50]);
  expect(await projectNames(api)).toHaveLength(57);
  expect(api.neon.faults.active.map(({ matched, fired }) => [matched, fired])).toEqual([
    [60, 7],
    // The seven were taken already.
    [53, 3],
  ]);
  expect(api.neon.requests()["createProject"]).toEqual({ total: 60, refused: 0 });
});

it("strikes the same requests again for the same seed, and others for another", async () => {
  const run = async (faultSeed: number, seed?: number) => {
    const api = await start({ faultSeed, faults: [{ route: "listProjects", kind: "423", probability: 0.5, seed }] });
    const statuses: unknown[] = [];
    for (let n = 0; n < 40; n += 1) statuses.push((await send(api, "GET", "/projects")).status);
    return statuses.join(" ");
  };
  const first = await run(1);
  expect(first).toMatch(/200/);
  expect(first).toMatch(/423/);
  expect(await run(1)).toBe(first);
  expect(await run(2)).not.toBe(first);
  expect(await run(2, 5)).toBe(await run(3, 5));
});

it("lets the oldest fault that strikes have a request, and the next one the next", async () => {
  const api = await start();
  for (const kind of ["423", "500", "429"] as const) api.neon.faults.add({ route: "createProject", kind, first: 1 });
  const seen: unknown[] = [];
  for (let n = 0; n < 4; n += 1) seen.push((await create(api)).status);
  expect(seen).toEqual([423, 500, 429, 201]);
});

it("reaches single calls of a longer course: the n-th request of any kind", async () => {
  const api = await start();
  api.neon.faults.add({ route: "*", kind: "503", after: 2, first: 1 });
  const seen: unknown[] = [];
  for (const path of ["/regions", "/projects", "/auth", "/users/me"]) seen.push((await send(api, "GET", path)).status);
  expect(seen).toEqual([200, 200, 503, 200]);
});

it("leaves requests alone that Neon's own limits or a wrong key stop, and counts what was refused", async () => {
  const api = await start({ rateLimits: true });
  const fault = api.neon.faults.add({ route: "listProjects", kind: "429", every: 10 });
  await send(api, "GET", "/projects", { key: "wrong" });
  const seen = await Promise.all(Array.from({ length: 60 }, () => send(api, "GET", "/projects")));
  const refused = seen.filter(({ status }) => status === 429);
  const byLimit = refused.filter(({ headers }) => headers["retry-after"] !== undefined);
  // The limit is 40 a second, and it may have taken longer.
  expect(fault.matched).toBe(60 - byLimit.length);
  expect(fault.fired).toBe(refused.length - byLimit.length);
  expect(fault.fired).toBeGreaterThanOrEqual(4);
  expect(api.neon.requests()).toEqual({ listProjects: { total: 60, refused: refused.length } });
});

it("refuses a wrong rule, with everything that is wrong, and takes the right ones of a start", async () => {
  const api = await start({ faults: [{ route: "getAuthDetails", kind: "500" }] });
  expect((await send(api, "GET", "/auth")).status).toBe(500);
  const wrong = () => api.neon.faults.add({ route: "nothing", kind: "slow", delayMs: -1 });
  expect(wrong).toThrow(/"nothing" is no operation[\s\S]*delayMs/);
  await expect(start({ faults: [{ route: "nothing", kind: "423" }] })).rejects.toMatchObject({
    code: "LOCAL_FAULTS_INVALID",
  });
});
