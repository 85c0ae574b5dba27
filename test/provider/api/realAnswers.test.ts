import { createNeonApi, isNeonError, type NeonApi, NeonError, type NeonErrorCode } from "../../../provider";
import type { LocalApiKey, LocalNeonOptions, LocalOrganization } from "../../../local";
import { startTestApi, type TestApi } from "../../local/api/testApi";

const organization = (id: string, more: Partial<LocalOrganization> = {}): LocalOrganization => ({
  id,
  name: id,
  plan: "free",
  projectsLimit: 3,
  allowHipaa: false,
  ...more,
});
const organizations = [organization("org-free"), organization("org-scale", { plan: "scale", projectsLimit: 50 })];
const orgIds = organizations.map(({ id }) => id);
const apiKeys: LocalApiKey[] = [
  { key: "personal", kind: "personal", orgIds },
  { key: "free", kind: "organization", orgId: "org-free" },
  { key: "scale", kind: "organization", orgId: "org-scale" },
];

let neon: TestApi;
const start = async (options: LocalNeonOptions = {}) =>
  (neon = await startTestApi({ organizations, apiKeys, ...options }));
afterEach(() => neon.close());

/** A client of the customer acme whose waiting costs no time. */
function client(apiKey: string, orgId?: string): NeonApi {
  let nowMs = 0;
  const sleep = async (ms: number) => {
    nowMs += ms;
    await new Promise((resolve) => setTimeout(resolve, 2));
  };
  const rateLimit = { perMinute: Infinity, perSecond: Infinity };
  const clock = { now: () => nowMs, sleep, random: () => 0.9 };
  return createNeonApi({ apiKey, orgId, baseUrl: neon.neon.apiHost, tenant: "acme", rateLimit, clock });
}

async function project(api: NeonApi, more: object = {}) {
  const created = await api.createProject({ project: { name: "acme", ...more } });
  await api.waitForOperations(created.operations);
  return { projectId: created.project.id, branchId: created.branch.id };
}

async function failureOf(call: Promise<unknown>): Promise<NeonError> {
  const failure = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!isNeonError(failure)) throw new Error(`not refused as expected: ${String(failure)}`);
  return failure;
}

