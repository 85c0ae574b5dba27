import type * as neon from "@neondatabase/api-client";
import type { LocalOrganization } from "../../../local";
import type { ComputeRules } from "../../../local/api/rules/computeRules";
import { TOO_MANY_ACTIVE } from "../../../local/api/activeComputes";
import { fakeComputes } from "./fakeComputes";
import { startTestApi, type TestApi, type TestProject } from "./testApi";

type Answer = neon.EndpointOperations;
const actions = ({ operations }: Answer) => operations.map(({ action }) => action);

const organization = (plan: LocalOrganization["plan"]): LocalOrganization => ({
  id: `org-${plan}-00000001`,
  name: plan,
  plan,
  projectsLimit: 1000,
});

const running: TestApi[] = [];
afterEach(async () => {
  for (const api of running.splice(0)) await api.close();
});

/** A server with these rules, and a project in it. */
async function begin(computeRules: ComputeRules = {}, plan: LocalOrganization["plan"] = "scale") {
  const api = await startTestApi({ computeRules, organizations: [organization(plan)] }, fakeComputes());
  running.push(api);
  const made = await api.project();
  const endpoints = `/projects/${made.project.id}/endpoints`;
  const primary = `${endpoints}/${made.endpoints[0]?.id}`;
  const settled = async (status: number, method: string, path: string, body?: object) => {
    const answer = await api.expect<Answer>(status, method, path, body);
    await api.settle(made.project.id);
    return answer;
  };
  return { api, made, endpoints, primary, primaryId: made.endpoints[0]?.id ?? "", settled };
}

const timeout = (seconds: number) => ({ endpoint: { suspend_timeout_seconds: seconds } });

describe("sizes and suspend timeouts", () => {
  test.each([
    [0.25, 0.25, 200],
    [0.5, 8, 200],
    [8, 16, 200],
    [18, 18, 200],
    [56, 56, 200],
    [0.25, 9, 400],
    [0.75, 1, 400],
    [2, 1, 400],
    [1.5, 2, 400],
    [16, 18, 400],
    [17, 17, 400],
    [58, 58, 400],
  ])("a compute of %d to %d CU: %d", async (min, max, status) => {
    const { settled, primary } = await begin();
    const endpoint = { autoscaling_limit_min_cu: min, autoscaling_limit_max_cu: max };
    await settled(status, "PATCH", primary, { endpoint });
  });

  test.each([
    ["scale", 56, 56, true],
    ["scale", 8, 16, true],
    ["launch", 16, 16, true],
    ["launch", 8, 16, true],
    ["launch", 18, 18, false],
    ["free", 2, 2, true],
    ["free", 0.25, 2, true],
    ["free", 0.25, 3, false],
    ["free", 3, 3, false],
  ] as const)("%s: a compute of %d to %d CU wherever it is asked for: %s", async (plan, min, max, isTaken) => {
    const { api, settled, primary, endpoints, made } = await begin({}, plan);
    const size = { autoscaling_limit_min_cu: min, autoscaling_limit_max_cu: max };
    const refused = isTaken ? undefined : 400;
    const replica = { branch_id: made.branch.id, type: "read_only", ...size };
    await settled(refused ?? 201, "POST", endpoints, { endpoint: replica });
    await settled(refused ?? 200, "PATCH", primary, { endpoint: size });
    const defaults = { project: { default_endpoint_settings: size } };
    await settled(refused ?? 200, "PATCH", `/projects/${made.project.id}`, defaults);
    await api.expect(refused ?? 201, "POST", "/projects", defaults);
    await settled(200, "PATCH", primary, { endpoint: { name: "renamed" } });
  });

  test.each([
    ["scale", [-1, 0, 60, 604_800], []],
    ["launch", [-1, 0, 300], [60, 600]],
    ["free", [0], [-1, 60, 300]],
  ] as const)("%s: suspend timeouts %j are taken, %j refused", async (plan, taken, refused) => {
    const { api, settled, primary, endpoints, made } = await begin({}, plan);
    for (const seconds of taken) {
      const { endpoint } = await settled(200, "PATCH", primary, timeout(seconds));
      expect(endpoint.suspend_timeout_seconds).toBe(seconds);
    }
    for (const seconds of refused) {
      const text = { message: "suspend interval changing is not allowed for your account" };
      expect(await api.expect(412, "PATCH", primary, timeout(seconds))).toMatchObject(text);
      const replica = { branch_id: made.branch.id, type: "read_only", suspend_timeout_seconds: seconds };
      await api.expect(412, "POST", endpoints, { endpoint: replica });
      const project = { default_endpoint_settings: { suspend_timeout_seconds: seconds } };
      await api.expect(412, "POST", "/projects", { project });
    }
    await api.expect(400, "PATCH", primary, timeout(59));
  });

  test("on Free they can be ignored instead, as they once were", async () => {
    const { api, settled, primary } = await begin({ freeSuspendTimeout: "ignored" }, "free");
    const { endpoint } = await settled(200, "PATCH", primary, timeout(600));
    expect(endpoint.suspend_timeout_seconds).toBe(0);
    const made = await api.project({ default_endpoint_settings: { suspend_timeout_seconds: 600 } });
    expect(made.endpoints[0]?.suspend_timeout_seconds).toBe(0);
  });
});

