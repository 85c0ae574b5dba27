import { removeFolder, temporaryFolder } from "../clients/support/machine";
import { startTestApi, type TestApi } from "../api/testApi";

let api: TestApi;
const folder = temporaryFolder();
beforeAll(async () => void (api = await startTestApi({ stateFolder: folder })));
afterAll(async () => {
  await api.close();
  removeFolder(folder);
});

async function local(method: string, path: string, body?: unknown) {
  const response = await fetch(new URL(`/_local/${path}`, api.neon.apiHost), {
    method,
    headers: { Authorization: `Bearer ${api.neon.apiKey}`, "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: (text ? JSON.parse(text) : {}) as Record<string, unknown> };
}
const days = (n: number) => n * 86_400;

it("time is moved by a duration or to a moment", async () => {
  const moved = await local("POST", "clock", { advance: "30d" });
  expect(moved.status).toBe(200);
  expect(Math.round(Number(moved.body["ahead_seconds"]))).toBe(days(30));
  await local("POST", "clock", { advance: 86_400 });
  expect(Math.round(Number((await local("GET", "clock")).body["ahead_seconds"]))).toBe(days(31));
  const to = new Date(Date.now() + days(40) * 1000);
  const { body } = await local("POST", "clock", { to: to.toISOString() });
  expect(Date.parse(String(body["now"]))).toBeGreaterThanOrEqual(to.getTime());
  expect(Math.abs(api.neon.clock.aheadSeconds - days(40))).toBeLessThan(60);
});

it.each([
  {},
  [],
  "30d",
  { advance: "soon" },
  { advance: -1 },
  { advance: "9999999w" },
  { advance: 1, to: "2099-01-01T00:00:00Z" },
  { to: "2000-01-01T00:00:00Z" },
  { to: "2099-01-01T00:00:00" },
  { to: "tomorrow" },
  { to: 7 },
  { advance: 1, why: "not" },
])("a clock is not moved by %j", async (body) => {
  const before = api.neon.clock.aheadSeconds;
  expect((await local("POST", "clock", body)).status).toBe(400);
  expect(api.neon.clock.aheadSeconds).toBe(before);
});

it("documents made after a move carry the moved time", async () => {
  const { project } = await api.project();
  expect(Date.parse(project.created_at)).toBeGreaterThan(Date.now() + days(39) * 1000);
});

it("usage is added by hand", async () => {
  const { project } = await api.project();
  const added = await local("POST", "usage", {
    project_id: project.id,
    compute_time_seconds: 90.5,
    written_data_bytes: 8,
  });
  expect(added.status).toBe(204);
  const shown = await api.expect<{ project: object }>(200, "GET", `/projects/${project.id}`);
  expect(shown.project).toMatchObject({ compute_time_seconds: 90, cpu_used_sec: 90, written_data_bytes: 8 });
});

it.each([
  [400, { project_id: "x", seconds: 1 }],
  [404, {}],
  [404, []],
  [404, { project_id: { a: 1 } }],
  [400, { project_id: "x", active_time_seconds: "1" }],
  [400, { project_id: "x", written_data_bytes: 0.5 }],
  [400, { project_id: "x", data_transfer_bytes: 1e16 }],
  [400, { project_id: "x", logical_size_bytes: null }],
])("usage that makes no sense is refused with %i: %j", async (status, body) => {
  expect((await local("POST", "usage", body)).status).toBe(status);
});

it("a server that starts again is as far ahead as it was, and at least as far as it is told to be", async () => {
  const { aheadSeconds } = api.neon.clock;
  const restart = async (startAt?: string) => {
    await api.close();
    api = await startTestApi({ stateFolder: folder, startAt });
    return api.neon.clock.aheadSeconds;
  };
  expect(await restart()).toBe(aheadSeconds);
  expect(await restart("10d")).toBe(aheadSeconds);
  expect(Math.round(await restart("50d"))).toBe(days(50));
  expect(await restart("2001-01-01T00:00:00Z")).toBeGreaterThanOrEqual(days(49));
  const later = new Date(Date.now() + days(60) * 1000).toISOString();
  expect(Math.round((await restart(later)) / 60)).toBe(days(60) / 60);
});

it("an unreadable time to start at is refused", async () => {
  await expect(startTestApi({ startAt: "someday" })).rejects.toThrow("someday");
});
