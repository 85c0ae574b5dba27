import type * as neon from "@neondatabase/api-client";
import { startTestApi, type TestApi, type TestProject } from "./testApi";

let api: TestApi;
let made: TestProject;
beforeEach(async () => {
  api = await startTestApi({
    organizations: [
      { id: "org-a", name: "A", plan: "scale", projectsLimit: 100 },
      { id: "org-b", name: "B", plan: "scale", projectsLimit: 100 },
    ],
    apiKeys: [
      { key: "owner", kind: "personal", orgIds: ["org-a"] },
      { key: "guest", kind: "personal", orgIds: ["org-b"], user: { email: "guest@example.com" } },
      { key: "org", kind: "organization", orgId: "org-b" },
    ],
  });
  made = await api.project({ org_id: "org-a", name: "shared" });
});
afterEach(() => api.close());

const permissions = () => `/projects/${made.project.id}/permissions`;
const share = (email = "Guest@example.com") =>
  api.expect<neon.ProjectPermission>(200, "POST", permissions(), { email });
const shared = async (query = "", key = "guest") => {
  const answer = await api.request<neon.ProjectsResponse>("GET", `/projects/shared${query}`, undefined, key);
  return answer.body.projects.map(({ name }) => name);
};

it("shares a project with a person of another organization until it is revoked", async () => {
  const path = `/projects/${made.project.id}`;
  expect((await api.request("GET", path, undefined, "guest")).status).toBe(404);
  const permission = await share();
  expect((await api.request("GET", path, undefined, "guest")).status).toBe(200);
  expect((await api.request("PATCH", path, { project: { name: "shared 2" } }, "guest")).status).toBe(200);
  expect((await api.request("GET", path, undefined, "org")).status).toBe(404);
  expect(await shared()).toEqual(["shared 2"]);
  expect(await shared("", "org")).toEqual([]);
  expect(await shared("", "owner")).toEqual([]);
  expect(await api.expect(200, "GET", permissions())).toEqual({ project_permissions: [permission] });
  const revoked = await api.expect<neon.ProjectPermission>(200, "DELETE", `${permissions()}/${permission.id}`);
  expect(revoked).toMatchObject({ ...permission, revoked_at: expect.any(String) as unknown });
  await api.expect(404, "DELETE", `${permissions()}/${permission.id}`);
  expect((await api.request("GET", path, undefined, "guest")).status).toBe(404);
  expect(await shared()).toEqual([]);
});

it("lets a guest neither delete, nor transfer, nor share the project", async () => {
  const { id } = await share();
  for (const [method, route, body] of [
    ["DELETE", `/projects/${made.project.id}`, undefined],
    ["POST", `/projects/${made.project.id}/transfer_requests`, {}],
    ["POST", permissions(), { email: "more@example.com" }],
    ["DELETE", `${permissions()}/${id}`, undefined],
  ] as const) {
    expect([route, (await api.request(method, route, body, "guest")).status]).toEqual([route, 403]);
  }
});

it("takes each address once and only what is one", async () => {
  await share();
  await api.expect(409, "POST", permissions(), { email: "guest@example.com" });
  await api.expect(400, "POST", permissions(), { email: "nobody" });
});

it("lists shared projects in pages, found by name or id", async () => {
  await share();
  for (const name of ["second", "third"]) {
    made = await api.project({ org_id: "org-a", name });
    await share();
  }
  const page = async (query: string) =>
    (
      await api.request<neon.ProjectsResponse & neon.PaginationResponse>(
        "GET",
        `/projects/shared?${query}`,
        undefined,
        "guest",
      )
    ).body;
  const first = await page("limit=2");
  expect(first.projects.map(({ name }) => name)).toEqual(["shared", "second"]);
  const rest = await page(`limit=2&cursor=${first.pagination?.cursor}`);
  expect(rest.projects.map(({ name }) => name)).toEqual(["third"]);
  expect(await shared("?search=SEC")).toEqual(["second"]);
  expect(await shared(`?search=${made.project.id}`)).toEqual(["third"]);
  expect((await api.request("GET", "/projects/shared?cursor=nobody", undefined, "guest")).status).toBe(400);
});
