import type * as neon from "@neondatabase/api-client";
import { manualClock } from "../../../local/clock";
import type { LocalNeonOptions } from "../../../local/startServer";
import { startTestApi, type TestApi } from "./testApi";

const open: TestApi[] = [];
afterEach(async () => {
  for (const api of open.splice(0)) await api.close();
});
async function start(options: LocalNeonOptions): Promise<TestApi> {
  const api = await startTestApi(options);
  open.push(api);
  return api;
}

const organization = (id: string) => ({ id, name: id, plan: "scale", projectsLimit: 100 }) as const;
const twoOrganizations: LocalNeonOptions = {
  organizations: [organization("org-a"), organization("org-b")],
  apiKeys: [
    { key: "person", kind: "personal", orgIds: ["org-a", "org-b"] },
    { key: "a", kind: "organization", orgId: "org-a" },
    { key: "b", kind: "organization", orgId: "org-b" },
  ],
};

it("refuses every request without a key that it knows", async () => {
  const api = await start({});
  for (const authorization of [undefined, "Bearer wrong", "Bearer ", "Basic bG9jYWw6", "local"]) {
    const headers: Record<string, string> = authorization === undefined ? {} : { Authorization: authorization };
    const response = await fetch(`${api.neon.apiHost}/projects`, { headers });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({
      code: "",
      message: expect.any(String) as unknown,
      request_id: expect.any(String) as unknown,
    });
  }
});

it("names the request as its sender did, and by itself otherwise", async () => {
  const api = await start({});
  const headers = { Authorization: "Bearer local", "X-Request-ID": "req-1" };
  const named = await fetch(`${api.neon.apiHost}/projects/nothing-there`, { headers });
  expect(named.headers.get("x-request-id")).toBe("req-1");
  expect(await named.json()).toMatchObject({
    request_id: "req-1",
    message: 'project not found; project_id:"nothing-there"',
  });
  const unnamed = await api.request("GET", "/projects/nothing-there");
  expect(unnamed.body.request_id).toMatch(/^[0-9a-f-]{36}$/);
});

it("answers with and without the path prefix", async () => {
  const api = await start({});
  const root = api.neon.apiHost.replace("/api/v2", "");
  for (const base of [root, `${root}/api/v2`]) {
    const response = await fetch(`${base}/regions`, { headers: { Authorization: "Bearer local" } });
    expect(response.status).toBe(200);
  }
});

describe("a personal key of two organizations", () => {
  it("has to name the organization where it lists or creates", async () => {
    const api = await start(twoOrganizations);
    for (const answer of [
      await api.request("GET", "/projects"),
      await api.request("POST", "/projects", { project: {} }),
    ]) {
      expect(answer.status).toBe(400);
      expect(answer.body.message).toBe("org_id is required, you can find it on your organization settings page");
    }
    await api.expect(404, "GET", "/projects?org_id=org-c");
    const { project } = await api.project({ org_id: "org-b" });
    expect([project.org_id, project.owner_id]).toEqual(["org-b", "org-b"]);
    const listed = await api.expect<neon.ProjectsResponse>(200, "GET", "/projects?org_id=org-b");
    expect(listed.projects.map(({ id }) => id)).toEqual([project.id]);
    const { organizations } = await api.expect<neon.OrganizationsResponse>(200, "GET", "/users/me/organizations");
    expect(organizations.map(({ id }) => id)).toEqual(["org-a", "org-b"]);
    expect(await api.expect(200, "GET", "/auth")).toMatchObject({ auth_method: "api_key_user" });
  });
});

describe("an organization key", () => {
  it("implies its organization, sees no other's projects and is nobody's", async () => {
    const api = await start(twoOrganizations);
    const created = await api.request<neon.ProjectResponse>("POST", "/projects", { project: {} }, "a");
    expect(created.body.project.org_id).toBe("org-a");
    const path = `/projects/${created.body.project.id}`;
    expect((await api.request("GET", path, undefined, "b")).status).toBe(404);
    expect((await api.request("DELETE", path, undefined, "b")).status).toBe(404);
    expect((await api.request("GET", path, undefined, "person")).status).toBe(200);
    const auth = await api.request<object>("GET", "/auth", undefined, "a");
    expect(auth.body).toEqual({ account_id: "org-a", auth_method: "api_key_org" });
    const organizations = await api.request("GET", "/users/me/organizations", undefined, "a");
    expect([organizations.status, organizations.body.message]).toEqual([403, "not allowed for organization API keys"]);
    expect((await api.request("GET", "/users/me", undefined, "a")).status).toBe(404);
    expect((await api.request("GET", "/organizations/org-b", undefined, "a")).status).toBe(404);
    const keys = await api.request<unknown[]>("GET", "/organizations/org-a/api_keys", undefined, "a");
    expect(keys.body).toHaveLength(1);
  });

  it("must be of an organization that is configured", async () => {
    const apiKeys = [{ key: "x", kind: "organization", orgId: "org-missing" } as const];
    await expect(startTestApi({ apiKeys })).rejects.toMatchObject({ code: "LOCAL_ORGANIZATION_UNKNOWN" });
  });
});

describe("rate limits", () => {
  it("answer 429 with Retry-After beyond 40 a second on a route, for each account alone", async () => {
    const clock = manualClock(new Date("2026-01-01T00:00:00Z"));
    const api = await start({ ...twoOrganizations, rateLimits: true, clock });
    const regions = (key: string) => api.request("GET", "/regions", undefined, key);
    for (let i = 0; i < 40; i++) expect((await regions("a")).status).toBe(200);
    const refused = await regions("a");
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
    expect(refused.body).toMatchObject({ code: "RATE_LIMIT_EXCEEDED", message: expect.any(String) as unknown });
    expect((await regions("b")).status).toBe(200);
    expect((await api.request("GET", "/auth", undefined, "a")).status).toBe(200);
    clock.advance(1000);
    expect((await regions("a")).status).toBe(200);
  });

  it("are off unless asked for", async () => {
    const api = await start({ clock: manualClock(new Date("2026-01-01T00:00:00Z")) });
    for (let i = 0; i < 120; i++) await api.expect(200, "GET", "/regions");
  });
});

it("writes no key, password or query to its log", async () => {
  const api = await start({});
  const created = await api.project();
  await api.expect(200, "GET", `/projects?search=secret-search`);
  const text = api.log.join("\n");
  expect(text).toContain("POST /api/v2/projects 201");
  for (const secret of [created.roles[0]?.password ?? "", "Bearer", "secret-search"])
    expect(text).not.toContain(secret);
});
