import type * as neon from "@neondatabase/api-client";
import { startTestApi, type TestApi, type TestProject } from "./testApi";
import { until } from "../support/until";

let api: TestApi;
beforeAll(async () => (api = await startTestApi()));
afterAll(() => api.close());

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const settings = (projectId: string) =>
  api.expect<neon.ProjectResponse>(200, "GET", `/projects/${projectId}`).then(({ project }) => project.settings!);

describe("createProject", () => {
  it("makes branch, role, database and compute with Neon's defaults in one call", async () => {
    const created = await api.expect<TestProject>(201, "POST", "/projects", { project: {} });
    expect(created.project.id).toMatch(/^[a-z]+-[a-z]+-\d{8}$/);
    expect(created.project).toMatchObject({
      name: created.project.id,
      region_id: "aws-us-east-2",
      pg_version: 17,
      org_id: api.neon.orgId,
      consumption_period_start: "0001-01-01T00:00:00Z",
      consumption_period_end: "0001-01-01T00:00:00Z",
    });
    expect(created.project.owner).toBeUndefined();
    expect(created.branch).toMatchObject({
      name: "main",
      default: true,
      current_state: "init",
      pending_state: "ready",
    });
    expect(created.branch.id).toMatch(/^br-[a-z]+-[a-z]+-[a-z0-9]{8}$/);
    expect(created.roles).toMatchObject([
      { name: "neondb_owner", password: expect.stringMatching(/^npg_\w{12}$/) as unknown },
    ]);
    expect(created.databases).toMatchObject([{ name: "neondb", owner_name: "neondb_owner" }]);
    expect(created.endpoints).toMatchObject([{ type: "read_write", current_state: "init", pending_state: "active" }]);
    await api.settle(created.project.id);
    const { project } = await api.expect<neon.ProjectResponse>(200, "GET", `/projects/${created.project.id}`);
    expect(project.owner).toBeDefined();
    expect(Date.parse(project.consumption_period_end)).toBeGreaterThan(Date.parse(project.consumption_period_start));
    const { branch } = await api.expect<neon.BranchResponse>(
      200,
      "GET",
      `/projects/${project.id}/branches/${created.branch.id}`,
    );
    expect(branch).toMatchObject({ current_state: "ready" });
  });

  it("names the owner after the database and keeps annotations of the branch", async () => {
    const annotations = { fleet: "f", __proto__x: "y" };
    const created = await api.project({ branch: { name: "production", database_name: "shop", annotations } });
    expect(created.roles.map(({ name }) => name)).toEqual(["shop_owner"]);
    const path = `/projects/${created.project.id}/branches`;
    const listed = await api.expect<neon.AnnotationsMapResponse>(200, "GET", path);
    expect(listed.annotations[created.branch.id]?.value).toEqual(annotations);
    const read = await api.expect<neon.AnnotationResponse>(200, "GET", `${path}/${created.branch.id}`);
    expect(read.annotation.value).toEqual(annotations);
  });

  it.each<[string, object]>([
    ["a region that does not exist", { region_id: "aws-mars-1" }],
    ["Postgres 13", { pg_version: 13 }],
    ["a reserved role", { branch: { role_name: "neon_superuser" } }],
    ["a reserved role prefix", { branch: { role_name: "pg_admin" } }],
    ["a reserved database", { branch: { database_name: "template1" } }],
    ["a name of 64 bytes", { branch: { database_name: "é".repeat(32) } }],
    ["a size that is not offered", { default_endpoint_settings: { autoscaling_limit_min_cu: 0.75 } }],
    ["min above max", { default_endpoint_settings: { autoscaling_limit_min_cu: 2, autoscaling_limit_max_cu: 1 } }],
    ["a range above 8", { default_endpoint_settings: { autoscaling_limit_min_cu: 1, autoscaling_limit_max_cu: 10 } }],
    [
      "autoscaling above 16",
      { default_endpoint_settings: { autoscaling_limit_min_cu: 14, autoscaling_limit_max_cu: 18 } },
    ],
    [
      "an odd size above 16",
      { default_endpoint_settings: { autoscaling_limit_min_cu: 19, autoscaling_limit_max_cu: 19 } },
    ],
    ["a suspend timeout below a minute", { default_endpoint_settings: { suspend_timeout_seconds: 30 } }],
    ["history of more than 30 days", { history_retention_seconds: 2_592_001 }],
    [
      "a maintenance window of an eighth day",
      {
        settings: { maintenance_window: { weekdays: [8], start_time: "01:00", end_time: "02:00" } },
      },
    ],
    ["an unknown field in closed mode", { nam: "x" }],
  ])("refuses %s", async (_, project) => {
    const before = await api.expect<neon.ProjectsResponse>(200, "GET", "/projects?limit=400");
    await api.expect(400, "POST", "/projects", { project });
    const after = await api.expect<neon.ProjectsResponse>(200, "GET", "/projects?limit=400");
    expect(after.projects.length).toBe(before.projects.length);
  });

  it.each([
    [0.25, 0.25],
    [0.5, 8],
    [8, 16],
    [16, 16],
    [18, 18],
    [56, 56],
  ])("offers computes from %s to %s CU", async (min, max) => {
    const sizes = { autoscaling_limit_min_cu: min, autoscaling_limit_max_cu: max };
    const { endpoints } = await api.project({ default_endpoint_settings: sizes });
    expect(endpoints[0]).toMatchObject(sizes);
  });
});

