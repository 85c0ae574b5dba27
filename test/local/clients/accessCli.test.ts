import type { ApiKeyCreateResponse, Project } from "@neondatabase/api-client";
import { type LocalNeon, startLocalNeon } from "../../../local";
import { until } from "./support/machine";
import { NeonCli } from "./support/neonCli";
import { NeonUser } from "./support/neonUser";
import { query } from "./support/nodePg";

let neon: LocalNeon;
let user: NeonUser;
let cli: NeonCli;
beforeAll(async () => {
  neon = await startLocalNeon({ closed: true });
  user = new NeonUser(neon);
  cli = new NeonCli(neon);
});
afterAll(async () => {
  cli.close();
  await neon.close();
});

it("recovers a deleted project, which keeps its connection string and rows", async () => {
  const { id, uri } = await user.project();
  await query(uri, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)");
  await cli.run("projects", "delete", id);
  await until(() =>
    query(uri, "SELECT 1").then(
      () => false,
      () => true,
    ),
  );
  const deleted = await cli.json<{ projects: Project[] } | Project[]>(
    "projects",
    "list",
    "--recoverable-only",
    "--org-id",
    neon.orgId,
  );
  expect(JSON.stringify(deleted)).toContain(id);
  await cli.run("projects", "recover", id);
  await user.settle(id);
  expect(await query(uri, "SELECT n FROM kept")).toEqual([{ n: 1 }]);
});

it("makes and revokes keys of the person, the organization and one project", async () => {
  const { id } = await user.project();
  const own = await cli.json<ApiKeyCreateResponse>("api-keys", "create", "--name", "own");
  const org = await cli.json<ApiKeyCreateResponse>("api-keys", "create", "--name", "org", "--org-id", neon.orgId);
  const scoped = await cli.json<ApiKeyCreateResponse>("api-keys", "create", "--name", "one", "--project-id", id);
  const statusOf = async (key: string, path: string) =>
    (await fetch(`${neon.apiHost}${path}`, { headers: { Authorization: `Bearer ${key}` } })).status;
  expect(await statusOf(own.key, "/users/me")).toBe(200);
  expect(await statusOf(org.key, "/projects")).toBe(200);
  expect(await statusOf(scoped.key, `/projects/${id}`)).toBe(200);
  expect(await statusOf(scoped.key, `/organizations/${neon.orgId}/api_keys`)).toBe(403);
  await cli.run("api-keys", "revoke", String(own.id));
  await cli.run("api-keys", "revoke", String(org.id), "--org-id", neon.orgId);
  expect(await statusOf(own.key, "/users/me")).toBe(401);
  expect(await statusOf(org.key, "/projects")).toBe(401);
});

it("changes the IP allow list", async () => {
  const { id, uri } = await user.project();
  await cli.run("ip-allow", "add", "10.0.0.0/8", "--project-id", id);
  await expect(query(uri, "SELECT 1")).rejects.toThrow("This IP address 127.0.0.1 is not allowed to connect");
  await cli.run("ip-allow", "add", "127.0.0.1", "--project-id", id);
  expect(await query(uri, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  expect(await cli.run("ip-allow", "list", "--project-id", id, "--output", "json")).toContain("10.0.0.0/8");
  await cli.run("projects", "update", id, "--block-public-connections");
  await expect(query(uri, "SELECT 1")).rejects.toThrow("from a blocked network");
  await cli.run("projects", "update", id, "--block-public-connections=false");
  await cli.run("ip-allow", "reset", "--project-id", id);
  expect(await query(uri, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

it("assigns VPC endpoints to the organization and restricts a project to one", async () => {
  const { id } = await user.project();
  const ofOrganization = ["--org-id", neon.orgId, "--region-id", "aws-us-east-2"];
  await cli.run("vpc", "endpoint", "assign", "vpce-0abc", "--label", "mine", ...ofOrganization);
  expect(await cli.run("vpc", "endpoint", "list", ...ofOrganization)).toContain("vpce-0abc");
  expect(await cli.run("vpc", "endpoint", "status", "vpce-0abc", ...ofOrganization)).toContain("accepted");
  await cli.run("vpc", "project", "restrict", "vpce-0abc", "--project-id", id);
  expect(await cli.run("vpc", "project", "list", "--project-id", id)).toContain("vpce-0abc");
  await cli.run("vpc", "project", "remove", "vpce-0abc", "--project-id", id);
  await cli.run("vpc", "endpoint", "remove", "vpce-0abc", ...ofOrganization);
  expect(await cli.run("vpc", "endpoint", "list", ...ofOrganization)).not.toContain("vpce-0abc");
});

it("lists the organizations of the person", async () => {
  expect(await cli.run("orgs", "list")).toContain(neon.orgId);
});
