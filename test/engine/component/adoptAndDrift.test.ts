import { EndpointType, type Operation } from "@neondatabase/api-client";
import { type LocalNeon, startLocalNeon } from "../../../local";
import { createNeonApi, type NeonApi } from "../../../provider";
import { type CliResult, PulumiStack } from "../support/pulumiStack";
import { componentProgram } from "./program";

jest.setTimeout(300_000);

let neon: LocalNeon;
let api: NeonApi;
let stack: PulumiStack;

beforeAll(async () => {
  neon = await startLocalNeon({ closed: true, pgPort: 0 });
  api = createNeonApi({ apiKey: neon.apiKey, baseUrl: neon.apiHost });
});
afterAll(() => neon.close());
beforeEach(async () => {
  const env = { NEON_API_HOST: neon.apiHost, NEON_API_KEY: neon.apiKey, NEON_RATE_LIMIT: "700" };
  stack = await PulumiStack.make("acme", componentProgram, env);
});
afterEach(async () => {
  stack.remove();
  for (const { id } of await api.listProjects()) await api.deleteProject(id);
});

async function done(result: Promise<CliResult>): Promise<string> {
  const { ok, text } = await result;
  if (!ok) throw new Error(text);
  return text;
}

async function failed(result: Promise<CliResult>): Promise<string> {
  const { ok, text } = await result;
  if (ok) throw new Error(`it succeeded:\n${text}`);
  return text;
}

