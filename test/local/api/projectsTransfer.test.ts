import type * as neon from "@neondatabase/api-client";
import { manualClock } from "../../../local/clock";
import type { LocalNeonOptions } from "../../../local/startServer";
import { startTestApi, type TestApi } from "./testApi";

const open: TestApi[] = [];
afterEach(async () => {
  for (const api of open.splice(0)) await api.close();
});
async function start(options: LocalNeonOptions = {}): Promise<TestApi> {
  const api = await startTestApi({ ...organizations, ...options });
  open.push(api);
  return api;
}

const organizations: LocalNeonOptions = {
  organizations: [
    { id: "org-a", name: "A", plan: "scale", projectsLimit: 100 },
    { id: "org-b", name: "B", plan: "scale", projectsLimit: 2 },
    { id: "org-low", name: "L", plan: "free", projectsLimit: 1, regions: ["aws-eu-central-1"] },
    { id: "org-theirs", name: "T", plan: "scale", projectsLimit: 100 },
  ],
  apiKeys: [
    { key: "person", kind: "personal", orgIds: ["org-a", "org-b", "org-low"] },
    { key: "a", kind: "organization", orgId: "org-a" },
    { key: "b", kind: "organization", orgId: "org-b" },
    { key: "they", kind: "personal", orgIds: ["org-theirs"], user: { email: "they@example.com" } },
  ],
};

const transfer = (api: TestApi, project_ids: string[], destination_org_id = "org-b", from = "org-a", key?: string) =>
  api.request<neon.LimitsUnsatisfiedResponse & neon.GeneralError>(
    "POST",
    `/organizations/${from}/projects/transfer`,
    { destination_org_id, project_ids },
    key,
  );

const ownerOf = async (api: TestApi, id: string) =>
  (await api.expect<neon.ProjectResponse>(200, "GET", `/projects/${id}`)).project.org_id;

async function projectsOf(api: TestApi, orgId: string): Promise<string[]> {
  const { projects } = await api.expect<neon.ProjectsResponse>(200, "GET", `/projects?org_id=${orgId}&limit=400`);
  return projects.map(({ id }) => id);
}

describe("a transfer between organizations", () => {
  it("moves all of the projects with everything in them", async () => {
    const api = await start();
    const made = [await api.project({ org_id: "org-a" }), await api.project({ org_id: "org-a" })];
    const ids = made.map(({ project }) => project.id);
    const answer = await transfer(api, [...ids, ids[0]!]);
    expect([answer.status, answer.body]).toEqual([200, {}]);
    expect([await projectsOf(api, "org-a"), await projectsOf(api, "org-b")]).toEqual([[], ids]);
    for (const { project, branch, endpoints } of made) {
      expect(await ownerOf(api, project.id)).toBe("org-b");
      const path = `/projects/${project.id}/endpoints/${endpoints[0]?.id}`;
      const { endpoint } = await api.expect<{ endpoint: neon.Endpoint }>(200, "GET", path);
      expect([endpoint.host, endpoint.branch_id]).toEqual([endpoints[0]?.host, branch.id]);
      expect((await api.request("GET", `/projects/${project.id}`, undefined, "a")).status).toBe(404);
      expect((await api.request("GET", `/projects/${project.id}`, undefined, "b")).status).toBe(200);
    }
  });

  it("moves none where the destination's limit, plan or regions do not allow all, and names each", async () => {
    const api = await start();
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.push((await api.project({ org_id: "org-a" })).project.id);
    const full = await transfer(api, ids);
    expect([full.status, full.body]).toEqual([
      406,
      { limits: [{ name: "projects_count", expected: "2", actual: "3" }] },
    ]);
    const low = await transfer(api, ids.slice(0, 2), "org-low");
    expect(low.body.limits).toEqual([
      { name: "subscription_type", expected: "scale", actual: "free" },
      { name: "projects_count", expected: "1", actual: "2" },
      { name: "project_region", expected: "aws-eu-central-1", actual: "aws-us-east-2" },
    ]);
    expect(await projectsOf(api, "org-a")).toEqual(ids);
  });

  it("needs a person who is in both, projects of the source and no running operation", async () => {
    const api = await start();
    const { project } = await api.project({ org_id: "org-a" });
    expect((await transfer(api, [project.id], "org-b", "org-a", "a")).status).toBe(403);
    expect((await transfer(api, [project.id], "org-theirs")).status).toBe(404);
    expect((await transfer(api, [project.id], "org-b", "org-theirs")).status).toBe(404);
    expect((await transfer(api, [project.id], "org-a", "org-b")).status).toBe(404);
    expect((await transfer(api, [project.id, "nothing-there"])).status).toBe(404);
    expect((await transfer(api, [project.id], "org-a")).status).toBe(400);
    expect((await transfer(api, Array<string>(401).fill(project.id))).status).toBe(400);
    const release = api.computes.hold("suspend");
    const endpoints = await api.expect<neon.EndpointsResponse>(200, "GET", `/projects/${project.id}/endpoints`);
    const endpoint = endpoints.endpoints[0]?.id ?? "";
    await api.expect(200, "POST", `/projects/${project.id}/endpoints/${endpoint}/start`);
    await api.settle(project.id);
    await api.expect(200, "POST", `/projects/${project.id}/endpoints/${endpoint}/suspend`);
    expect((await transfer(api, [project.id])).status).toBe(423);
    release();
    await api.settle(project.id);
    expect(await ownerOf(api, project.id)).toBe("org-a");
    expect((await transfer(api, [project.id])).status).toBe(200);
  });

  it("from a personal account finds no project, as none is in one", async () => {
    const api = await start();
    const { project } = await api.project({ org_id: "org-a" });
    const body = { destination_org_id: "org-b", project_ids: [project.id] };
    await api.expect(404, "POST", "/users/me/projects/transfer", body);
    expect((await api.request("POST", "/users/me/projects/transfer", body, "a")).status).toBe(403);
  });
});

