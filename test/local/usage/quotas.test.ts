import { manualClock } from "../../../local/clock";
import type { QuotaRules } from "../../../local/usage/quotaRules";
import { removeFolder, temporaryFolder } from "../clients/support/machine";
import { idsOf, finish, type Metered, newProject, start, startMetered } from "./metered";

let metered: Metered;
const restarted: (() => Promise<void>)[] = [];

async function begin(quotaRules?: QuotaRules, stateFolder?: string) {
  metered = await startMetered({ quotaRules, stateFolder });
  restarted.push(() => metered.api.close());
  return metered;
}
afterEach(async () => {
  for (const close of restarted.splice(0).reverse()) await close();
});

const minutes = (n: number) => n * 60_000;
const withQuota = (quota: Record<string, number>) => newProject(metered, { settings: { quota } });

it("an idle compute is suspended at the moment at which it has used up the active time", async () => {
  const { clock, wake, isAwake, refusal, get } = await begin();
  const project = await withQuota({ active_time_seconds: 600 });
  wake(project);
  clock.advance(minutes(10) - 1);
  expect([isAwake(project), refusal(project)]).toEqual([true, undefined]);
  clock.advance(1);
  await finish(metered.api, clock, idsOf(project).projectId);
  expect(isAwake(project)).toBe(false);
  expect(refusal(project)).toBe(
    "Your project has exceeded the active time quota. Upgrade your plan to increase limits.",
  );
  clock.advance(minutes(60));
  expect(await get(project)).toMatchObject({ active_time_seconds: 600, compute_time_seconds: 150 });
});

