import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type * as neon from "@neondatabase/api-client";
import type { LocalApiKey } from "../../../local/api/callers";
import type { LocalNeonOptions } from "../../../local/startServer";
import { startTestApi, type TestApi } from "./testApi";

const open: TestApi[] = [];
afterEach(async () => {
  for (const api of open.splice(0)) await api.close();
});
async function start(options: LocalNeonOptions = {}): Promise<TestApi> {
  const api = await startTestApi({ ...oneOrganization, ...options });
  open.push(api);
  return api;
}

const oneOrganization: LocalNeonOptions = {
  organizations: [{ id: "org-a", name: "A", plan: "scale", projectsLimit: 100 }],
  apiKeys: [
    { key: "admin", kind: "personal", orgIds: ["org-a"] },
    { key: "other", kind: "personal", orgIds: [], user: { email: "Other@example.com", name: "Other" } },
  ],
};

const members = (api: TestApi, query = "") =>
  api.expect<neon.OrganizationMembersResponse & neon.CursorPaginationResponse>(
    200,
    "GET",
    `/organizations/org-a/members${query}`,
  );
const invite = (email: string, role = "member") => ({ invitations: [{ email, role }] });

describe("members", () => {
  it("are the people of the options, and an invited one who has an account joins at once", async () => {
    const api = await start();
    expect((await members(api)).members).toMatchObject([
      { member: { org_id: "org-a", role: "admin" }, user: { email: "local@neon.local" } },
    ]);
    expect((await api.request("GET", "/organizations/org-a", undefined, "other")).status).toBe(404);
    const path = "/organizations/org-a/invitations";
    const { invitations } = await api.expect<neon.OrganizationInvitationsResponse>(
      200,
      "POST",
      path,
      invite("other@example.com"),
    );
    expect(invitations).toMatchObject([{ email: "other@example.com", role: "member", org_id: "org-a" }]);
    expect((await api.request("GET", "/organizations/org-a", undefined, "other")).status).toBe(200);
    const created = await api.request("POST", "/projects", { project: { org_id: "org-a" } }, "other");
    expect(created.status).toBe(201);
    await api.expect(409, "POST", path, invite("OTHER@example.com"));
    const listed = await api.expect<neon.OrganizationInvitationsResponse>(200, "GET", path);
    expect(listed.invitations).toEqual(invitations);
  });

  it("are pages in every order", async () => {
    const people = ["c", "a", "b"].map((name) => ({ email: `${name}@example.com`, role: "member" as const }));
    const api = await start({ organizations: [{ ...oneOrganization.organizations![0]!, members: people }] });
    const emails = async (query: string) => {
      const seen: string[] = [];
      for (let cursor = ""; ;) {
        const page = await members(api, `?${query}&limit=2${cursor && `&cursor=${cursor}`}`);
        seen.push(...page.members.map(({ user }) => user.email));
        if (!page.pagination?.next) return seen;
        cursor = page.pagination.next;
      }
    };
    const sorted = ["a@example.com", "b@example.com", "c@example.com", "local@neon.local"];
    expect(await emails("sort_by=email&sort_order=asc")).toEqual(sorted);
    expect(await emails("sort_by=email")).toEqual([...sorted].reverse());
    expect((await emails("sort_by=role")).at(-1)).toBe("local@neon.local");
    expect((await emails("sort_by=joined_at&sort_order=asc")).sort()).toEqual(sorted);
    await api.expect(400, "GET", "/organizations/org-a/members?cursor=nonsense");
  });

  it("never leave the organization without an admin", async () => {
    const api = await start();
    await api.expect(200, "POST", "/organizations/org-a/invitations", invite("other@example.com"));
    const all = (await members(api, "?sort_by=role&sort_order=asc")).members;
    const [admin, other] = all.map(({ member }) => `/organizations/org-a/members/${member.id}`);
    await api.expect(422, "DELETE", admin!);
    await api.expect(422, "PATCH", admin!, { role: "member" });
    await api.expect(400, "PATCH", other!, { role: "viewer" });
    expect((await api.request("PATCH", other!, { role: "admin" }, "other")).status).toBe(403);
    expect(await api.expect<neon.Member>(200, "PATCH", other!, { role: "admin" })).toMatchObject({ role: "admin" });
    expect(await api.expect<neon.Member>(200, "GET", other!)).toMatchObject({ role: "admin" });
    expect(await api.expect(200, "DELETE", admin!)).toEqual({});
    expect((await api.request("GET", "/organizations/org-a")).status).toBe(404);
    expect((await api.request("DELETE", other!, undefined, "other")).status).toBe(422);
  });

  it("work in projects and cannot delete them", async () => {
    const api = await start();
    const { project } = await api.project({ org_id: "org-a" });
    await api.expect(200, "POST", "/organizations/org-a/invitations", invite("other@example.com"));
    const path = `/projects/${project.id}`;
    expect((await api.request("PATCH", path, { project: { name: "x" } }, "other")).status).toBe(200);
    expect((await api.request("DELETE", path, undefined, "other")).status).toBe(403);
  });

  it("stay removed, and the uninvited join when a later start names them", async () => {
    const stateFolder = fs.mkdtempSync(path.join(os.tmpdir(), "local-members-"));
    try {
      const first = await start({ stateFolder });
      await first.expect(200, "POST", "/organizations/org-a/invitations", invite("late@example.com", "admin"));
      await first.expect(409, "POST", "/organizations/org-a/invitations", invite("late@example.com"));
      await open.pop()?.close();
      const late: LocalApiKey = { key: "late", kind: "personal", orgIds: [], user: { email: "late@example.com" } };
      const apiKeys = [...oneOrganization.apiKeys!, late];
      const second = await start({ stateFolder, apiKeys });
      const all = (
        await second.request<neon.OrganizationMembersResponse>("GET", "/organizations/org-a/members", undefined, "late")
      ).body.members;
      expect(all.map(({ user }) => user.email).sort()).toEqual(["late@example.com", "local@neon.local"]);
      const local = all.find(({ user }) => user.email === "local@neon.local");
      const removed = `/organizations/org-a/members/${local?.member.id}`;
      expect((await second.request("DELETE", removed, undefined, "late")).status).toBe(200);
      await open.pop()?.close();
      const third = await start({ stateFolder, apiKeys });
      await third.expect(404, "GET", "/organizations/org-a");
    } finally {
      fs.rmSync(stateFolder, { recursive: true, force: true });
    }
  });

  it("are invited up to a limit", async () => {
    const api = await start({ accessRules: { invitationsLimit: 1 } });
    await api.expect(200, "POST", "/organizations/org-a/invitations", invite("a@example.com"));
    const more = await api.request("POST", "/organizations/org-a/invitations", invite("b@example.com"));
    expect([more.status, more.body.code]).toEqual([422, "INVITATIONS_LIMIT_EXCEEDED"]);
  });
});

