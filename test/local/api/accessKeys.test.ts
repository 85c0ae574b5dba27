import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type * as neon from "@neondatabase/api-client";
import { manualClock } from "../../../local/clock";
import type { LocalNeonOptions } from "../../../local/startServer";
import { startTestApi, type TestApi, type TestProject } from "./testApi";

const open: TestApi[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const api of open.splice(0)) await api.close();
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
});
async function start(options: LocalNeonOptions = {}): Promise<TestApi> {
  const api = await startTestApi({ ...twoOrganizations, ...options });
  open.push(api);
  return api;
}
function stateFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "local-keys-"));
  folders.push(folder);
  return folder;
}

const organization = (id: string) => ({ id, name: id, plan: "scale", projectsLimit: 100 }) as const;
const twoOrganizations: LocalNeonOptions = {
  organizations: [organization("org-a"), organization("org-b")],
  apiKeys: [
    { key: "person", kind: "personal", orgIds: ["org-a", "org-b"] },
    { key: "member", kind: "personal", orgIds: [], user: { email: "member@example.com" } },
    { key: "a", kind: "organization", orgId: "org-a" },
  ],
};

type CreatedKey = neon.OrgApiKeyCreateResponse;

const makeOrgKey = async (api: TestApi, fields: object = {}): Promise<CreatedKey> =>
  api.expect<CreatedKey>(200, "POST", "/organizations/org-a/api_keys", { key_name: "ci", ...fields });

describe("a personal key made over the API", () => {
  it("acts for its person until it is revoked, and is shown once", async () => {
    const api = await start();
    const made = await api.expect<neon.ApiKeyCreateResponse>(200, "POST", "/api_keys", { key_name: "laptop" });
    expect(made.key).toMatch(/^napi_[a-z0-9]{64}$/);
    const mine = await api.request<neon.OrganizationsResponse>("GET", "/users/me/organizations", undefined, made.key);
    expect(mine.body.organizations.map(({ id }) => id)).toEqual(["org-a", "org-b"]);
    const listed = await api.expect<neon.ApiKeysListResponseItem[]>(200, "GET", "/api_keys");
    expect(listed.find(({ id }) => id === made.id)).toMatchObject({ name: "laptop", last_used_from_addr: "127.0.0.1" });
    expect(JSON.stringify(listed)).not.toContain(made.key);
    expect((await api.request("DELETE", `/api_keys/${made.id}`, undefined, "member")).status).toBe(404);
    const revoked = await api.expect<neon.ApiKeyRevokeResponse>(200, "DELETE", `/api_keys/${made.id}`);
    expect(revoked).toMatchObject({ id: made.id, revoked: true });
    expect((await api.request("GET", "/auth", undefined, made.key)).status).toBe(401);
    await api.expect(404, "DELETE", `/api_keys/${made.id}`);
  });

  it("survives a restart, and only as a hash", async () => {
    const folder = stateFolder();
    const first = await start({ stateFolder: folder });
    const { key } = await first.expect<neon.ApiKeyCreateResponse>(200, "POST", "/api_keys", { key_name: "laptop" });
    await open.pop()?.close();
    for (const file of fs.readdirSync(folder).filter((name) => name.startsWith("neon.sqlite"))) {
      expect(fs.readFileSync(path.join(folder, file)).includes(key)).toBe(false);
    }
    const second = await start({ stateFolder: folder });
    const auth = await second.request<object>("GET", "/auth", undefined, key);
    expect(auth.body).toMatchObject({ auth_method: "api_key_user" });
  });

  it("tells when it was last used", async () => {
    const clock = manualClock(new Date("2026-01-01T00:00:00Z"));
    const api = await start({ clock });
    const { id, key } = await api.expect<neon.ApiKeyCreateResponse>(200, "POST", "/api_keys", { key_name: "x" });
    const lastUse = async () =>
      (await api.expect<neon.ApiKeysListResponseItem[]>(200, "GET", "/api_keys")).find((each) => each.id === id)
        ?.last_used_at;
    expect(await lastUse()).toBeNull();
    for (const at of ["2026-01-01T00:01:00.000Z", "2026-01-01T00:02:00.000Z"]) {
      clock.advance(60_000);
      await api.request("GET", "/auth", undefined, key);
      expect(await lastUse()).toBe(at);
    }
  });

  it("has a name that can be kept, and there are not too many", async () => {
    const api = await start({ accessRules: { apiKeysLimit: 1 } });
    for (const key_name of ["", "a\u0000b", "x".repeat(65)]) await api.expect(400, "POST", "/api_keys", { key_name });
    await api.expect(200, "POST", "/api_keys", { key_name: "one" });
    const second = await api.request("POST", "/api_keys", { key_name: "two" });
    expect([second.status, second.body.code]).toEqual([422, "API_KEYS_LIMIT_EXCEEDED"]);
  });

  it("is refused to keys of organizations, and configured keys stay", async () => {
    const api = await start();
    for (const [method, route, body] of [
      ["GET", "/api_keys", undefined],
      ["POST", "/api_keys", { key_name: "x" }],
      ["DELETE", "/api_keys/1", undefined],
    ] as const) {
      const answer = await api.request(method, route, body, "a");
      expect([answer.status, answer.body.message]).toEqual([403, "not allowed for organization API keys"]);
    }
    await api.expect(422, "DELETE", "/api_keys/1");
    await api.expect(200, "GET", "/auth");
  });
});

