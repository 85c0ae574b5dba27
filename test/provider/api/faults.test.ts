import net from "node:net";
import { createNeonApi, createRateLimiter } from "../../../provider/api";
import { heldClock } from "./fakeClock";
import { closeServers, failureOf, generalError, operation, project, serverWith } from "./serverWith";

afterEach(closeServers);

const ok = { status: 200, body: { project: project("p-1"), operations: [] } };
const created = { status: 201, body: { project: project("p-1"), operations: [], branch: { id: "br-1" } } };
const busy = {
  status: 423,
  body: generalError("project already has running conflicting operations, scheduling of new ones is prohibited"),
};
const rename = { project: { name: "x" } };

describe("what was not carried out is repeated", () => {
  test("423 until the project is free", async () => {
    const { api, server, clock, log } = await serverWith([busy, busy, busy, ok]);
    await api.updateProject("p-1", rename);
    expect(server.seen.map((request) => request.method)).toEqual(["PATCH", "PATCH", "PATCH", "PATCH"]);
    expect(clock.sleeps).toEqual([125, 250, 500]);
    expect(log).toHaveLength(3);
  });

  test("423 for ever ends as NEON_BUSY after minutes", async () => {
    const { api, clock } = await serverWith([busy]);
    const started = clock.time;
    expect(await failureOf(api.createBranch("p-1", {}))).toMatchObject({
      code: "NEON_BUSY",
      status: 423,
      requestId: "req-server",
    });
    expect(clock.time - started).toBeGreaterThan(240_000);
    expect(clock.time - started).toBeLessThanOrEqual(300_000);
  });

  test("423 for an exhausted quota is not repeated", async () => {
    const { api, server } = await serverWith([{ status: 423, body: generalError("x", "ACTIVE_TIME_QUOTA_EXCEEDED") }]);
    expect((await failureOf(api.createBranch("p-1", {}))).code).toBe("NEON_QUOTA_EXHAUSTED");
    expect(server.seen).toHaveLength(1);
  });

  test("a POST after 429, not before its Retry-After", async () => {
    const { api, server, clock } = await serverWith([
      { status: 429, headers: { "retry-after": "17" }, body: generalError("slow down") },
      created,
    ]);
    const started = clock.time;
    await api.createProject({ project: {} });
    expect(server.seen).toHaveLength(2);
    expect(clock.time - started).toBeGreaterThanOrEqual(17_000);
  });

  test("a Retry-After slows all calls of the client", async () => {
    const clock = heldClock();
    const slowDown = { status: 429, headers: { "retry-after": "40" }, body: generalError("slow down") };
    const { api, server } = await serverWith([slowDown, ok], { clock });
    const first = api.getProject("p-1");
    await clock.sleeping(1);
    const second = api.getProject("p-2");
    await clock.sleeping(2);
    clock.advance(39_999);
    expect(clock.waiting()).toBe(2);
    expect(server.seen).toHaveLength(1);
    clock.advance(1);
    await Promise.all([first, second]);
    expect(server.seen).toHaveLength(3);
  });

  test("a Retry-After beyond what is worth waiting for ends at once and does not hold the others", async () => {
    const { api, server, clock } = await serverWith([
      { status: 429, headers: { "retry-after": "86400" }, body: generalError("slow down") },
      ok,
    ]);
    expect((await failureOf(api.getProject("p-1"))).code).toBe("NEON_RATE_LIMITED");
    await api.getProject("p-1");
    expect(clock.sleeps).toEqual([]);
    expect(server.seen).toHaveLength(2);
  });

  test("503, and 422 for a branch that is not ready, also on POST", async () => {
    const { api, server } = await serverWith([
      { status: 503 },
      { status: 422, body: generalError("branch not ready yet") },
      created,
    ]);
    await api.createBranch("p-1", {});
    expect(server.seen).toHaveLength(3);
  });

  test("a refused connection a few times, then NEON_UNREACHABLE with nothing unanswered", async () => {
    const closed = net.createServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const { port } = closed.address() as net.AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const { api, clock } = await serverWith([], { baseUrl: `http://127.0.0.1:${port}` });
    const error = await failureOf(api.createProject({ project: {} }));
    expect(error).toMatchObject({ code: "NEON_UNREACHABLE", unanswered: false });
    expect(clock.sleeps).toHaveLength(4);
  });
});

