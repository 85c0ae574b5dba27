import { createNeonApi, type NeonApi } from "../../../provider";
import { type LocalNeon, startLocalNeon } from "../../../local";
import { tenantProgram } from "../support/program";
import { PulumiStack } from "../support/pulumiStack";

jest.setTimeout(300_000);

let neon: LocalNeon;
let api: NeonApi;
let stack: PulumiStack;

const projectType = "pulumi-nodejs:dynamic/neon:Project";
const projects = async () => (await api.listProjects()).map((project) => project.id);

beforeAll(async () => {
  neon = await startLocalNeon({ closed: true });
  api = createNeonApi({ apiKey: neon.apiKey, baseUrl: neon.apiHost });
});
afterAll(() => neon.close());

beforeEach(async () => {
  stack = await PulumiStack.make("acme", tenantProgram, {
    NEON_API_HOST: neon.apiHost,
    NEON_API_KEY: neon.apiKey,
    NEON_RATE_LIMIT: "700",
  });
});
afterEach(async () => {
  stack.remove();
  for (const id of await projects()) await api.deleteProject(id);
});

async function done(result: Promise<{ ok: boolean; text: string }>): Promise<string> {
  const { ok, text } = await result;
  if (!ok) throw new Error(text);
  return text;
}

async function refused(code: string, result: Promise<{ ok: boolean; text: string }>): Promise<string> {
  const { ok, text } = await result;
  expect([ok, text.includes(code) ? code : text]).toEqual([false, code]);
  return text;
}

test("a project and what is in it are made, unchanged afterwards, and leave no secret in clear", async () => {
  const spec = { full: {}, args: { quota: { activeTimeSeconds: 3600 }, allowedIps: "any" } };
  await done(stack.up(spec));
  const [id] = await projects();
  await done(stack.up(spec, "--expect-no-changes"));
  await done(stack.run(["refresh", "--skip-preview", "--expect-no-changes"], spec));
  await done(stack.up({ ...spec, got: id }));
  const outputs = JSON.parse((await stack.cli(["stack", "output", "--json", "--show-secrets"])).text) as Record<
    string,
    string
  >;
  expect(outputs.gotUri).toBe(outputs.directUri);
  const branchId = (await api.listBranches(id!)).find(({ branch }) => branch.default)!.branch.id;
  for (const { name } of await api.listRoles(id!, branchId)) {
    const password = await api.revealRolePassword(id!, branchId, name);
    expect(password.length).toBeGreaterThan(8);
    for (const text of stack.files()) expect(text.includes(password)).toBe(false);
  }
});

test("a refresh shows what was changed outside field by field, and the next up repairs it", async () => {
  const spec = {
    args: { historyRetentionSeconds: 3600, compute: { autoscalingLimitMinCu: 0.25, autoscalingLimitMaxCu: 1 } },
  };
  await done(stack.up(spec));
  const [id] = await projects();
  await api.updateProject(id!, { project: { history_retention_seconds: 60 } });
  await done(stack.run(["refresh", "--skip-preview"], spec));
  const preview = await done(stack.cli(["preview", "--diff", "--stack", "acme"], spec));
  expect(preview).toMatch(/historyRetentionSeconds: 60\s+=> 3600/);
  await done(stack.up(spec));
  expect((await api.getProject(id!)).history_retention_seconds).toBe(3600);
});

