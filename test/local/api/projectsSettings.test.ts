import type * as neon from "@neondatabase/api-client";
import type { ScaleFeature } from "../../../local/api/rules/accessRules";
import type { LocalNeonOptions } from "../../../local/startServer";
import { startTestApi, type TestApi, type TestProject } from "./testApi";

const open: TestApi[] = [];
afterEach(async () => {
  for (const api of open.splice(0)) await api.close();
});
async function start(options: LocalNeonOptions = {}): Promise<TestApi> {
  const api = await startTestApi(options);
  open.push(api);
  return api;
}

const patch = (api: TestApi, id: string, settings: object) =>
  api.request<neon.ProjectResponse & neon.OperationsResponse & neon.GeneralError>("PATCH", `/projects/${id}`, {
    project: { settings },
  });

describe("settings", () => {
  const first = { quota: { active_time_seconds: 10, logical_size_bytes: 20 }, allowed_ips: { ips: ["1.1.1.1"] } };
  const second = { quota: { active_time_seconds: 5 }, allowed_ips: { protected_branches_only: true } };

  it("are merged key by key", async () => {
    const api = await start();
    const { project } = await api.project({ settings: first });
    const { body } = await patch(api, project.id, second);
    expect(body.project.settings).toMatchObject({
      quota: { active_time_seconds: 5, logical_size_bytes: 20 },
      allowed_ips: { ips: ["1.1.1.1"], protected_branches_only: true },
    });
  });

  it("are replaced object by object where the rules say so", async () => {
    const api = await start({ accessRules: { settingsPatch: "replace" } });
    const { project } = await api.project({ settings: first });
    const { body } = await patch(api, project.id, second);
    expect(body.project.settings).toMatchObject({
      quota: { active_time_seconds: 5, logical_size_bytes: 0 },
      allowed_ips: { ips: [], protected_branches_only: true },
    });
    const untouched = await patch(api, project.id, { block_public_connections: true });
    expect(untouched.body.project.settings?.quota?.active_time_seconds).toBe(5);
  });

  it("hold HIPAA for good, with the time since when, and only where the organization may", async () => {
    const api = await start();
    const { project } = await api.project();
    expect(project.hipaa_enabled_at).toBeUndefined();
    const on = await patch(api, project.id, { hipaa: true, audit_log_level: "full" });
    const since = on.body.project.hipaa_enabled_at;
    expect(Date.parse(since ?? "")).toBeGreaterThan(0);
    expect((await patch(api, project.id, { hipaa: false })).status).toBe(400);
    const later = await patch(api, project.id, { audit_log_level: "base" });
    expect(later.body.project.hipaa_enabled_at).toBe(since);
    const organization = { id: "org-a", name: "A", plan: "scale", projectsLimit: 9, allowHipaa: false } as const;
    const strict = await start({ organizations: [organization] });
    await strict.expect(403, "POST", "/projects", { project: { settings: { hipaa: true } } });
  });

  it("refuse a wrong audit level, window or preload library", async () => {
    const api = await start();
    const { project } = await api.project();
    const window = { weekdays: [1], start_time: "01:00", end_time: "02:00" };
    for (const settings of [
      { audit_log_level: "everything" },
      { maintenance_window: { ...window, weekdays: [0] } },
      { maintenance_window: { ...window, weekdays: [] } },
      { maintenance_window: { ...window, start_time: "24:00" } },
      { maintenance_window: { weekdays: [1] } },
      { preload_libraries: { enabled_libraries: ["pg_cron"] } },
    ]) {
      expect([settings, (await patch(api, project.id, settings)).status]).toEqual([settings, 400]);
    }
    expect((await patch(api, project.id, { maintenance_window: window })).status).toBe(200);
  });

  it("take every preload library that is said to be available", async () => {
    const api = await start();
    const { project } = await api.project({ pg_version: 16 });
    const path = `/projects/${project.id}/available_preload_libraries`;
    const { libraries = [] } = await api.expect<neon.AvailablePreloadLibraries>(200, "GET", path);
    const names = libraries.map(({ library_name }) => library_name);
    expect(names).toContain("pg_stat_statements");
    expect((await patch(api, project.id, { preload_libraries: { enabled_libraries: names } })).status).toBe(200);
  });

  it("reach computes that name no preload libraries of their own at their next start", async () => {
    const api = await start();
    const { project, endpoints } = await api.project();
    const libraries = () => {
      const spec = api.computes.endpoints.get(endpoints[0]?.id ?? "");
      return spec?.preloadLibraries ?? spec?.defaultPreloadLibraries?.();
    };
    expect(libraries()).toEqual([]);
    await patch(api, project.id, { preload_libraries: { enabled_libraries: ["auto_explain"] } });
    expect(libraries()).toEqual(["auto_explain"]);
    const settings = { pg_settings: {}, preload_libraries: { enabled_libraries: ["pg_prewarm"] } };
    await api.expect(200, "PATCH", `/projects/${project.id}/endpoints/${endpoints[0]?.id}`, { endpoint: { settings } });
    await api.settle(project.id);
    expect(libraries()).toEqual(["pg_prewarm"]);
  });

  it("ask every connection, and no start over the API, for its address", async () => {
    const api = await start();
    const { project, branch, endpoints } = await api.project({ settings: { allowed_ips: { ips: ["10.0.0.0/8"] } } });
    const refusal = (address?: string) =>
      api.computes.observer()?.refusal(endpoints[0]?.id ?? "", address === undefined ? undefined : { address });
    expect(refusal("10.1.1.1")).toBeUndefined();
    expect(refusal("127.0.0.1")).toContain("This IP address 127.0.0.1 is not allowed");
    expect(refusal()).toBeUndefined();
    await patch(api, project.id, { allowed_ips: { protected_branches_only: true } });
    expect(refusal("127.0.0.1")).toBeUndefined();
    const path = `/projects/${project.id}/branches/${branch.id}`;
    await api.expect(200, "PATCH", path, { branch: { protected: true } });
    expect(refusal("127.0.0.1")).toContain("is not allowed");
    await patch(api, project.id, { block_public_connections: true });
    expect(refusal("10.1.1.1")).toContain("from a blocked network");
  });

  it("tell the Postgres side of logical replication before its next start", async () => {
    const api = await start();
    const { project, branch, endpoints } = await api.project();
    const isLogical = () => api.computes.branches.get(branch.id)?.spec.logicalReplication?.();
    expect(isLogical()).toBe(false);
    api.computes.wake(endpoints[0]?.id ?? "");
    const { body } = await patch(api, project.id, { enable_logical_replication: true });
    expect(body.operations.map(({ action }) => action)).toEqual(["suspend_compute"]);
    expect(isLogical()).toBe(true);
  });
});

