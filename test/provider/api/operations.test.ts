import fc from "fast-check";
import type { Operation } from "@neondatabase/api-client";
import { nextPollMs, outcomeOf } from "../../../provider/api";
import { closeServers, failureOf, generalError, operation, serverWith } from "./serverWith";

afterEach(closeServers);

const given = (...args: Parameters<typeof operation>) => operation(...args) as unknown as Operation;
const one = (...args: Parameters<typeof operation>) => ({ status: 200, body: { operation: operation(...args) } });
const list = (...operations: ReturnType<typeof operation>[]) => ({ status: 200, body: { operations } });

test.each([
  ["finished", "ended"],
  ["skipped", "ended"],
  ["cancelled", "ended"],
  ["failed", "failed"],
  ["error", "failed"],
  ["scheduling", "pending"],
  ["running", "pending"],
  ["cancelling", "pending"],
  ["a status of next year", "pending"],
])("%s means %s", (status, outcome) => {
  expect(outcomeOf(status)).toBe(outcome);
});

test("the interval stays between a tenth of a second and two, grows while nothing happens and shrinks when something does", () => {
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 2_000 }), (previousMs) => {
      expect(nextPollMs(previousMs, false)).toBeGreaterThanOrEqual(previousMs);
      expect(nextPollMs(previousMs, true)).toBeLessThanOrEqual(previousMs);
      for (const progressed of [true, false]) {
        expect(nextPollMs(previousMs, progressed)).toBeGreaterThanOrEqual(100);
        expect(nextPollMs(previousMs, progressed)).toBeLessThanOrEqual(2_000);
      }
    }),
  );
});

describe("waitForOperations", () => {
  test("makes no request for what has already ended, nor for nothing", async () => {
    const { api, server } = await serverWith([list()]);
    await api.waitForOperations([]);
    await api.waitForOperations([given("a", "finished"), given("b", "cancelled"), given("c", "skipped")]);
    expect(server.seen).toHaveLength(0);
  });

  test("asks for one operation by its id and for several with one list, until all have ended", async () => {
    const { api, server } = await serverWith([
      list(operation("b", "scheduling"), operation("a", "running"), operation("other", "failed")),
      list(operation("b", "running"), operation("a", "finished")),
      one("b", "running"),
      one("b", "finished"),
    ]);
    await api.waitForOperations([given("a", "running"), given("b", "scheduling")]);
    expect(server.seen.map((request) => request.path)).toEqual([
      "/projects/p-1/operations",
      "/projects/p-1/operations",
      "/projects/p-1/operations/b",
      "/projects/p-1/operations/b",
    ]);
  });

  test("an operation that the list does not hold is asked for by its id", async () => {
    const { api } = await serverWith((request) => {
      if (request.path.endsWith("/operations")) return list(operation("a", "finished"));
      return one("old", "finished");
    });
    await api.waitForOperations([given("a", "running"), given("old", "running")]);
  });

  test("a failed operation is told with its action, its id and Neon's reason", async () => {
    const { api } = await serverWith([one("op-9", "failed", { error: "disk is on fire", action: "create_timeline" })], {
      tenant: "acme",
    });
    const error = await failureOf(api.waitForOperations([given("op-9", "running")]));
    expect(error).toMatchObject({ code: "NEON_OPERATION_FAILED", tenant: "acme" });
    expect(error.message).toMatch(/create_timeline \(op-9\) of project p-1 ended as failed: disk is on fire/);
  });

  test("it fails at once where the given operation has already failed", async () => {
    const { api, server } = await serverWith([list()]);
    expect((await failureOf(api.waitForOperations([given("a", "error")]))).code).toBe("NEON_OPERATION_FAILED");
    expect(server.seen).toHaveLength(0);
  });

  test("time that runs out names what is still running", async () => {
    const { api, clock } = await serverWith([one("op-1", "running", { action: "start_compute" })]);
    const started = clock.time;
    const error = await failureOf(
      api.waitForOperations([given("op-1", "running", { action: "start_compute" })], { timeoutMs: 30_000 }),
    );
    expect(error.code).toBe("NEON_OPERATION_TIMEOUT");
    expect(error.message).toContain("start_compute (op-1) is running");
    expect(clock.time - started).toBe(30_000);
  });

  test("an operation that is not known yet is waited for, one that stays unknown is not found", async () => {
    const missing = { status: 404, body: generalError("operation not found") };
    const late = await serverWith([missing, one("op-1", "finished")]);
    await late.api.waitForOperations([given("op-1", "running")]);
    const never = await serverWith([missing]);
    expect((await failureOf(never.api.waitForOperations([given("op-1", "running")]))).code).toBe("NEON_NOT_FOUND");
  });

  test("operations of several projects are waited for side by side", async () => {
    const { api, server } = await serverWith((request) => {
      const [, , projectId, , id] = request.path.split("/");
      return one(id ?? "", "finished", { project_id: projectId });
    });
    await api.waitForOperations([given("a", "running"), given("b", "running", { project_id: "p-2" })]);
    expect(server.seen.map((request) => request.path).sort()).toEqual([
      "/projects/p-1/operations/a",
      "/projects/p-2/operations/b",
    ]);
  });

  test("a failure that a later mutation sees first still reaches the one who waits for it", async () => {
    const { api } = await serverWith((request) => {
      if (request.method === "GET") return one("op-1", "failed", { error: "no room" });
      return {
        status: 201,
        body: { role: { name: "r" }, operations: request.path.includes("br-1") ? [operation("op-1", "running")] : [] },
      };
    });
    const { operations } = await api.createRole("p-1", "br-1", { name: "r" });
    await api.createRole("p-1", "br-2", { name: "r" });
    expect((await failureOf(api.waitForOperations(operations))).message).toContain("no room");
  });
});
