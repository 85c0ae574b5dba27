import { createNeonApi, type NeonApi } from "../../../provider";
import { type LocalNeon, startLocalNeon } from "../../../local";
import { PulumiStack } from "../support/pulumiStack";

jest.setTimeout(300_000);

/** A sample of the table of inputs (test/provider/table) as a program; SPEC holds what changes. */
const program = `
"use strict";
const neon = require("neon-tenants/provider");
const spec = JSON.parse(process.env.SPEC ?? "{}");
const project = new neon.Project("p", {
  name: "acme",
  regionId: "aws-us-east-2",
  fleet: "0c5d7f4e-fleet",
  compute: { pgSettings: { work_mem: "8MB" } },
  preloadLibraries: { useDefaults: true, enabledLibraries: ["auto_explain"] },
  deletionProtection: false,
  ...spec.project,
});
const { projectId, branchId } = project;
new neon.Branch("b", { projectId, name: "empty", initSource: "schema-only", deletionProtection: false, ...spec.branch });
new neon.SnapshotSchedule("s", { projectId, branchId, schedule: [{ frequency: "daily", hour: 3 }], ...spec.schedule });
new neon.ProjectPermission("pp", { projectId, email: "a@example.com", ...spec.permission });
const key = new neon.ApiKey("k", { projectId, name: "ci", ...spec.key });
new neon.JwksUrl("j", { projectId, jwksUrl: "https://example.com/1", providerName: "Clerk", ...spec.jwks });
const vpc = { vpcEndpointId: "vpce-1", allowDelete: true };
const assigned = new neon.VpcEndpointAssignment("va", { ...vpc, regionId: "aws-us-east-2", label: "a", ...spec.vpc });
new neon.VpcEndpointRestriction("vr", { ...vpc, projectId, label: "r", ...spec.vpc }, { dependsOn: assigned });
exports.key = key.key;
exports.uri = neon.connectionUri({ projectId, databaseName: project.databaseName, roleName: project.roleName });
exports.name = projectId.apply(async (id) => (await neon.getProject(id)).name);
exports.regions = neon.getRegions().then((regions) => regions.length);
`;

let neon: LocalNeon;
let api: NeonApi;
let stack: PulumiStack;

beforeAll(async () => {
  neon = await startLocalNeon({ closed: true });
  api = createNeonApi({ apiKey: neon.apiKey, baseUrl: neon.apiHost, orgId: neon.orgId });
  stack = await PulumiStack.make("acme", program, {
    NEON_API_HOST: neon.apiHost,
    NEON_API_KEY: neon.apiKey,
    NEON_ORG_ID: neon.orgId,
    NEON_RATE_LIMIT: "700",
  });
});
afterAll(async () => {
  stack.remove();
  await neon.close();
});

async function done(result: Promise<{ ok: boolean; text: string }>): Promise<string> {
  const { ok, text } = await result;
  if (!ok) throw new Error(text);
  return text;
}

async function outputs(): Promise<Record<string, string>> {
  return JSON.parse((await stack.cli(["stack", "output", "--json", "--show-secrets"])).text) as Record<string, string>;
}

const changed = {
  project: { compute: { pgSettings: { work_mem: "16MB" } }, quota: { activeTimeSeconds: 3600 } },
  branch: { name: "renamed" },
  schedule: { schedule: [{ frequency: "weekly", day: 7, retentionSeconds: 86_400 }] },
  permission: { email: "b@example.com" },
  key: { epoch: "2" },
  jwks: { jwksUrl: "https://example.com/2" },
  vpc: { label: "changed" },
};

/** How the engine keeps the secrets of API keys. */
async function keysInState(): Promise<{ secret: boolean }[]> {
  const keys = (await stack.entries()).filter(({ type }) => type.endsWith("neon:ApiKey"));
  return keys.map(({ outputs: kept }) => ({
    secret: typeof (kept?.key as { ciphertext?: unknown }).ciphertext === "string",
  }));
}