describe("an organization's key made over the API", () => {
  it("manages that organization alone", async () => {
    const api = await start();
    const { key, id } = await makeOrgKey(api);
    const created = await api.request<TestProject>("POST", "/projects", { project: {} }, key);
    expect(created.body.project.org_id).toBe("org-a");
    await api.settle(created.body.project.id);
    expect((await api.request("DELETE", `/projects/${created.body.project.id}`, undefined, key)).status).toBe(200);
    expect((await api.request("GET", "/organizations/org-b", undefined, key)).status).toBe(404);
    const path = "/organizations/org-a/api_keys";
    expect((await api.request("POST", path, { key_name: "x" }, key)).status).toBe(403);
    expect((await api.request("GET", "/organizations/org-b/api_keys", undefined, key)).status).toBe(404);
    const revoked = await api.request<neon.OrgApiKeyRevokeResponse>("DELETE", `${path}/${id}`, undefined, key);
    expect(revoked.body).toMatchObject({ id, revoked: true });
    expect((await api.request("GET", "/auth", undefined, key)).status).toBe(401);
  });

  it("is made ten times a second at most where rate limits hold", async () => {
    const api = await start({ rateLimits: true, clock: manualClock(new Date("2026-01-01T00:00:00Z")) });
    const make = () => api.request("POST", "/organizations/org-a/api_keys", { key_name: "x" });
    for (let i = 0; i < 10; i++) expect((await make()).status).toBe(200);
    expect((await make()).status).toBe(429);
  });

  it("is made and seen by admins only", async () => {
    const api = await start();
    await api.expect(200, "POST", "/organizations/org-a/invitations", {
      invitations: [{ email: "member@example.com", role: "member" }],
    });
    const path = "/organizations/org-a/api_keys";
    expect((await api.request("GET", path, undefined, "member")).status).toBe(403);
    expect((await api.request("POST", path, { key_name: "x" }, "member")).status).toBe(403);
  });

  it("answers its organization where the rules follow Neon's document", async () => {
    const api = await start({ accessRules: { organizationKeysListOrganizations: true } });
    const answer = await api.request<neon.OrganizationsResponse>("GET", "/users/me/organizations", undefined, "a");
    expect(answer.body.organizations.map(({ id }) => id)).toEqual(["org-a"]);
  });
});

describe("a project-scoped key", () => {
  async function scoped(api: TestApi) {
    const project = await api.project({ org_id: "org-a" });
    const other = await api.project({ org_id: "org-a" });
    const { key, project_id } = await makeOrgKey(api, { project_id: project.project.id });
    expect(project_id).toBe(project.project.id);
    return { key, project, other };
  }

  it("works in its project and sees no other", async () => {
    const api = await start();
    const { key, project, other } = await scoped(api);
    const path = `/projects/${project.project.id}`;
    expect((await api.request("GET", path, undefined, key)).status).toBe(200);
    const role = await api.request("POST", `${path}/branches/${project.branch.id}/roles`, { role: { name: "r" } }, key);
    expect(role.status).toBe(201);
    expect((await api.request("GET", `/projects/${other.project.id}`, undefined, key)).status).toBe(404);
    const listed = await api.request<neon.ProjectsResponse>("GET", "/projects?limit=1", undefined, key);
    expect(listed.body.projects.map(({ id }) => id)).toEqual([project.project.id]);
  });

  it("neither makes projects nor deletes its own nor manages the organization", async () => {
    const api = await start();
    const { key, project } = await scoped(api);
    for (const [method, route, body] of [
      ["POST", "/projects", { project: {} }],
      ["DELETE", `/projects/${project.project.id}`, undefined],
      ["POST", `/projects/${project.project.id}/transfer_requests`, {}],
      ["GET", "/organizations/org-a/api_keys", undefined],
      ["PUT", "/organizations/org-a/billing/spending_limit", { spending_limit_cents: 1 }],
    ] as const) {
      expect([route, (await api.request(method, route, body, key)).status]).toEqual([route, 403]);
    }
  });

  it("ends when its project leaves the organization", async () => {
    const api = await start();
    const { key, project } = await scoped(api);
    const transfer = { destination_org_id: "org-b", project_ids: [project.project.id] };
    await api.expect(200, "POST", "/organizations/org-a/projects/transfer", transfer);
    expect((await api.request("GET", "/auth", undefined, key)).status).toBe(401);
  });

  it("is for a project of the organization", async () => {
    const api = await start();
    const { project } = await api.project({ org_id: "org-b" });
    for (const project_id of [project.id, "nothing-there"]) {
      await api.expect(404, "POST", "/organizations/org-a/api_keys", { key_name: "x", project_id });
    }
  });
});