describe("updateProject", () => {
  it("merges settings and quota key by key and replaces lists", async () => {
    const { project } = await api.project({
      settings: {
        quota: { active_time_seconds: 10, logical_size_bytes: 20 },
        allowed_ips: { ips: ["1.1.1.1"], protected_branches_only: true },
      },
    });
    const patch = { settings: { quota: { active_time_seconds: 0 }, allowed_ips: { ips: ["2.2.2.2"] } } };
    const answer = await api.expect<neon.ProjectResponse>(200, "PATCH", `/projects/${project.id}`, { project: patch });
    expect(answer.project.consumption_period_start).toBe("0001-01-01T00:00:00Z");
    expect(await settings(project.id)).toMatchObject({
      quota: { active_time_seconds: 0, logical_size_bytes: 20 },
      allowed_ips: { ips: ["2.2.2.2"], protected_branches_only: true },
      block_public_connections: false,
    });
  });

  it("changes the defaults of new computes and never the existing one", async () => {
    const { project, branch, endpoints } = await api.project();
    const path = `/projects/${project.id}`;
    const patch = { project: { default_endpoint_settings: { autoscaling_limit_max_cu: 2 } } };
    const { operations } = await api.expect<neon.OperationsResponse>(200, "PATCH", path, patch);
    expect(operations).toEqual([]);
    const existing = await api.expect<{ endpoint: neon.Endpoint }>(200, "GET", `${path}/endpoints/${endpoints[0]?.id}`);
    expect(existing.endpoint.autoscaling_limit_max_cu).toBe(0.25);
    const replica = { endpoint: { branch_id: branch.id, type: "read_only" } };
    const made = await api.expect<{ endpoint: neon.Endpoint }>(201, "POST", `${path}/endpoints`, replica);
    expect(made.endpoint.autoscaling_limit_max_cu).toBe(2);
  });

  it("cannot take logical replication back, and tells storage of another retention", async () => {
    const { project } = await api.project();
    const path = `/projects/${project.id}`;
    const set = (fields: object) => api.request<neon.OperationsResponse>("PATCH", path, { project: fields });
    expect((await set({ settings: { enable_logical_replication: true } })).status).toBe(200);
    expect((await set({ settings: { enable_logical_replication: false } })).status).toBe(400);
    const { body } = await set({ history_retention_seconds: 100 });
    expect(body.operations.map(({ action }) => action)).toEqual(["apply_storage_config"]);
  });

  it("ignores what the document does not know outside of closed mode", async () => {
    const open = await startTestApi({ closed: false });
    try {
      const { project } = await open.project({ settings: { zzz: 1, quota: { zzz: 1 } }, zzz: 1 });
      const patch = { project: { settings: { zzz: 1 }, default_endpoint_settings: { zzz: 1 } } };
      await open.expect(200, "PATCH", `/projects/${project.id}`, patch);
      expect(JSON.stringify(await open.expect<object>(200, "GET", `/projects/${project.id}`))).not.toContain("zzz");
    } finally {
      await open.close();
    }
  });
});