describe("what only the Scale plan has", () => {
  const onPlan = (plan: "free" | "launch" | "scale", scaleOnly?: ScaleFeature[]): LocalNeonOptions => ({
    organizations: [{ id: "org-local-00000001", name: "local", plan, projectsLimit: 100 }],
    accessRules: scaleOnly ? { scaleOnly } : {},
  });
  const list = { allowed_ips: { ips: ["10.0.0.0/8"] } };
  const region = "/organizations/org-local-00000001/vpc/region/aws-us-east-2/vpc_endpoints/vpce-1";

  it.each(["free", "launch"] as const)("%s: a list of addresses is refused, an empty one is not", async (plan) => {
    const api = await start(onPlan(plan));
    await api.expect(403, "POST", "/projects", { project: { settings: list } });
    const { project } = await api.project({ settings: { allowed_ips: { ips: [] } } });
    expect((await patch(api, project.id, list)).status).toBe(403);
    expect((await patch(api, project.id, { block_public_connections: true })).status).toBe(200);
    await api.expect(200, "POST", region, { label: "one" });
  });

  it("is refused for private networking too where that is the rule", async () => {
    const api = await start(onPlan("launch", ["private_networking"]));
    const { project } = await api.project({ settings: list });
    for (const name of ["block_public_connections", "block_vpc_connections"]) {
      expect((await patch(api, project.id, { [name]: true })).status).toBe(403);
      expect((await patch(api, project.id, { [name]: false })).status).toBe(200);
    }
    await api.expect(403, "POST", region, { label: "one" });
    await api.expect(403, "POST", `/projects/${project.id}/vpc_endpoints/vpce-1`, { label: "one" });
  });

  it("is there on Scale", async () => {
    const api = await start(onPlan("scale", ["allowed_ips", "private_networking"]));
    const { project } = await api.project({ settings: { ...list, block_public_connections: true } });
    expect(project.settings?.allowed_ips?.ips).toEqual(["10.0.0.0/8"]);
    await api.expect(200, "POST", region, { label: "one" });
  });
});