/** A route that the provider does not use. */
async function post(id: string, path: string, body: object = {}): Promise<Record<string, { id: string }>> {
  const response = await fetch(`${neon.apiHost}/projects/${id}/${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${neon.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
  await api.waitForOperations(await api.listOperations(id));
  return (await response.json()) as Record<string, { id: string }>;
}

test("a project of the console is adopted when the program agrees, and stays at Neon when it leaves", async () => {
  const branch = { name: "production", database_name: "app" };
  const made = await api.createProject({
    project: { name: "acme", region_id: "aws-eu-central-1", history_retention_seconds: 3600, branch },
  });
  await api.waitForOperations(made.operations);
  const { id } = made.project;
  const spec = { adopt: { byName: true }, branchName: "production", databaseName: "app" };
  const text = await failed(stack.up({ ...spec, historyRetentionSeconds: 60 }));
  expect(text).toContain("historyRetentionSeconds is 3600 at Neon and 60 in the program (reducesProtection)");
  const before = await api.getProject(id);
  const agreeing = { ...spec, historyRetentionSeconds: 3600 };
  await done(stack.up(agreeing));
  expect(await api.getProject(id)).toEqual(before);
  await done(stack.up(agreeing, "--expect-no-changes"));
  await done(stack.run(["refresh", "--skip-preview", "--expect-no-changes"], agreeing));
  await done(stack.up({ ...agreeing, historyRetentionSeconds: 7200 }));
  expect((await api.getProject(id)).history_retention_seconds).toBe(7200);
  await done(stack.up({ ...agreeing, historyRetentionSeconds: 7200, retainOnDelete: true }));
  await done(stack.run(["destroy", "--skip-preview"]));
  expect(await stack.entries()).toEqual([]);
  expect((await api.listProjects()).map((project) => project.id)).toEqual([id]);
});

test("a preview with refresh shows every field that was changed outside, old and new, and up repairs them", async () => {
  const spec = {
    branchName: "main",
    historyRetentionSeconds: 3600,
    compute: { minCu: 0.25, maxCu: 1 },
    quota: { activeTimeSeconds: 3600 },
  };
  await done(stack.up(spec));
  const [project] = await api.listProjects();
  const id = project!.id;
  const { branch } = (await api.listBranches(id))[0]!;
  const [endpoint] = await api.listEndpoints(id);
  await api.updateProject(id, {
    project: { history_retention_seconds: 60, settings: { quota: { active_time_seconds: 99 } } },
  });
  await api.updateBranch(id, branch.id, { branch: { name: "renamed" } });
  const changed = await api.updateEndpoint(id, endpoint!.id, { endpoint: { autoscaling_limit_max_cu: 2 } });
  await api.waitForOperations(changed.operations);
  const text = await done(stack.cli(["preview", "--refresh", "--diff", "--stack", "acme"], spec));
  for (const line of [
    /historyRetentionSeconds\s*: 60\s+=> 3600/,
    /activeTimeSeconds\s*: 99\s+=> 3600/,
    /branchName\s*: "renamed"\s+=> "main"/,
    /autoscalingLimitMaxCu\s*: 2\s+=> 1/,
  ]) {
    expect(text).toMatch(line);
  }
  const report = await done(stack.run(["refresh", "--skip-preview", "--diff"], spec));
  expect(report).toMatch(/historyRetentionSeconds\s*: 3600\s+=> 60/);
  await done(stack.up(spec));
  const after = await api.getProject(id);
  expect([after.history_retention_seconds, after.settings?.quota?.active_time_seconds]).toEqual([3600, 3600]);
  expect((await api.getBranch(id, branch.id)).branch.name).toBe("main");
  expect((await api.getEndpoint(id, endpoint!.id)).autoscaling_limit_max_cu).toBe(1);
  await done(stack.up(spec, "--expect-no-changes"));
});

test("what is in a project is followed and repaired as well: compute, list, replica, roles, databases, schedule", async () => {
  const spec = {
    compute: { minCu: 0.25, maxCu: 1, suspendSeconds: 300 },
    allowedIps: ["10.0.0.1"],
    roles: ["kept", "dropped"],
    databases: [{ name: "renamed" }, { name: "dropped_too" }],
    replicas: [{ name: "reports", minCu: 0.25, maxCu: 1 }],
    snapshots: [{ frequency: "daily", hour: 3 }],
  };
  await done(stack.up(spec));
  const [project] = await api.listProjects();
  const id = project!.id;
  const branchId = (await api.listBranches(id))[0]!.branch.id;
  const endpoints = await api.listEndpoints(id);
  const primary = endpoints.find(({ type }) => type === EndpointType.ReadWrite)!;
  const replica = endpoints.find(({ type }) => type === EndpointType.ReadOnly)!;
  const settled = async (work: Promise<{ operations: Operation[] } | Operation[]>) => {
    const answer = await work;
    await api.waitForOperations("operations" in answer ? answer.operations : answer);
  };
  await settled(api.updateEndpoint(id, primary.id, { endpoint: { suspend_timeout_seconds: 600 } }));
  await settled(api.updateProject(id, { project: { settings: { allowed_ips: { ips: ["10.0.0.2"] } } } }));
  await settled(api.updateEndpoint(id, replica.id, { endpoint: { autoscaling_limit_max_cu: 2 } }));
  await settled(api.deleteRole(id, branchId, "dropped"));
  await settled(api.updateDatabase(id, branchId, "renamed", { name: "elsewhere" }));
  await settled(api.deleteDatabase(id, branchId, "dropped_too"));
  await api.setSnapshotSchedule(id, branchId, [{ frequency: "daily", hour: 5 }]);

  const preview = await done(stack.cli(["preview", "--refresh", "--diff", "--stack", "acme"], spec));
  const report = await done(stack.run(["refresh", "--skip-preview", "--diff"], spec));
  for (const text of [preview, report]) {
    for (const line of [
      /suspendTimeoutSeconds\s*: 300\s+=> 600/,
      /"10\.0\.0\.1"\s+=> "10\.0\.0\.2"/,
      /autoscalingLimitMaxCu\s*: 1\s+=> 2/,
      /name\s*: "renamed"\s+=> "elsewhere"/,
      /hour\s*: 3\s+=> 5/,
      /database dropped_too of project \S+ is not at Neon: the next up makes it anew, empty/,
    ]) {
      expect(text).toMatch(line);
    }
  }
  for (const gone of ["Role::acme-dropped", "Database::acme-dropped_too"]) {
    expect(report).toMatch(new RegExp(`- pulumi-nodejs:dynamic/neon:\\w+: \\(delete\\)[^~]*neon:${gone}\\]`));
  }
  await done(stack.up(spec));
  const names = async (list: Promise<{ name: string }[]>) => (await list).map(({ name }) => name).sort();
  expect(await names(api.listDatabases(id, branchId))).toEqual(["dropped_too", "neondb", "renamed"]);
  expect(await names(api.listRoles(id, branchId))).toEqual(["dropped", "kept", "neondb_owner"]);
  expect((await api.getEndpoint(id, primary.id)).suspend_timeout_seconds).toBe(300);
  expect((await api.getEndpoint(id, replica.id)).autoscaling_limit_max_cu).toBe(1);
  expect((await api.getProject(id)).settings?.allowed_ips?.ips).toEqual(["10.0.0.1"]);
  expect(await api.getSnapshotSchedule(id, branchId)).toMatchObject([{ frequency: "daily", hour: 3 }]);
  await done(stack.up(spec, "--refresh", "--expect-no-changes"));
});

test("another default branch is reported with the former one, and back again is no change", async () => {
  await done(stack.up({}));
  const [project] = await api.listProjects();
  const id = project!.id;
  const former = (await api.listBranches(id))[0]!.branch.id;
  const made = await api.createBranch(id, { branch: { name: "next" } });
  await api.waitForOperations(made.operations);
  await post(id, `branches/${made.branch.id}/set_as_default`);
  const preview = await done(stack.cli(["preview", "--refresh", "--diff", "--stack", "acme"]));
  expect(preview).toMatch(new RegExp(`branchId\\s*: "${former}"\\s+=> "${made.branch.id}"`));
  expect(preview).toContain(`its default branch is ${made.branch.id} now, no longer ${former}`);
  await post(id, `branches/${former}/set_as_default`);
  await done(stack.up({}, "--refresh", "--expect-no-changes"));
});

test("everything in a project follows a restored branch to its place", async () => {
  const spec = {
    branchName: "main",
    compute: { minCu: 0.25, maxCu: 1 },
    roles: ["app"],
    databases: [{ name: "crm", owner: "app" }],
    replicas: [{ name: "reports" }],
    snapshots: [{ frequency: "daily", hour: 3 }],
  };
  await done(stack.up(spec));
  const [project] = await api.listProjects();
  const id = project!.id;
  const former = (await api.listBranches(id))[0]!.branch.id;
  const { snapshot } = await post(id, `branches/${former}/snapshot`);
  const later = { ...spec, roles: ["app", "later"] };
  await done(stack.up(later));
  await post(id, `snapshots/${snapshot!.id}/restore`, { finalize_restore: true });
  await done(stack.run(["refresh", "--skip-preview"], later));
  const preview = await done(stack.cli(["preview", "--stack", "acme"], later));
  expect(preview).not.toContain("NEON_IMMUTABLE");
  await done(stack.up(later));
  const now = (await api.listBranches(id)).find(({ branch }) => branch.default)!.branch.id;
  expect(now).not.toBe(former);
  expect((await api.listRoles(id, now)).map(({ name }) => name).sort()).toEqual(["app", "later", "neondb_owner"]);
  for (const { type, outputs } of await stack.entries()) {
    if (!type.includes("dynamic/neon:")) continue;
    expect([type, outputs?.branchId]).toEqual([type, now]);
  }
  await done(stack.up(later, "--refresh", "--expect-no-changes"));
  expect(await api.listProjects()).toHaveLength(1);
});

test("a vanished project is an error that names recovery and its end, and is never made again", async () => {
  await done(stack.up({}));
  const [project] = await api.listProjects();
  await api.deleteProject(project!.id);
  const [gone] = await api.listProjects({ search: project!.id, recoverable: true });
  const wanted = ["NEON_PROJECT_VANISHED", "recover", String(gone!.recoverable_until)];
  const open = [
    "state",
    "unprotect",
    stack.urn(`neon-tenants:index:TenantDatabase$pulumi-nodejs:dynamic/neon:Project::acme`),
  ];
  const runs = [
    () => stack.run(["refresh", "--skip-preview"]),
    () => stack.up({}, "--refresh"),
    async () => (await done(stack.run(open)), stack.run(["destroy", "--skip-preview"])),
  ];
  for (const run of runs) {
    const text = await failed(run());
    expect(wanted.filter((part) => !text.includes(part))).toEqual([]);
  }
  expect(await api.listProjects()).toEqual([]);
});