describe("listProjects", () => {
  it("searches names and ids, and goes on after a cursor whose project was deleted meanwhile", async () => {
    const names = ["page-a", "page-b", "page-C", "page-d"];
    const made: TestProject[] = [];
    for (const name of names) made.push(await api.project({ name }));
    const page = (query: string) =>
      api.expect<neon.ProjectsResponse & neon.PaginationResponse>(200, "GET", `/projects?search=PAGE-&${query}`);
    const first = await page("limit=2");
    expect(first.projects.map(({ name }) => name)).toEqual(["page-a", "page-b"]);
    expect(first.pagination?.cursor).toBe(made[1]?.project.id);
    await api.expect(200, "DELETE", `/projects/${made[1]?.project.id}`);
    const second = await page(`limit=2&cursor=${first.pagination?.cursor}`);
    expect(second.projects.map(({ name }) => name)).toEqual(["page-C", "page-d"]);
    const third = await page(`limit=2&cursor=${second.pagination?.cursor}`);
    expect([third.projects, third.pagination]).toEqual([[], undefined]);
    const byId = await api.expect<neon.ProjectsResponse>(200, "GET", `/projects?search=${made[3]?.project.id}`);
    expect(byId.projects.map(({ name }) => name)).toEqual(["page-d"]);
    await api.expect(400, "GET", "/projects?cursor=nobody");
    await api.expect(400, "GET", "/projects?limit=401");
  });
});

describe("deleteProject", () => {
  it("is refused while a branch is protected", async () => {
    const { project, branch } = await api.project();
    const path = `/projects/${project.id}`;
    await api.expect(200, "PATCH", `${path}/branches/${branch.id}`, { branch: { protected: true } });
    await api.expect(422, "DELETE", path);
    await api.expect(200, "PATCH", `${path}/branches/${branch.id}`, { branch: { protected: false } });
    await api.expect(200, "DELETE", path);
    await api.expect(404, "GET", path);
    await api.expect(404, "DELETE", path);
  });

  it("closes every endpoint, shows no operations and leaves the data", async () => {
    const { project, endpoints } = await api.project();
    api.computes.calls.length = 0;
    const answer = await api.expect<object>(200, "DELETE", `/projects/${project.id}`);
    expect(answer).not.toHaveProperty("operations");
    await until(() => api.computes.calls.length > 0);
    await pause(20);
    expect(api.computes.calls).toEqual([["removeEndpoint", endpoints[0]?.id]]);
  });

  it("removes listeners and files of every branch, children first, where deletion is permanent", async () => {
    const permanent = await startTestApi({ accessRules: { projectDeletion: "permanent" } });
    try {
      const { project, branch, endpoints } = await permanent.project();
      const path = `/projects/${project.id}`;
      const child = await permanent.expect<neon.BranchResponse>(201, "POST", `${path}/branches`);
      await permanent.settle(project.id);
      permanent.computes.calls.length = 0;
      await permanent.expect(200, "DELETE", path);
      await until(() => permanent.computes.calls.length >= 3);
      expect(permanent.computes.calls).toEqual([
        ["removeEndpoint", endpoints[0]?.id],
        ["removeBranch", child.branch.id],
        ["removeBranch", branch.id],
      ]);
      await permanent.expect(404, "POST", `${path}/recover`);
    } finally {
      await permanent.close();
    }
  });
});

describe("plans and limits", () => {
  it("holds the Free plan's retention, suspend timeout, branches and projects", async () => {
    const organization = { id: "org-free", name: "free", plan: "free", projectsLimit: 1 } as const;
    const free = await startTestApi({ organizations: [organization] });
    try {
      const refused = { default_endpoint_settings: { suspend_timeout_seconds: 120 } };
      expect((await free.request("POST", "/projects", { project: refused })).status).toBe(412);
      const long = await free.request("POST", "/projects", { project: { history_retention_seconds: 86_400 } });
      expect(long.body.message).toBe(
        'requested history retention seconds exceeds allowed maximum; requested_history_retention_seconds:"86400", max:"21600"',
      );
      const { project, branch } = await free.project();
      expect(project.history_retention_seconds).toBe(21_600);
      const second = await free.request("POST", "/projects", { project: {} });
      expect([second.status, second.body.code]).toEqual([422, "PROJECTS_LIMIT_EXCEEDED"]);
      expect(second.body.message).toBe("user projects limit of 1 exceeded, got 1");
      const path = `/projects/${project.id}/branches`;
      const protect = await free.request("PATCH", `${path}/${branch.id}`, { branch: { protected: true } });
      expect([protect.status, protect.body.code]).toEqual([422, "BRANCHES_PROTECTED_LIMIT_EXCEEDED"]);
      for (let i = 1; i < 10; i++) {
        await free.expect(201, "POST", path);
        await free.settle(project.id);
      }
      const eleventh = await free.request("POST", path);
      expect([eleventh.status, eleventh.body.code]).toEqual([422, "BRANCHES_LIMIT_EXCEEDED"]);
    } finally {
      await free.close();
    }
  });
});