describe("a transfer request", () => {
  const request = (api: TestApi, id: string, body?: object) =>
    api.expect<neon.ProjectTransferRequestResponse>(201, "POST", `/projects/${id}/transfer_requests`, body);
  const accept = (api: TestApi, id: string, requestId: string, key: string, body?: object) =>
    api.request("PUT", `/projects/${id}/transfer_requests/${requestId}`, body, key);

  it("is accepted once by whoever knows it, into an organization of theirs", async () => {
    const api = await start();
    const { project } = await api.project({ org_id: "org-a" });
    const { id, created_at, expires_at } = await request(api, project.id);
    expect(Date.parse(expires_at) - Date.parse(created_at)).toBe(86_400_000);
    expect((await api.request("GET", `/projects/${project.id}`, undefined, "they")).status).toBe(404);
    const unnamed = await accept(api, project.id, id, "they");
    expect([unnamed.status, unnamed.body.message]).toEqual([
      400,
      "org_id is required, you can find it on your organization settings page",
    ]);
    expect((await accept(api, "nothing-there", id, "they", { org_id: "org-theirs" })).status).toBe(404);
    expect((await accept(api, project.id, id, "they", { org_id: "org-a" })).status).toBe(404);
    expect((await accept(api, project.id, id, "they", { org_id: "org-theirs" })).status).toBe(204);
    expect((await api.request("GET", `/projects/${project.id}`, undefined, "they")).status).toBe(200);
    await api.expect(404, "GET", `/projects/${project.id}`);
    expect((await accept(api, project.id, id, "they", { org_id: "org-theirs" })).status).toBe(404);
  });

  it("implies the organization of an organization's key", async () => {
    const api = await start();
    const { project } = await api.project({ org_id: "org-a" });
    const { id } = await request(api, project.id, {});
    expect((await accept(api, project.id, id, "a")).status).toBe(422);
    expect((await accept(api, project.id, id, "b")).status).toBe(204);
    expect(await ownerOf(api, project.id)).toBe("org-b");
  });

  it("tells why an organization cannot take the project", async () => {
    const api = await start();
    const { project } = await api.project({ org_id: "org-a" });
    const { id } = await request(api, project.id);
    const refused = await accept(api, project.id, id, "person", { org_id: "org-low" });
    expect(refused.status).toBe(406);
    expect(refused.body).toMatchObject({ reasons: [{ code: "subscription_type" }, { code: "project_region" }] });
  });

  it("expires by the clock", async () => {
    const clock = manualClock(new Date("2026-01-01T00:00:00Z"));
    const api = await start({ clock });
    const { body: made } = await api.request<neon.ProjectResponse>("POST", "/projects", { project: {} }, "a");
    const { project } = made;
    const { id } = await request(api, project.id, { ttl_seconds: 60 });
    for (const ttl_seconds of [0, -1, 1e300]) {
      await api.expect(400, "POST", `/projects/${project.id}/transfer_requests`, { ttl_seconds });
    }
    clock.advance(60_000);
    expect((await accept(api, project.id, id, "b")).status).toBe(404);
  });
});