describe("what may have been carried out", () => {
  test.each(["reset", "cut"] as const)(
    "a POST with a %s answer is sent once and reported as unanswered",
    async (fault) => {
      const { api, server, clock } = await serverWith([fault]);
      expect(await failureOf(api.createProject({ project: {} }))).toMatchObject({
        code: "NEON_UNANSWERED",
        unanswered: true,
        operation: "createProject",
      });
      expect(server.seen).toHaveLength(1);
      expect(clock.sleeps).toEqual([]);
    },
  );

  test.each([500, 502, 504, 524])("a POST answered with %i is sent once and reported as unanswered", async (status) => {
    const { api, server } = await serverWith([{ status }, created]);
    expect(await failureOf(api.createBranch("p-1", {}))).toMatchObject({
      code: "NEON_UNANSWERED",
      unanswered: true,
      status,
    });
    expect(server.seen).toHaveLength(1);
  });

  test("a POST without any answer in time is unanswered", async () => {
    const { api, server } = await serverWith(["silence"], { requestTimeoutMs: 50 });
    const error = await failureOf(api.createProject({ project: {} }));
    expect(error).toMatchObject({ code: "NEON_UNANSWERED", unanswered: true });
    expect(error.message).toContain("no answer within 0.05 s");
    expect(server.seen).toHaveLength(1);
  });

  test("a POST answered by something that is not Neon may have been carried out", async () => {
    const { api } = await serverWith(["garbage"]);
    expect(await failureOf(api.createProject({ project: {} }))).toMatchObject({
      code: "NEON_UNEXPECTED_RESPONSE",
      unanswered: true,
    });
  });

  test.each(["reset", "cut"] as const)("a GET with a %s answer is repeated", async (fault) => {
    const { api, server } = await serverWith([fault, fault, ok]);
    expect((await api.getProject("p-1")).id).toBe("p-1");
    expect(server.seen).toHaveLength(3);
  });

  test("PATCH and DELETE are repeated, and a DELETE that had worked ends well", async () => {
    const { api, server } = await serverWith([
      "reset",
      ok,
      "reset",
      { status: 404, body: generalError("branch not found") },
    ]);
    await api.updateProject("p-1", rename);
    expect(await api.deleteBranch("p-1", "br-1")).toEqual([]);
    expect(server.seen.map((request) => request.method)).toEqual(["PATCH", "PATCH", "DELETE", "DELETE"]);
  });

  test("a PATCH that never gets an answer is unanswered in the end, a GET is not", async () => {
    const { api, server } = await serverWith(["reset"]);
    expect(await failureOf(api.updateProject("p-1", rename))).toMatchObject({
      code: "NEON_UNANSWERED",
      unanswered: true,
    });
    expect(await failureOf(api.getProject("p-1"))).toMatchObject({ code: "NEON_UNREACHABLE", unanswered: false });
    expect(server.seen).toHaveLength(10);
  });

  test("a POST never travels on a connection that was used before", async () => {
    const { api, server } = await serverWith((request) => (request.method === "POST" ? created : ok));
    await api.getProject("p-1");
    await api.createProject({ project: {} });
    expect(server.seen.map((request) => request.headers.connection)).toEqual(["keep-alive", "close"]);
  });
});

describe("answers that are not what they seem", () => {
  test("a 404 that Neon did not write is neither a missing project nor a successful DELETE", async () => {
    const { api } = await serverWith([{ status: 404 }]);
    expect((await failureOf(api.getProject("p-1"))).code).toBe("NEON_UNEXPECTED_RESPONSE");
    expect((await failureOf(api.deleteProject("p-1"))).code).toBe("NEON_UNEXPECTED_RESPONSE");
  });

  test("a redirect is not followed: it would take the key elsewhere", async () => {
    const { api, server } = await serverWith([
      { status: 307, headers: { location: "https://elsewhere.example/?x=1" } },
    ]);
    const error = await failureOf(api.createProject({ project: {} }));
    expect(error).toMatchObject({ code: "NEON_UNEXPECTED_RESPONSE", unanswered: false });
    expect(error.message).toContain("https://elsewhere.example/");
    expect(server.seen).toHaveLength(1);
  });

  test("an empty id or name makes no request", async () => {
    const { api, server } = await serverWith([ok]);
    expect((await failureOf(api.deleteRole("p-1", "br-1", ""))).code).toBe("NEON_INVALID_INPUT");
    expect((await failureOf(api.deleteProject(""))).code).toBe("NEON_INVALID_INPUT");
    expect(server.seen).toHaveLength(0);
  });

  test("a list of projects with gaps is no list", async () => {
    const { api } = await serverWith([
      { status: 200, body: { projects: [project("a")], unavailable_project_ids: ["b"] } },
    ]);
    expect((await failureOf(api.listProjects())).code).toBe("NEON_UNAVAILABLE");
  });
});