describe("a call for the state that a compute is in already", () => {
  const calls = async ({ api, settled, primary, primaryId }: Awaited<ReturnType<typeof begin>>, status = 200) => {
    const suspend = await settled(status, "POST", `${primary}/suspend`);
    const restart = await settled(status, "POST", `${primary}/restart`);
    await api.computes.suspend(primaryId);
    api.computes.wake(primaryId);
    const start = await settled(status, "POST", `${primary}/start`);
    return { suspend, restart, start };
  };

  test("does nothing, but restarting starts, unless another rule is given", async () => {
    const { suspend, restart, start } = await calls(await begin());
    expect([actions(suspend), actions(restart), actions(start)]).toEqual([[], ["start_compute"], []]);
  });

  test("answers with operations where that is the rule", async () => {
    const rules = { startActive: "operations", suspendIdle: "operations", restartIdle: "nothing" } as const;
    const { suspend, restart, start } = await calls(await begin(rules));
    expect([actions(suspend), actions(restart), actions(start)]).toEqual([["suspend_compute"], [], ["start_compute"]]);
  });

  test("is refused where that is the rule", async () => {
    const rules = { startActive: "refused", suspendIdle: "refused", restartIdle: "refused" } as const;
    const { start } = await calls(await begin(rules), 422);
    expect(start).toMatchObject({ message: expect.stringMatching(/^endpoint is active/) as unknown });
  });
});

test("a change of an idle compute is told to it at once, and answers with operations where that is the rule", async () => {
  const quiet = await begin();
  const size = { endpoint: { autoscaling_limit_max_cu: 2 } };
  expect(actions(await quiet.settled(200, "PATCH", quiet.primary, size))).toEqual([]);
  expect(quiet.api.computes.endpoints.get(quiet.primaryId)).toMatchObject({ maxConnections: 839 });
  await quiet.settled(200, "PATCH", quiet.primary, { endpoint: { disabled: true } });
  expect(quiet.api.computes.endpoints.get(quiet.primaryId)).toMatchObject({ disabled: true });
  const spoken = await begin({ updateIdle: "operations" });
  const answer = await spoken.settled(200, "PATCH", spoken.primary, size);
  expect(actions(answer)).toEqual(["apply_config", "suspend_compute"]);
});

test("names have 1 to 64 characters, and a compute stays with its branch", async () => {
  const { api, settled, primary, made } = await begin();
  await settled(200, "PATCH", primary, { endpoint: { name: "x".repeat(64) } });
  for (const name of ["", "x".repeat(65)]) await api.expect(400, "PATCH", primary, { endpoint: { name } });
  await settled(200, "PATCH", primary, { endpoint: { branch_id: made.branch.id } });
  const moved = await api.request("PATCH", primary, { endpoint: { branch_id: "br-other-branch-00000000" } });
  expect([moved.status, moved.body.message]).toEqual([400, expect.stringContaining("not supported")]);
});

test("Free has three read replicas, also with those of a new branch", async () => {
  const { api, settled, endpoints, made } = await begin({}, "free");
  const replica = { branch_id: made.branch.id, type: "read_only" };
  for (let count = 1; count <= 2; count++) await settled(201, "POST", endpoints, { endpoint: replica });
  const branches = `/projects/${made.project.id}/branches`;
  const two = { endpoints: [{ type: "read_only" }, { type: "read_only" }] };
  expect(await api.expect(422, "POST", branches, two)).toMatchObject({ code: "ENDPOINTS_LIMIT_EXCEEDED" });
  await settled(201, "POST", branches, { endpoints: [{ type: "read_only" }] });
  await api.expect(422, "POST", endpoints, { endpoint: replica });
});

