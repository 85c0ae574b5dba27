import { create, faultedApis, projectNamed, send } from "./faultedApi";

const start = faultedApis();

interface View {
  id: string;
  rule: unknown;
  matched: number;
  fired: number;
  hanging: string[];
}
const facts = (text: string) => (JSON.parse(text) as { faults: View[] }).faults;

describe("the control routes", () => {
  it("take faults from another process, show what they met, and end them", async () => {
    const api = await start();
    const rules = [
      { route: "createProject", kind: 503, first: 1 },
      { route: "POST /projects", kind: "operationHangs", action: "start_compute" },
    ];
    const added = await send(api, "POST", "/_local/faults", { body: rules });
    expect(added.status).toBe(201);
    expect(facts(added.text).map(({ id }) => id)).toEqual(["fault-1", "fault-2"]);
    expect((await create(api, "customer", "r-1")).status).toBe(503);
    expect((await create(api, "customer", "r-2")).status).toBe(201);
    const { id: projectId } = await projectNamed(api, "customer");

    const shown = facts((await send(api, "GET", "/_local/faults")).text);
    expect(shown).toEqual([
      { id: "fault-1", rule: { ...rules[0], kind: "503" }, matched: 2, fired: 1, hanging: [] },
      { id: "fault-2", rule: rules[1], matched: 1, fired: 1, hanging: [expect.any(String)] },
    ]);
    const { log } = JSON.parse((await send(api, "GET", "/_local/faults/log")).text) as { log: unknown[] };
    expect(log).toMatchObject([
      { faultId: "fault-1", kind: "503", requestId: "r-1", committed: false },
      { faultId: "fault-2", kind: "operationHangs", requestId: "r-2", operation: { projectId } },
    ]);

    const released = await send(api, "POST", "/_local/faults/fault-2/release");
    expect([released.status, (JSON.parse(released.text) as View).hanging]).toEqual([200, []]);
    await api.settle(projectId);
    expect((await send(api, "DELETE", "/_local/faults/fault-1")).status).toBe(204);
    expect(facts((await send(api, "GET", "/_local/faults")).text).map(({ id }) => id)).toEqual(["fault-2"]);
    expect((await send(api, "DELETE", "/_local/faults")).status).toBe(204);
    expect(api.neon.faults.active).toEqual([]);
  });

  it("take all rules of a list or none", async () => {
    const api = await start();
    const body = [
      { route: "*", kind: "423" },
      { route: "nothing", kind: "423", first: 0 },
    ];
    const refused = await send(api, "POST", "/_local/faults", { body });
    expect(refused.status).toBe(400);
    expect(JSON.parse(refused.text)).toMatchObject({
      code: "LOCAL_FAULTS_INVALID",
      message: expect.stringMatching(/^fault 2: route: .*; fault 2: first: /) as unknown,
    });
    expect(api.neon.faults.active).toEqual([]);
    expect((await send(api, "POST", "/_local/faults")).status).toBe(400);
  });

  it("want a key, are no part of Neon's API, and are met by no fault and no limit", async () => {
    const api = await start({ rateLimits: true, faults: [{ route: "*", kind: "500" }] });
    expect((await send(api, "GET", "/_local/faults", { key: "wrong" })).status).toBe(401);
    for (let n = 0; n < 50; n += 1) expect((await send(api, "GET", "/_local/requests")).status).toBe(200);
    expect((await api.request("GET", "/_local/faults")).status).toBe(404);
    expect((await send(api, "GET", "/_local/nothing")).status).toBe(404);
    const wrongMethod = await send(api, "PUT", "/_local/faults");
    expect([wrongMethod.status, wrongMethod.headers.allow]).toEqual([405, "GET, POST, DELETE"]);
    expect((await send(api, "DELETE", "/_local/faults/fault-9")).status).toBe(404);
    expect(api.neon.requests()).toEqual({});
  });

  it("count requests by operation", async () => {
    const api = await start();
    await create(api);
    const { id } = await projectNamed(api, "customer");
    await send(api, "GET", `/projects/${id}`);
    await send(api, "GET", `/projects/${id}`, { key: "wrong" });
    await send(api, "POST", "/projects", { body: {} });
    const counts = JSON.parse((await send(api, "GET", "/_local/requests")).text) as unknown;
    expect(counts).toEqual({
      createProject: { total: 2, refused: 0 },
      listProjects: { total: 1, refused: 0 },
      getProject: { total: 1, refused: 0 },
    });
    expect(api.neon.requests()).toEqual(counts);
  });
});
