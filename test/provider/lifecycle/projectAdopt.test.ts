import type { ProjectCreateRequest } from "@neondatabase/api-client";
import { type LocalNeon, startLocalNeon } from "../../../local";
import { createNeonApi, createProvider, type NeonApi } from "../../../provider";

type Values = Record<string, unknown>;
interface Entry {
  id: string;
  outs: Values;
}

const mark = { fleet: "fleet-1", stack: "acme", resource: "neon:Project::acme" };
const region = "aws-eu-central-1";
let neon: LocalNeon;
let api: NeonApi;
let sent: string[];

const writes = [
  "createProject",
  "updateProject",
  "updateBranch",
  "updateEndpoint",
  "resetRolePassword",
  "deleteProject",
] as const;

beforeAll(async () => (neon = await startLocalNeon({ closed: true, pgPort: 0 })));
afterAll(() => neon.close());
beforeEach(() => {
  sent = [];
  const rateLimit = { perMinute: Infinity, perSecond: Infinity };
  api = createNeonApi({ apiKey: neon.apiKey, baseUrl: neon.apiHost, rateLimit });
  for (const name of writes) {
    const call = (api[name] as (...args: unknown[]) => unknown).bind(api);
    Object.assign(api, { [name]: (...args: unknown[]) => (sent.push(name), call(...args)) });
  }
});
afterEach(async () => {
  for (const { id } of await api.listProjects()) await api.deleteProject(id);
});

async function existing(project: ProjectCreateRequest["project"] = {}): Promise<string> {
  const created = await api.createProject({ project: { name: "acme", region_id: region, ...project } });
  await api.waitForOperations(created.operations);
  sent = [];
  return created.project.id;
}

const newRun = () => createProvider("project", { api: () => api, env: {}, warn: () => undefined });
const inputs = (more: Values = {}): Values => ({ name: "acme", regionId: region, mark, __provider: "text", ...more });

async function up(news: Values, before?: Entry, run = newRun()): Promise<Entry> {
  const checked = await run.check!(before ? { ...(before.outs.declared as Values), mark } : {}, news);
  if (checked.failures!.length > 0) throw new Error(checked.failures!.map(({ reason }) => reason).join("; "));
  const given = { ...(checked.inputs as Values), __provider: "text" };
  if (!before) return (await run.create(given)) as Entry;
  const { changes } = await run.diff!(before.id, before.outs, given);
  if (!changes) return before;
  return { id: before.id, outs: ((await run.update!(before.id, before.outs, given)) as { outs: Values }).outs };
}

const failure = (work: Promise<unknown>): Promise<{ code?: string; message: string }> =>
  work.then(
    () => ({ message: "nothing failed" }),
    (error: { code?: string; message: string }) => error,
  );

const settings = {
  historyRetentionSeconds: 3600,
  branchName: "production",
  compute: { autoscalingLimitMinCu: 0.25, autoscalingLimitMaxCu: 1 },
  quota: { activeTimeSeconds: 3600 },
};
const asInSettings: ProjectCreateRequest["project"] = {
  history_retention_seconds: 3600,
  branch: { name: "production" },
  default_endpoint_settings: { autoscaling_limit_min_cu: 0.25, autoscaling_limit_max_cu: 1 },
  settings: { quota: { active_time_seconds: 3600 } },
};

describe.each([
  ["its id", (id: string): Values => ({ projectId: id })],
  ["its exact name", (): Values => ({ byName: true })],
])("an existing project that is named by %s", (_how, adoptOf) => {
  test("comes under management without any change where the program agrees, and is unchanged afterwards", async () => {
    await existing({ name: "acme two" });
    const id = await existing(asInSettings);
    const news = inputs({ ...settings, adopt: adoptOf(id) });
    const entry = await up(news);
    expect([entry.id, sent]).toEqual([id, []]);
    const uri = await api.connectionUri(id, { databaseName: "neondb", roleName: "neondb_owner", pooled: false });
    expect(entry.outs).toMatchObject({ directUri: uri, databaseName: "neondb", branchName: "production", mark });
    expect(await up(news, entry)).toBe(entry);
    const back = await newRun().read!(id, entry.outs);
    expect(back.props).toMatchObject({ declared: entry.outs.declared as Values });
    await up(inputs({ ...settings, adopt: adoptOf(id), historyRetentionSeconds: 60 }), entry);
    expect((await api.getProject(id)).history_retention_seconds).toBe(60);
  });

  test("that is otherwise is left alone with the list of differences, and changed with consent", async () => {
    const id = await existing(asInSettings);
    const other = { ...settings, historyRetentionSeconds: 60, quota: { activeTimeSeconds: 60 }, branchName: "main" };
    const { code, message } = await failure(up(inputs({ ...other, adopt: adoptOf(id) })));
    expect(code).toBe("NEON_ADOPT_DIFFERS");
    for (const line of [
      "historyRetentionSeconds is 3600 at Neon and 60 in the program (reducesProtection)",
      "quota.activeTimeSeconds is 3600 at Neon and 60 in the program (maySuspend)",
      'branchName is "production" at Neon and "main" in the program (inPlace)',
    ]) {
      expect(message).toContain(line);
    }
    expect(message).not.toContain("compute");
    expect(sent).toEqual([]);
    const news = inputs({ ...other, adopt: { ...adoptOf(id), apply: true } });
    const entry = await up(news);
    expect(sent).toEqual(["updateProject", "updateBranch"]);
    const project = await api.getProject(id);
    expect([project.history_retention_seconds, project.settings?.quota?.active_time_seconds]).toEqual([60, 60]);
    expect((await api.listBranches(id)).map(({ branch }) => branch.name)).toEqual(["main"]);
    expect(await up(news, entry)).toBe(entry);
  });
});