it("two computes use up active time twice as fast, and compute time by their sizes", async () => {
  const { api, clock, observer, wake, isAwake, refusal } = await begin();
  const project = await withQuota({ compute_time_seconds: 900 });
  const { projectId, branchId } = idsOf(project);
  const body = {
    endpoint: { branch_id: branchId, type: "read_only", autoscaling_limit_min_cu: 1, autoscaling_limit_max_cu: 2 },
  };
  const { endpoint } = await api.expect<{ endpoint: { id: string } }>(
    201,
    "POST",
    `/projects/${projectId}/endpoints`,
    body,
  );
  await finish(api, clock, projectId);
  wake(project);
  api.computes.wake(endpoint.id);
  clock.advance(minutes(12) - 1);
  expect(isAwake(project)).toBe(true);
  clock.advance(1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(isAwake(project)).toBe(false);
  expect(observer.refusal(endpoint.id)).toBe(
    "Your account or project has exceeded the compute time quota. Upgrade your plan to increase limits.",
  );
  expect(refusal(project)).toBe(observer.refusal(endpoint.id));
});

it.each([
  [
    "written_data_bytes",
    "written data",
    (m: Metered, ids: ReturnType<typeof idsOf>, bytes: number) => m.observer.wrote(ids.branchId, bytes),
  ],
  [
    "data_transfer_bytes",
    "data transfer",
    (m: Metered, ids: ReturnType<typeof idsOf>, bytes: number) => m.observer.transferred(ids.endpointId, bytes),
  ],
])("%s: used up, the computes are suspended; raised, they may start", async (quota, name, use) => {
  const { api, wake, isAwake, refusal, setQuota, get } = await begin();
  const project = await withQuota({ [quota]: 1000 });
  const ids = idsOf(project);
  wake(project);
  use(metered, ids, 999);
  expect(refusal(project)).toBeUndefined();
  use(metered, ids, 1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(isAwake(project)).toBe(false);
  const text = `Your project has exceeded the ${name} quota. Upgrade your plan to increase limits.`;
  expect(refusal(project)).toBe(text);
  const code = `${name.replace(" ", "_").toUpperCase()}_QUOTA_EXCEEDED`;
  for (const act of ["start", "restart"]) {
    const answer = await api.expect(423, "POST", `/projects/${ids.projectId}/endpoints/${ids.endpointId}/${act}`);
    expect(answer).toMatchObject({ code, message: text });
  }
  expect(await get(project)).toMatchObject({ [quota]: 1000 });
  await setQuota(project, { [quota]: 1001 });
  expect(refusal(project)).toBeUndefined();
  await api.expect(200, "POST", `/projects/${ids.projectId}/endpoints/${ids.endpointId}/start`);
});

it("the logical size is a quota of each branch for itself", async () => {
  const { api, clock, observer, wake, isAwake, refusal, setQuota } = await begin();
  const project = await withQuota({ logical_size_bytes: 5000 });
  const { projectId, branchId } = idsOf(project);
  const made = await api.expect<{ endpoints: { id: string }[] }>(201, "POST", `/projects/${projectId}/branches`, {
    endpoints: [{ type: "read_write" }],
  });
  await finish(api, clock, projectId);
  const other = made.endpoints[0]?.id ?? "";
  wake(project);
  api.computes.wake(other);
  observer.sized(branchId, 5000);
  expect(refusal(project)).toBeUndefined();
  observer.sized(branchId, 5001);
  await new Promise((resolve) => setImmediate(resolve));
  expect([isAwake(project), api.computes.state(other).state]).toEqual([false, "active"]);
  expect(refusal(project)).toBe(
    "Your project has exceeded the logical size quota. Upgrade your plan to increase limits.",
  );
  expect(observer.refusal(other)).toBeUndefined();
  clock.advance(minutes(60 * 24 * 40));
  expect(refusal(project)).toBeDefined();
  await setQuota(project, { logical_size_bytes: 0 });
  expect(refusal(project)).toBeUndefined();
});

it("with writesFail a branch that is too large stays awake and is told that its writes fail, until it fits", async () => {
  const { api, observer, wake, isAwake, refusal, setQuota } = await begin({ logicalSize: "writesFail" });
  const project = await withQuota({ logical_size_bytes: 5000 });
  const { branchId } = idsOf(project);
  const told = () => api.computes.calls.filter(([name]) => name === "limitWrites").map(([, ...values]) => values);
  wake(project);
  observer.sized(branchId, 6000);
  expect([isAwake(project), refusal(project), told()]).toEqual([true, undefined, [[branchId, true]]]);
  observer.sized(branchId, 6001);
  expect(told()).toHaveLength(1);
  await setQuota(project, { logical_size_bytes: 7000 });
  expect(told()).toEqual([
    [branchId, true],
    [branchId, false],
  ]);
});

it("roles and databases are not changed while a quota is used up", async () => {
  const { api, observer } = await begin();
  const project = await withQuota({ written_data_bytes: 1 });
  const { projectId, branchId } = idsOf(project);
  observer.wrote(branchId, 1);
  const branch = `/projects/${projectId}/branches/${branchId}`;
  await api.expect(423, "POST", `${branch}/roles`, { role: { name: "app" } });
  await api.expect(423, "POST", `${branch}/databases`, { database: { name: "app", owner_name: "neondb_owner" } });
  await api.expect(423, "POST", `${branch}/roles/neondb_owner/reset_password`);
});

it("a quota that is lowered below what was used suspends at once, and 0 lifts it", async () => {
  const { clock, wake, isAwake, refusal, setQuota } = await begin();
  const project = await newProject(metered);
  wake(project);
  clock.advance(minutes(30));
  await setQuota(project, { active_time_seconds: 1 });
  expect([isAwake(project), refusal(project) === undefined]).toEqual([false, false]);
  await setQuota(project, { active_time_seconds: 0 });
  expect(refusal(project)).toBeUndefined();
});

it("a compute that was on its way when the quota was used up is suspended again", async () => {
  const { wake, isAwake, observer } = await begin();
  const project = await withQuota({ written_data_bytes: 10 });
  observer.wrote(idsOf(project).branchId, 10);
  wake(project);
  await new Promise((resolve) => setImmediate(resolve));
  expect(isAwake(project)).toBe(false);
});

it("a new billing period begins the counters anew and lets in", async () => {
  const { clock, observer, refusal, get } = await begin();
  const project = await withQuota({ written_data_bytes: 10 });
  observer.wrote(idsOf(project).branchId, 10);
  clock.advance(Date.UTC(2027, 3, 1) - clock.now().getTime() - 1);
  expect(refusal(project)).toBeDefined();
  expect(await get(project)).toMatchObject({
    written_data_bytes: 10,
    consumption_period_start: "2027-03-01T00:00:00.000Z",
    consumption_period_end: "2027-04-01T00:00:00.000Z",
    quota_reset_at: "2027-04-01T00:00:00.000Z",
  });
  clock.advance(1);
  expect(refusal(project)).toBeUndefined();
  expect(await get(project)).toMatchObject({
    written_data_bytes: 0,
    consumption_period_start: "2027-04-01T00:00:00.000Z",
  });
});

it("a compute that runs over the end of a period uses of both periods' quotas what lies in each", async () => {
  const { clock, wake, isAwake, get } = await begin();
  const project = await withQuota({ active_time_seconds: 7200 });
  clock.advance(Date.UTC(2027, 3, 1) - clock.now().getTime() - minutes(90));
  wake(project);
  clock.advance(minutes(90 + 119));
  expect(isAwake(project)).toBe(true);
  expect(await get(project)).toMatchObject({ active_time_seconds: 119 * 60 });
  clock.advance(minutes(1));
  await new Promise((resolve) => setImmediate(resolve));
  expect(isAwake(project)).toBe(false);
});

it("what was used up stays so over a restart", async () => {
  const folder = temporaryFolder();
  restarted.push(async () => removeFolder(folder));
  const first = await startMetered({ stateFolder: folder });
  const project = await newProject(first, {
    settings: { quota: { written_data_bytes: 10, active_time_seconds: 600 } },
  });
  first.wake(project);
  first.clock.advance(minutes(9));
  first.observer.wrote(idsOf(project).branchId, 4);
  await first.api.close();
  const second = await startMetered({ stateFolder: folder }, first.clock);
  restarted.push(() => second.api.close());
  first.clock.advance(minutes(5));
  expect(await second.get(project)).toMatchObject({ active_time_seconds: 540, written_data_bytes: 4 });
  expect(second.refusal(project)).toBeUndefined();
  second.observer.wrote(idsOf(project).branchId, 6);
  expect(second.refusal(project)).toBeDefined();
});

it("with a lag a quota is noticed at the next look, and the counters are those of the last one", async () => {
  const { clock, observer, wake, isAwake, refusal, get } = await begin({ lagSeconds: 900 });
  const project = await withQuota({ written_data_bytes: 10 });
  wake(project);
  clock.advance(minutes(1));
  observer.wrote(idsOf(project).branchId, 50);
  expect([isAwake(project), refusal(project), (await get(project)).written_data_bytes]).toEqual([true, undefined, 0]);
  clock.advance(minutes(15));
  await new Promise((resolve) => setImmediate(resolve));
  expect([isAwake(project), (await get(project)).written_data_bytes]).toEqual([false, 50]);
  expect(refusal(project)).toBeDefined();
});

it.each(["atOnce", "nextLook"] as const)("with a lag a raised quota counts as switched: %s", async (changedQuota) => {
  const { clock, observer, refusal, setQuota } = await begin({ lagSeconds: 900, changedQuota });
  const project = await withQuota({ written_data_bytes: 10 });
  observer.wrote(idsOf(project).branchId, 50);
  clock.advance(minutes(15));
  expect(refusal(project)).toBeDefined();
  await setQuota(project, { written_data_bytes: 0 });
  expect(refusal(project) === undefined).toBe(changedQuota === "atOnce");
  clock.advance(minutes(15));
  expect(refusal(project)).toBeUndefined();
});

it.each(["periodEnd", "nextLook"] as const)("with a lag counters are zero as switched: %s", async (counterReset) => {
  const { clock, observer, refusal } = await begin({ lagSeconds: 11 * 3600, counterReset });
  const project = await withQuota({ written_data_bytes: 10 });
  observer.wrote(idsOf(project).branchId, 50);
  clock.advance(Date.UTC(2027, 3, 1) - clock.now().getTime() - 1);
  expect(refusal(project)).toBeDefined();
  clock.advance(1);
  expect(refusal(project) === undefined).toBe(counterReset === "periodEnd");
  clock.advance(minutes(11 * 60));
  expect(refusal(project)).toBeUndefined();
});

it.each([402, 422] as const)("the refusal's status and code are switches: %i", async (refusalStatus) => {
  const { api, observer } = await begin({ refusalStatus, refusalCode: "empty", periodAnchorDay: 15 });
  const project = await withQuota({ written_data_bytes: 10 });
  const { projectId, branchId, endpointId } = idsOf(project);
  observer.wrote(branchId, 10);
  const answer = await api.expect(refusalStatus, "POST", `/projects/${projectId}/endpoints/${endpointId}/start`);
  expect(answer).toMatchObject({ code: "", message: expect.stringContaining("written data quota") as string });
  expect(await metered.get(project)).toMatchObject({ consumption_period_end: "2027-03-15T00:00:00.000Z" });
});

it("usage that is added by hand counts like real usage", async () => {
  const { api, clock, wake, isAwake, get } = await begin();
  const project = await withQuota({ active_time_seconds: 36_000 });
  const { projectId, branchId } = idsOf(project);
  wake(project);
  await api.neon.usage.add({ project_id: projectId, active_time_seconds: 28_800, data_transfer_bytes: 7 });
  expect(isAwake(project)).toBe(true);
  expect(await get(project)).toMatchObject({ active_time_seconds: 28_800, data_transfer_bytes: 7 });
  await api.neon.usage.add({ project_id: projectId, branch_id: branchId, active_time_seconds: 7200 });
  expect(isAwake(project)).toBe(false);
  await expect(api.neon.usage.add({ project_id: "nobody" })).rejects.toThrow("project not found");
  await expect(api.neon.usage.add({ project_id: projectId, written_data_bytes: -1 })).rejects.toThrow(
    "written_data_bytes",
  );
  expect(clock.now().getTime()).toBeGreaterThanOrEqual(start.getTime());
});

it("a manual clock below is only moved by the test", async () => {
  const clock = manualClock(start);
  const own = await startMetered({}, clock);
  restarted.push(() => own.api.close());
  expect(own.api.neon.clock.now()).toEqual(start);
});