/** Code, customer, Neon's request id and a way out, all in the one line that people see. */
async function expectFailure(call: Promise<unknown>, code: NeonErrorCode, hint: RegExp): Promise<void> {
  const failure = await failureOf(call);
  expect([failure.code, failure.message]).toEqual([code, expect.stringContaining("tenant acme")]);
  expect(failure.message).toContain(`(Neon request ${failure.requestId})`);
  expect(failure.requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(failure.hint).toMatch(hint);
}

type Made = Awaited<ReturnType<typeof project>>;
type Case = [what: string, code: NeonErrorCode, hint: RegExp, call: (api: NeonApi, made: Made) => Promise<unknown>];

const onFree: Case[] = [
  [
    "more projects than the organization has",
    "NEON_LIMIT_EXCEEDED",
    /higher limit/,
    async (api) => {
      for (let n = 0; n < 3; n += 1) await project(api);
    },
  ],
  [
    "history beyond the plan",
    "NEON_INVALID_INPUT",
    /at most 21600 seconds/,
    (api) => project(api, { history_retention_seconds: 86_400 }),
  ],
  [
    "a suspend timeout that the plan fixes",
    "NEON_REFUSED",
    /Leave suspendTimeoutSeconds out/,
    (api) => project(api, { default_endpoint_settings: { suspend_timeout_seconds: 600 } }),
  ],
  [
    "a protected branch",
    "NEON_LIMIT_EXCEEDED",
    /larger Neon plan/,
    (api, { projectId, branchId }) => api.updateBranch(projectId, branchId, { branch: { protected: true } }),
  ],
  [
    "too many root branches",
    "NEON_LIMIT_EXCEEDED",
    /schema-only branches count too/,
    async (api, { projectId }) => {
      for (let n = 0; n < 3; n += 1) {
        const made = await api.createBranch(projectId, { branch: { init_source: "schema-only" } });
        await api.waitForOperations(made.operations);
      }
    },
  ],
  [
    "too many branches",
    "NEON_LIMIT_EXCEEDED",
    /Delete branches/,
    async (api, { projectId }) => {
      for (let n = 0; n < 10; n += 1) await api.waitForOperations((await api.createBranch(projectId, {})).operations);
    },
  ],
  [
    "too many replicas",
    "NEON_LIMIT_EXCEEDED",
    /Delete a compute/,
    async (api, { projectId, branchId }) => {
      for (let n = 0; n < 4; n += 1) {
        const made = await api.createEndpoint(projectId, {
          endpoint: { branch_id: branchId, type: "read_only" as never },
        });
        await api.waitForOperations(made.operations);
      }
    },
  ],
  [
    "a snapshot schedule",
    "NEON_FORBIDDEN",
    /Neon plan/,
    (api, { projectId, branchId }) => api.setSnapshotSchedule(projectId, branchId, [{ frequency: "daily" }]),
  ],
  [
    "HIPAA that the organization does not have",
    "NEON_FORBIDDEN",
    /Neon plan/,
    (api) => project(api, { settings: { hipaa: true } }),
  ],
  [
    "a region that does not exist",
    "NEON_INVALID_INPUT",
    /Correct the value/,
    (api) => project(api, { region_id: "mars-1" }),
  ],
  [
    "a setting of Postgres that Neon does not take",
    "NEON_INVALID_INPUT",
    /Correct the value/,
    (api) => project(api, { default_endpoint_settings: { pg_settings: { no_such: "1" } } }),
  ],
  [
    "an API key for an organization's key",
    "NEON_FORBIDDEN",
    /kind of API key/,
    (api, { projectId }) => api.createOrgApiKey("org-free", { key_name: "ci", project_id: projectId }),
  ],
  ["a project that is not there", "NEON_NOT_FOUND", /does not exist/, (api) => api.getProject("no-such-project")],
  [
    "a branch name that is taken",
    "NEON_ALREADY_EXISTS",
    /another name/,
    (api, { projectId }) => api.createBranch(projectId, { branch: { name: "main" } }),
  ],
  [
    "the default branch",
    "NEON_REFUSED",
    /whole project/,
    (api, { projectId, branchId }) => api.deleteBranch(projectId, branchId),
  ],
];

test.each(onFree)("Neon's refusal of %s says %s and the way out", async (_what, code, hint, call) => {
  await start();
  const api = client("free");
  const made = await project(api);
  await expectFailure(call(api, made), code, hint);
});

const onScale: Case[] = [
  [
    "a protected branch is deleted",
    "NEON_REFUSED",
    /Take the protection off/,
    async (api, { projectId }) => {
      const { branch, operations } = await api.createBranch(projectId, { branch: { name: "p", protected: true } });
      await api.waitForOperations(operations);
      await api.deleteBranch(projectId, branch.id);
    },
  ],
  [
    "a branch with children is deleted",
    "NEON_REFUSED",
    /Delete the child branches/,
    async (api, { projectId }) => {
      const parent = await api.createBranch(projectId, { branch: { name: "parent" } });
      await api.waitForOperations(parent.operations);
      const child = await api.createBranch(projectId, { branch: { name: "child", parent_id: parent.branch.id } });
      await api.waitForOperations(child.operations);
      await api.deleteBranch(projectId, parent.branch.id);
    },
  ],
  [
    "a project keeps no passwords",
    "NEON_REFUSED",
    /reset the role's password/,
    async (api) => {
      const { projectId, branchId } = await project(api, { store_passwords: false });
      await api.revealRolePassword(projectId, branchId, "neondb_owner");
    },
  ],
  [
    "a moment lies before the history",
    "NEON_INVALID_INPUT",
    /Correct the value/,
    (api, { projectId }) => api.createBranch(projectId, { branch: { parent_timestamp: "2020-01-01T00:00:00Z" } }),
  ],
  [
    "logical replication is switched off",
    "NEON_INVALID_INPUT",
    /Correct the value/,
    async (api) => {
      const { projectId } = await project(api, { settings: { enable_logical_replication: true } });
      await api.updateProject(projectId, { project: { settings: { enable_logical_replication: false } } });
    },
  ],
];

test.each(onScale)("where %s, that is %s with the way out", async (_what, code, hint, call) => {
  await start();
  const api = client("scale");
  await expectFailure(call(api, await project(api)), code, hint);
});

test("a personal key without an organization is told to name one", async () => {
  await start();
  await expectFailure(project(client("personal")), "NEON_ORG_REQUIRED", /NEON_ORG_ID/);
});

test("a wrong key is told so", async () => {
  await start();
  await expectFailure(client("nobody").listProjects(), "NEON_UNAUTHORIZED", /wrong or revoked/);
});

test("a key of one project makes no project and does not delete its own", async () => {
  await start();
  const { projectId } = await project(client("scale"));
  const { key } = await client("personal").createOrgApiKey("org-scale", { key_name: "ci", project_id: projectId });
  const scoped = client(key);
  expect((await scoped.getProject(projectId)).id).toBe(projectId);
  await expectFailure(project(scoped), "NEON_FORBIDDEN", /project-scoped key/);
  await expectFailure(scoped.deleteProject(projectId), "NEON_FORBIDDEN", /project-scoped key/);
});

test.each([
  [423, "named"],
  [423, "empty"],
  [402, "named"],
  [422, "empty"],
] as const)(
  "a used up quota, answered with %i and a code that is %s, is not waited for",
  async (refusalStatus, refusalCode) => {
    await start({ quotaRules: { refusalStatus, refusalCode } });
    const api = client("scale");
    const made = await project(api, { settings: { quota: { active_time_seconds: 60 } } });
    await neon.neon.usage.add({ project_id: made.projectId, active_time_seconds: 61 });
    const hint = /Raise quota.active_time_seconds .* or set it to 0/;
    await expectFailure(api.createRole(made.projectId, made.branchId, { name: "app" }), "NEON_QUOTA_EXHAUSTED", hint);
    expect(neon.neon.requests()["createProjectBranchRole"]?.total).toBe(1);
  },
);

test.each([
  [{ kind: "423" }, "NEON_BUSY", /still running/],
  [{ kind: "429" }, "NEON_RATE_LIMITED", /700 requests/],
  [{ kind: "503" }, "NEON_UNAVAILABLE", /later/],
  [{ kind: "resetAfterCommit" }, "NEON_UNANSWERED", /looks at what exists/],
  [{ kind: "524", when: "afterCommit" }, "NEON_UNANSWERED", /looks at what exists/],
] as const)("after %j for longer than it is worth waiting for, it is %s", async (effect, code, hint) => {
  await start();
  const api = client("scale");
  const { projectId } = await project(api);
  neon.neon.faults.add({ route: "createProjectBranch", ...effect });
  await expectFailure(api.createBranch(projectId, {}), code, hint);
});

test("a failed operation names the customer, what failed and its id, which is what Neon's support asks for", async () => {
  await start();
  const api = client("scale");
  neon.neon.faults.add({ route: "createProject", kind: "operationFails", action: "start_compute", error: "no room" });
  const created = await api.createProject({ project: { name: "acme" } });
  const failure = await failureOf(api.waitForOperations(created.operations));
  expect(failure.code).toBe("NEON_OPERATION_FAILED");
  const { id } = created.operations.find(({ action }) => String(action) === "start_compute")!;
  for (const part of ["tenant acme", "start_compute", id, "no room"]) expect(failure.message).toContain(part);
  expect(failure.hint).toMatch(/Run the same command again/);
});

test.each([400, 403, 409, 422] as const)(
  "a branch that Neon does not delete with %i has its way out",
  async (deleteRefusedStatus) => {
    await start({ branchRules: { deleteRefusedStatus } });
    const api = client("scale");
    const { projectId, branchId } = await project(api);
    const failure = await failureOf(api.deleteBranch(projectId, branchId));
    expect(failure.code).not.toBe("NEON_ALREADY_EXISTS");
    expect(failure.hint).toMatch(/whole project/);
  },
);