describe("JWKS", () => {
  const url = "https://example.com/.well-known/jwks.json";
  let api: TestApi;
  let made: TestProject;
  let path: string;
  beforeEach(async () => {
    api = await start();
    made = await api.project();
    path = `/projects/${made.project.id}/jwks`;
  });

  it("are kept until they are deleted", async () => {
    const body = { jwks_url: url, provider_name: "Clerk", branch_id: made.branch.id, jwt_audience: "app" };
    const { jwks, operations } = await api.expect<neon.JWKSCreationOperation>(201, "POST", path, body);
    expect([jwks, operations]).toMatchObject([
      { ...body, role_names: ["authenticator", "authenticated", "anonymous"] },
      [],
    ]);
    expect(await api.expect(200, "GET", path)).toEqual({ jwks: [jwks] });
    expect(await api.expect(200, "DELETE", `${path}/${jwks.id}`)).toEqual(jwks);
    await api.expect(404, "DELETE", `${path}/${jwks.id}`);
    expect(await api.expect(200, "GET", path)).toEqual({ jwks: [] });
  });

  it("have an HTTPS URL, a provider, a branch that exists, and each is there once", async () => {
    const right = { jwks_url: url, provider_name: "Clerk" };
    for (const wrong of [
      { jwks_url: "http://example.com" },
      { jwks_url: "no url" },
      { provider_name: "" },
      { role_names: ["pg_owner"] },
      { role_names: Array<string>(11).fill("r") },
    ]) {
      await api.expect(400, "POST", path, { ...right, ...wrong });
    }
    await api.expect(404, "POST", path, { ...right, branch_id: "br-not-there" });
    await api.expect(201, "POST", path, right);
    await api.expect(409, "POST", path, right);
    await api.expect(201, "POST", path, { ...right, jwt_audience: "other" });
  });
});

describe("a project that stores no passwords", () => {
  it("shows one only when it is made, and reveals none", async () => {
    const api = await start();
    const { project, branch, roles } = await api.project({ store_passwords: false });
    const secret = roles[0]?.password ?? "";
    expect(secret).toMatch(/^npg_/);
    const path = `/projects/${project.id}`;
    const role = `${path}/branches/${branch.id}/roles/neondb_owner`;
    await api.expect(412, "GET", `${role}/reveal_password`);
    await api.expect(412, "GET", `${path}/connection_uri?database_name=neondb&role_name=neondb_owner`);
    const child = await api.expect<object>(201, "POST", `${path}/branches`, { endpoints: [{ type: "read_write" }] });
    await api.settle(project.id);
    const read = await api.expect<object>(200, "GET", role);
    for (const answer of [child, read]) expect(JSON.stringify(answer)).not.toContain(secret);
    const reset = await api.expect<neon.RoleOperations>(200, "POST", `${role}/reset_password`);
    expect(reset.role.password).toMatch(/^npg_/);
    expect(reset.role.password).not.toBe(secret);
    await api.expect(412, "GET", `${role}/reveal_password`);
  });
});

describe("advisors", () => {
  it("check what they are asked for and find nothing", async () => {
    const api = await start();
    const { project, branch } = await api.project();
    const path = `/projects/${project.id}/advisors`;
    expect(await api.expect(200, "GET", `${path}?min_severity=WARN`)).toEqual({ issues: [] });
    await api.expect(404, "GET", `${path}?branch_id=br-not-there`);
    await api.expect(404, "GET", `${path}?database_name=nothing`);
    const database = { database: { name: "second", owner_name: "neondb_owner" } };
    await api.expect(201, "POST", `/projects/${project.id}/branches/${branch.id}/databases`, database);
    await api.expect(400, "GET", path);
    expect(await api.expect(200, "GET", `${path}?database_name=second`)).toEqual({ issues: [] });
  });
});