it("keeps a spending limit until it is removed, but not on the Free plan", async () => {
  const free = { id: "org-free", name: "F", plan: "free", projectsLimit: 1 } as const;
  const organizations = [...oneOrganization.organizations!, free];
  const apiKeys: LocalApiKey[] = [{ key: "admin", kind: "personal", orgIds: ["org-a", "org-free"] }];
  const api = await start({ organizations, apiKeys });
  const path = "/organizations/org-a/billing/spending_limit";
  const limit = () => api.expect(200, "GET", path);
  expect(await limit()).toEqual({ spending_limit_cents: null });
  for (const spending_limit_cents of [0, null, -1, 1.5]) await api.expect(400, "PUT", path, { spending_limit_cents });
  for (const spending_limit_cents of [500, 900]) {
    expect(await api.expect(200, "PUT", path, { spending_limit_cents })).toEqual({ spending_limit_cents });
    expect(await limit()).toEqual({ spending_limit_cents });
  }
  for (let i = 0; i < 2; i++) expect(await api.expect(200, "DELETE", path)).toEqual({});
  expect(await limit()).toEqual({ spending_limit_cents: null });
  await api.expect(403, "GET", "/organizations/org-free/billing/spending_limit");
});

describe("VPC endpoints", () => {
  const region = "/organizations/org-a/vpc/region/aws-us-east-2/vpc_endpoints";

  it("are assigned to the organization first and to its projects then", async () => {
    const api = await start();
    const { project } = await api.project({ org_id: "org-a" });
    const ofProject = `/projects/${project.id}/vpc_endpoints`;
    await api.expect(404, "POST", `${ofProject}/vpce-1a`, { label: "x" });
    await api.expect(200, "POST", `${region}/vpce-1a`, { label: "first" });
    await api.expect(200, "POST", `${region}/vpce-1a`, { label: "renamed" });
    const endpoint = { vpc_endpoint_id: "vpce-1a", label: "renamed" };
    expect(await api.expect(200, "GET", region)).toEqual({ endpoints: [endpoint] });
    expect(await api.expect(200, "GET", region.replace("us-east-2", "us-east-1"))).toEqual({ endpoints: [] });
    const everywhere = await api.expect(200, "GET", "/organizations/org-a/vpc/vpc_endpoints");
    expect(everywhere).toEqual({ endpoints: [{ ...endpoint, region_id: "aws-us-east-2" }] });
    await api.expect(200, "POST", `${ofProject}/vpce-1a`, { label: "mine" });
    expect(await api.expect(200, "GET", ofProject)).toEqual({ endpoints: [{ ...endpoint, label: "mine" }] });
    expect(await api.expect(200, "GET", `${region}/vpce-1a`)).toMatchObject({
      ...endpoint,
      num_restricted_projects: 1,
      example_restricted_projects: [project.id],
    });
    await api.expect(200, "DELETE", `${ofProject}/vpce-1a`);
    await api.expect(404, "DELETE", `${ofProject}/vpce-1a`);
    await api.expect(200, "DELETE", `${region}/vpce-1a`);
    await api.expect(404, "GET", `${region}/vpce-1a`);
    await api.expect(422, "POST", `${region}/vpce-1a`, { label: "again" });
  });

  it("have an id and a region as AWS and Neon know them", async () => {
    const api = await start();
    await api.expect(400, "POST", `${region}/vpc-1`, { label: "x" });
    await api.expect(400, "POST", `${region.replace("us-east-2", "mars-1")}/vpce-1`, { label: "x" });
  });
});

it("offers an organization its own regions", async () => {
  const regions = ["aws-eu-central-1"];
  const api = await start({ organizations: [{ ...oneOrganization.organizations![0]!, regions }] });
  const listed = await api.expect<neon.ActiveRegionsResponse>(200, "GET", "/regions?org_id=org-a");
  expect(listed.regions.map(({ region_id }) => region_id)).toEqual(regions);
  expect((await api.expect<neon.ActiveRegionsResponse>(200, "GET", "/regions")).regions.length).toBeGreaterThan(1);
  await api.expect(404, "GET", "/regions?org_id=org-b");
  expect((await api.project({ org_id: "org-a" })).project.region_id).toBe("aws-eu-central-1");
  await api.expect(400, "POST", "/projects", { project: { org_id: "org-a", region_id: "aws-us-east-2" } });
});