test("what Neon cannot change is refused even with consent to changes", async () => {
  const id = await existing({ pg_version: 16, branch: { database_name: "shop" } });
  const adopt = { projectId: id, apply: true };
  for (const more of [
    { regionId: "aws-us-east-1" },
    { pgVersion: 17 },
    { databaseName: "app" },
    { roleName: "root" },
  ]) {
    const { code, message } = await failure(up(inputs({ ...more, adopt })));
    expect([code, message.includes(Object.keys(more)[0]!)]).toEqual(["NEON_IMMUTABLE", true]);
  }
  expect(sent).toEqual([]);
});

test("a project with another owner's mark is never taken over", async () => {
  const foreign = { fleet: "fleet-2", stack: "acme", resource: mark.resource };
  const theirs = await up({ ...inputs(), mark: foreign });
  sent = [];
  for (const adopt of [{ projectId: theirs.id }, { byName: true, apply: true }]) {
    const { code, message } = await failure(up(inputs({ adopt })));
    expect([code, message.includes("fleet-2")]).toEqual(["NEON_ADOPT_REFUSED", true]);
  }
  expect(sent).toEqual([]);
});

test("an earlier life of the same resource is taken over again", async () => {
  const before = await up(inputs());
  for (const adopt of [{ projectId: before.id }, { byName: true }]) {
    expect((await up(inputs({ adopt }))).outs).toMatchObject({ directUri: before.outs.directUri as string });
  }
});

test("two of the name, and none of it, are errors that make nothing", async () => {
  expect((await failure(up(inputs({ adopt: { byName: true } })))).code).toBe("NEON_NOT_FOUND");
  expect((await failure(up(inputs({ adopt: { projectId: "calm-sun-12345678" } })))).code).toBe("NEON_NOT_FOUND");
  const ids = [await existing(), await existing()];
  const { code, message } = await failure(up(inputs({ adopt: { byName: true } })));
  expect([code, ids.every((id) => message.includes(id))]).toEqual(["NEON_PROJECT_AMBIGUOUS", true]);
  expect(sent).toEqual([]);
});

test("a project that does not store passwords is taken over with consent to a new one", async () => {
  const id = await existing({ store_passwords: false });
  const { code, message } = await failure(up(inputs({ adopt: { projectId: id } })));
  expect([code, message.includes("resetPassword: true"), sent]).toEqual(["NEON_REFUSED", true, []]);
  const { outs } = await up(inputs({ adopt: { projectId: id, resetPassword: true } }));
  expect(sent).toEqual(["resetRolePassword"]);
  const password = outs.rolePassword as string;
  expect(password.length).toBeGreaterThan(8);
  for (const uri of [outs.directUri, outs.pooledUri]) expect(new URL(uri as string).password).toBe(password);
});

test("several databases need the word which one is the tenant's own", async () => {
  const id = await existing();
  const branchId = (await api.listBranches(id))[0]!.branch.id;
  const more = await api.createDatabase(id, branchId, { name: "crm", owner_name: "neondb_owner" });
  await api.waitForOperations(more.operations);
  const { code, message } = await failure(up(inputs({ adopt: { projectId: id } })));
  expect([code, message.includes("crm")]).toEqual(["NEON_ADOPT_REFUSED", true]);
  expect((await up(inputs({ adopt: { projectId: id }, databaseName: "crm" }))).outs.databaseName).toBe("crm");
});

test.each(["projectId", "byName"])(
  "a rename in the program adopts by %s again, and the former entry never deletes it, in no later run either",
  async (how) => {
    const id = await existing();
    const adopt = how === "projectId" ? { projectId: id } : { byName: true };
    const open = { adopt, deletionProtection: false };
    const former = await up(inputs({ ...open, deletionProtection: false }));
    const renamed = { ...mark, resource: "neon:Project::renamed" };
    const run = newRun();
    const entry = await up({ ...inputs(open), mark: renamed }, undefined, run);
    const code = async (by: typeof run) => (await failure(by.delete!(id, former.outs))).code;
    expect(await code(run)).toMatch(/NEON_(DELETE_PROTECTED|REPLACE_REFUSED)/);
    const later = newRun();
    await up({ ...inputs(open), mark: renamed }, entry, later);
    expect(await code(later)).toBe("NEON_DELETE_PROTECTED");
    expect((await api.listProjects()).map((project) => project.id)).toEqual([id]);
  },
);

test("another project than the one in the state is not adopted", async () => {
  const entry = await up(inputs());
  const other = await existing({ name: "other" });
  const { code } = await failure(up(inputs({ adopt: { projectId: other } }), entry));
  expect(code).toBe("NEON_ADOPT_REFUSED");
});

test("adopt must name one project, in one way", async () => {
  for (const adopt of [{}, { byName: false }, { byName: true, projectId: "a" }, { apply: true }]) {
    expect((await failure(up(inputs({ adopt })))).message).toContain("either projectId, or byName: true");
  }
});
