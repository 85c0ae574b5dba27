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