describe("just created", () => {
  const notFound = { status: 404, body: generalError("branch not found") };
  const branch = {
    status: 201,
    body: { branch: { id: "br-new" }, endpoints: [], operations: [], roles: [], databases: [] },
  };

  test("a branch that is not found right after its creation is asked for again", async () => {
    const { api, server } = await serverWith([
      branch,
      notFound,
      notFound,
      { status: 200, body: { branch: { id: "br-new" } } },
    ]);
    await api.createBranch("p-1", {});
    expect(await api.getBranch("p-1", "br-new")).toEqual({ branch: { id: "br-new" }, annotations: {} });
    expect(server.seen).toHaveLength(4);
  });

  test("one that stays away is not found in the end, and a role that is not on it is so at once", async () => {
    const { api, server } = await serverWith((request) =>
      request.method === "POST"
        ? branch
        : request.path.includes("/roles/")
          ? { status: 404, body: generalError("role not found for branch") }
          : notFound,
    );
    await api.createBranch("p-1", {});
    expect((await failureOf(api.getRole("p-1", "br-new", "app"))).code).toBe("NEON_NOT_FOUND");
    expect(server.seen).toHaveLength(2);
    expect((await failureOf(api.getBranch("p-1", "br-new"))).code).toBe("NEON_NOT_FOUND");
    expect((await failureOf(api.getBranch("p-1", "br-other"))).code).toBe("NEON_NOT_FOUND");
  });
});

describe("order and sharing", () => {
  test("mutations of one project go one at a time, those of others beside them", async () => {
    let running: string[] = [];
    let together = 0;
    const overlaps: string[] = [];
    const { api } = await serverWith(async (request) => {
      const id = request.path.split("/")[2] ?? "";
      if (running.includes(id)) overlaps.push(id);
      running.push(id);
      together = Math.max(together, running.length);
      await new Promise((resolve) => setTimeout(resolve, 20));
      running = running.filter((other) => other !== id);
      return ok;
    });
    await Promise.all(["a", "b", "a", "b", "a"].map((id) => api.updateProject(id, rename)));
    expect(overlaps).toEqual([]);
    expect(together).toBe(2);
  });

  test("a mutation first waits for what the one before started", async () => {
    let polls = 0;
    const { api, server } = await serverWith((request) => {
      if (request.method === "GET")
        return { status: 200, body: { operation: operation("op-1", (polls += 1) < 3 ? "running" : "finished") } };
      return { status: 201, body: { role: { name: "r" }, operations: [operation("op-1", "scheduling")] } };
    });
    await api.createRole("p-1", "br-1", { name: "r1" });
    await api.createRole("p-1", "br-1", { name: "r2" });
    expect(server.seen.map((request) => request.method)).toEqual(["POST", "GET", "GET", "GET", "POST"]);
  });

  test("a mutation asks for nothing when the end of what came before has been seen", async () => {
    const { api, server } = await serverWith((request) => {
      if (request.method === "GET") return { status: 200, body: { operation: operation("op-1", "finished") } };
      return { status: 201, body: { role: { name: "r" }, operations: [operation("op-1", "running")] } };
    });
    const { operations } = await api.createRole("p-1", "br-1", { name: "r1" });
    await api.waitForOperations(operations);
    await api.createRole("p-1", "br-1", { name: "r2" });
    expect(server.seen.map((request) => request.method)).toEqual(["POST", "GET", "POST"]);
  });

  test("operations that hang hold the next mutation for a minute at most", async () => {
    const { api, server, clock } = await serverWith((request) => {
      if (request.method === "GET") return { status: 200, body: { operation: operation("op-1", "running") } };
      return { status: 201, body: { role: { name: "r" }, operations: [operation("op-1", "running")] } };
    });
    await api.createRole("p-1", "br-1", { name: "r1" });
    const started = clock.time;
    await api.createRole("p-1", "br-1", { name: "r2" });
    expect(clock.time - started).toBe(60_000);
    expect(server.seen.filter((request) => request.method === "POST")).toHaveLength(2);
  });

  test("clients can share one limiter", async () => {
    const { api, server, clock } = await serverWith([ok], {});
    const limiter = createRateLimiter({ perMinute: 2, perSecond: 2 }, clock);
    const make = () => createNeonApi({ apiKey: "k", baseUrl: server.baseUrl, clock, rateLimiter: limiter });
    const started = clock.time;
    await Promise.all([make().getProject("a"), make().getProject("b")]);
    expect(clock.time - started).toBe(0);
    await make().getProject("c");
    expect(clock.time - started).toBe(60_000);
    await api.getProject("d");
  });

  test("proxies of the environment are not used for this machine", async () => {
    const before = { ...process.env };
    Object.assign(process.env, {
      HTTP_PROXY: "http://127.0.0.1:9",
      http_proxy: "http://127.0.0.1:9",
      NO_PROXY: "",
      no_proxy: "",
    });
    try {
      const { api } = await serverWith([ok]);
      expect((await api.getProject("p-1")).id).toBe("p-1");
    } finally {
      for (const name of ["HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"]) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
    }
  });
});