/** Each kind of resource as somebody at the console leaves it: changed where that is possible, otherwise gone. */
async function changeByHand(projectId: string): Promise<void> {
  const branches = (await api.listBranches(projectId)).map(({ branch }) => branch);
  const branch = branches.find(({ name }) => name === "renamed")!;
  await api.updateBranch(projectId, branch.id, { branch: { name: "by hand" } });
  const schedule = [{ frequency: "weekly", day: 3, retention_seconds: 86_400 }];
  await api.setSnapshotSchedule(projectId, branches.find((one) => one.default)!.id, schedule);
  const [permission] = await api.listProjectPermissions(projectId);
  await api.revokeProjectPermission(projectId, permission!.id);
  for (const key of await api.listOrgApiKeys(neon.orgId)) {
    if (key.name === "ci") await api.revokeOrgApiKey(neon.orgId, key.id);
  }
  const [jwks] = await api.listJwks(projectId);
  await api.deleteJwks(projectId, jwks!.id);
  await api.assignOrgVpcEndpoint(neon.orgId, "aws-us-east-2", "vpce-1", "assigned by hand");
  await api.assignProjectVpcEndpoint(projectId, "vpce-1", "restricted by hand");
}

test("every kind of resource is made, unchanged, changed, seen when changed outside, and destroyed", async () => {
  await done(stack.up({}));
  await done(stack.up({}, "--expect-no-changes"));
  await done(stack.run(["refresh", "--skip-preview", "--expect-no-changes"], {}));
  const first = await outputs();
  expect([first.name, Number(first.regions) > 5]).toEqual(["acme", true]);
  expect(first.uri).toMatch(/^postgresql:\/\/neondb_owner:[^@]+@/);

  await done(stack.up(changed));
  await done(stack.up(changed, "--expect-no-changes"));
  const second = await outputs();
  expect(second.key).not.toBe(first.key);
  for (const text of stack.files()) {
    for (const secret of [first.key, second.key, first.uri]) expect(text.includes(String(secret))).toBe(false);
  }
  const [project] = await api.listProjects();
  const projectId = String(project?.id);
  expect((await api.listProjectPermissions(projectId)).map((one) => one.granted_to_email)).toEqual(["b@example.com"]);
  expect((await api.listJwks(projectId)).map((one) => one.jwks_url)).toEqual(["https://example.com/2"]);
  expect((await api.listProjectVpcEndpoints(projectId)).map((one) => one.label)).toEqual(["changed"]);

  expect(await keysInState()).toEqual([{ secret: true }]);

  await changeByHand(projectId);
  const refreshed = await done(stack.run(["refresh", "--skip-preview", "--diff"], changed));
  for (const line of [
    /"renamed"\s+=> "by hand"/,
    /day\s*: 7\s+=> 3/,
    /label\s*: "changed"\s+=> "assigned by hand"/,
    /label\s*: "changed"\s+=> "restricted by hand"/,
    ...["ProjectPermission::pp", "ApiKey::k", "JwksUrl::j"].map(
      (gone) =>
        new RegExp(
          `- pulumi-nodejs:dynamic/neon:\\w+: \\(delete\\)\\s+\\[id=[^\\]]*\\]\\s+\\[urn=[^\\]]*neon:${gone}\\]`,
        ),
    ),
  ]) {
    expect(refreshed).toMatch(line);
  }
  await done(stack.up(changed));
  await done(stack.up(changed, "--refresh", "--expect-no-changes"));
  expect((await api.listProjectVpcEndpoints(projectId)).map((one) => one.label)).toEqual(["changed"]);
  expect((await api.listJwks(projectId)).map((one) => one.jwks_url)).toEqual(["https://example.com/2"]);
  expect((await outputs()).key).not.toBe(second.key);
  await done(stack.up({}));
  await done(stack.up({}, "--expect-no-changes"));

  await done(stack.run(["destroy", "--skip-preview"], {}));
  expect([await api.listProjects(), await stack.entries()]).toEqual([[], []]);
  const keys = await api.listOrgApiKeys(neon.orgId);
  expect(keys.filter(({ name }) => name === "ci")).toEqual([]);
});