/** What must never delete or double a project, by the locks that are on. With both off every way is tried, otherwise the main ones. */
describe.each([
  ["locked", "on"],
  ["locked", "off"],
  ["unlocked", "on"],
  ["unlocked", "off"],
] as const)("a project that is %s, with the engine's protect %s,", (lock, engine) => {
  const protect = engine === "on";
  const mayGo = lock === "unlocked" && !protect;
  const spec = { args: { deletionProtection: lock === "locked" }, opts: { protect } };
  const urn = `urn:pulumi:acme::shop::${projectType}::acme`;

  test("is neither deleted nor doubled by a replacement, a rename or another parent", async () => {
    await done(stack.up(spec));
    const before = await projects();
    await refused(protect ? "protect" : "NEON_REPLACE_REFUSED", stack.up(spec, "--replace", urn));
    await refused("NEON_PROJECT_RENAMED", stack.up({ ...spec, name: "renamed" }, "--continue-on-error"));
    expect(await projects()).toEqual(before);
    if (mayGo) await everyOtherWay(before);
    const { ok, text } = await stack.run(["destroy", "--skip-preview"], spec);
    expect([ok, mayGo || text.includes(protect ? "protect" : "NEON_DELETE_PROTECTED")]).toEqual([mayGo, true]);
    expect(await projects()).toEqual(mayGo ? [] : before);
  });

  async function everyOtherWay(before: string[]): Promise<void> {
    await refused("NEON_REPLACE_REFUSED", stack.up(spec, "--target-replace", urn));
    const createFirst = { ...spec, opts: { protect, deleteBeforeReplace: false } };
    await refused("NEON_REPLACE_REFUSED", stack.up(createFirst, "--replace", urn));
    await done(stack.run(["state", "taint", urn]));
    await refused("NEON_REPLACE_REFUSED", stack.up(spec));
    await done(stack.run(["state", "untaint", urn]));
    const moved = { ...spec, parent: "shop:index:Around" };
    const text = await refused("NEON_PROJECT_RENAMED", stack.up(moved));
    expect(text).toContain(`aliases: ["${urn}"]`);
    expect(await projects()).toEqual(before);
    const aliased = { ...moved, opts: { protect, aliases: [urn] } };
    await done(stack.up(aliased));
    await refused(
      "NEON_REPLACE_REFUSED",
      stack.up(aliased, "--replace", `urn:pulumi:acme::shop::shop:index:Around$${projectType}::acme`),
    );
    await done(
      stack.up({
        ...spec,
        opts: { protect, aliases: [`urn:pulumi:acme::shop::shop:index:Around$${projectType}::acme`] },
      }),
    );
    expect(await projects()).toEqual(before);
  }
});

test("destroy takes everything once every lock was opened by an earlier up", async () => {
  const locked = { full: {} };
  const open = {
    args: { deletionProtection: false },
    full: { role: { allowDelete: true }, database: { allowDelete: true }, branch: { deletionProtection: false } },
  };
  await done(stack.up(locked));
  await refused("NEON_DELETE_PROTECTED", stack.run(["destroy", "--skip-preview"], open));
  expect(await projects()).toHaveLength(1);
  await done(stack.up(open));
  await done(stack.run(["destroy", "--skip-preview"], open));
  expect(await projects()).toEqual([]);
  expect(await stack.entries()).toEqual([]);
});

test("a state without the resource takes over the project that is there", async () => {
  await done(stack.up({}));
  const before = await projects();
  await done(stack.run(["state", "delete", stack.urn(`${projectType}::acme`), "--force"]));
  await done(stack.up({}));
  expect(await projects()).toEqual(before);
  await done(stack.up({}, "--expect-no-changes"));
});

test("an API key in clear in the configuration is refused before anything is registered, an encrypted one is used", async () => {
  await done(stack.cli(["config", "set", "--plaintext", "neon:apiKey", neon.apiKey, "--stack", "acme"]));
  await refused("NEON_API_KEY_PLAINTEXT", stack.up({}));
  expect(await projects()).toEqual([]);
  expect((await stack.entries()).filter((entry) => entry.type === projectType)).toEqual([]);
  await done(stack.cli(["config", "set", "--secret", "neon:apiKey", neon.apiKey, "--stack", "acme"]));
  await done(stack.up({}));
});

test("what cannot be is refused with every reason at once, before any call", async () => {
  const spec = { args: { regionId: "Frankfurt!", pgVersion: 9, allowedIps: [], quota: { activeTimeSeconds: -1 } } };
  const { ok, text } = await stack.up(spec);
  expect(ok).toBe(false);
  for (const field of ["regionId", "pgVersion", "allowedIps", "quota.activeTimeSeconds"]) expect(text).toContain(field);
  await done(stack.up({}));
  await refused("NEON_IMMUTABLE", stack.up({ args: { regionId: "aws-us-east-1" } }));
  expect(await projects()).toHaveLength(1);
});

test("the state of a plain project stays small", async () => {
  await done(stack.up({}));
  expect((await stack.exported()).length).toBeLessThan(12_000);
});