describe("settings of PostgreSQL", () => {
  const set = (pg_settings: Record<string, string>, more: object = {}) => ({
    endpoint: { settings: { pg_settings, ...more } },
  });

  test("are stored and handed to the compute, and so are preload libraries", async () => {
    const { api, settled, primary, primaryId } = await begin();
    const libraries = { preload_libraries: { enabled_libraries: ["pg_stat_statements"] } };
    const { endpoint } = await settled(
      200,
      "PATCH",
      primary,
      set({ work_mem: "8MB", "auto_explain.x": "y" }, libraries),
    );
    expect(endpoint.settings.pg_settings).toEqual({ work_mem: "8MB", "auto_explain.x": "y" });
    expect(api.computes.endpoints.get(primaryId)).toMatchObject({
      pgSettings: { work_mem: "8MB", "auto_explain.x": "y" },
      preloadLibraries: ["pg_stat_statements"],
    });
  });

  test.each([
    { no_such_setting: "1" },
    { listen_addresses: "*" },
    { shared_buffers: "1TB" },
    { transaction_timeout: "5" },
    { work_mem: "much" },
    { work_mem: "8 min" },
    { work_mem: "1kB" },
    { jit: "perhaps" },
    { xmlbinary: "base32" },
    { timezone: "Middle/Earth" },
    { datestyle: "ISO\nfsync = off" },
    { search_path: "'; DROP" },
    { statement_timeout: "-1" },
  ])("%j is refused on PostgreSQL 16, for a compute and as a default", async (settings) => {
    const { api, endpoints, made } = await begin();
    const { project } = await api.project({ pg_version: 16 });
    const [endpoint] = (await api.expect<neon.EndpointsResponse>(200, "GET", `/projects/${project.id}/endpoints`))
      .endpoints;
    await api.expect(400, "PATCH", `/projects/${project.id}/endpoints/${endpoint?.id}`, set(settings as never));
    const defaults = { default_endpoint_settings: { pg_settings: settings } };
    await api.expect(400, "PATCH", `/projects/${project.id}`, { project: defaults });
    if ("transaction_timeout" in settings) return;
    const replica = { branch_id: made.branch.id, type: "read_only", settings: { pg_settings: settings } };
    await api.expect(400, "POST", endpoints, { endpoint: replica });
  });

  test("an unknown preload library is refused", async () => {
    const { api, primary } = await begin();
    const libraries = { preload_libraries: { enabled_libraries: ["timescaledb"] } };
    await api.expect(400, "PATCH", primary, set({}, libraries));
  });
});

describe("the limit of concurrently active computes", () => {
  /** A project with a limit of one, and computes on two branches that are not its default. */
  async function crowd(computeRules: ComputeRules = {}) {
    const all = await begin({ activeComputesLimit: 1, ...computeRules });
    const branches = `/projects/${all.made.project.id}/branches`;
    const ids: string[] = [];
    for (let count = 0; count < 2; count++) {
      const branch = await all.api.expect<TestProject>(201, "POST", branches, { endpoints: [{ type: "read_write" }] });
      await all.api.settle(all.made.project.id);
      ids.push(branch.endpoints[0]?.id ?? "");
    }
    const [first = "", second = ""] = ids;
    return { ...all, first, second };
  }

  test("refuses the start of one more, but never those of the default branch", async () => {
    const { api, settled, endpoints, primary, first, second } = await crowd();
    await settled(200, "POST", `${primary}/start`);
    await settled(200, "POST", `${endpoints}/${first}/start`);
    const refused = await api.expect(422, "POST", `${endpoints}/${second}/start`);
    expect(refused).toMatchObject({ code: "ACTIVE_ENDPOINTS_LIMIT_EXCEEDED", message: TOO_MANY_ACTIVE });
    const observer = api.computes.observer();
    expect(observer?.refusal(second)).toBe(TOO_MANY_ACTIVE);
    expect(observer?.refusal(second, { address: "127.0.0.1" })).toBe(TOO_MANY_ACTIVE);
    expect(observer?.refusal(first, { address: "127.0.0.1" })).toBeUndefined();
    await settled(200, "POST", `${endpoints}/${first}/suspend`);
    expect(observer?.refusal(second)).toBeUndefined();
    await settled(200, "POST", `${endpoints}/${second}/start`);
  });

  test("holds for connections alone where that is the rule", async () => {
    const { api, settled, endpoints, first, second } = await crowd({ activeComputesLimitOn: "connect" });
    await settled(200, "POST", `${endpoints}/${first}/start`);
    expect(api.computes.observer()?.refusal(second, { address: "127.0.0.1" })).toBe(TOO_MANY_ACTIVE);
    await settled(200, "POST", `${endpoints}/${second}/start`);
  });
});
