import * as pulumi from "@pulumi/pulumi";
import { TenantDatabase, type TenantDatabaseArgs } from "../../components";

interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

const registered: Registered[] = [];
const ownUri = "postgresql://app_owner:canary@ep-own-1.eu.example/app?sslmode=require&options=endpoint%3Dep-own-1";

beforeAll(async () => {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        registered.push({ type, name, inputs: inputs as Record<string, unknown> });
        const made: Record<string, object> = {
          "pulumi-nodejs:dynamic/neon:Project": {
            ...{ projectId: "calm-sun-1", branchId: "br-1", endpointId: "ep-own-1", host: "ep-own-1.eu.example" },
            ...{
              directUri: ownUri,
              pooledUri: ownUri.replace("@ep-own-1.", "@ep-own-1-pooler."),
              databaseName: "app",
              roleName: "app_owner",
            },
          },
          "pulumi-nodejs:dynamic/neon:Endpoint": { host: "ep-two-2.eu.example", endpointId: "ep-two-2" },
          "pulumi-nodejs:dynamic/neon:Role": { password: "role-password" },
          "pulumi-nodejs:dynamic/neon:AppRole": { uri: `uri of ${name}`, pooledUri: `pooled uri of ${name}` },
          "random:index/randomPassword:RandomPassword": { result: `password of ${name}` },
        };
        return { id: `${name}-id`, state: { ...(inputs as object), ...made[type] } };
      },
      call: () => ({}),
    },
    "shop",
    "acme",
    false,
  );
});
beforeEach(() => (registered.length = 0));

const value = <T>(output: pulumi.Output<T>): Promise<T> => new Promise((resolve) => output.apply(resolve));

async function make(more: Partial<TenantDatabaseArgs> = {}): Promise<TenantDatabase> {
  const made = new TenantDatabase("acme", { tenant: "acme", fleet: "fleet-1", region: "aws-eu-central-1", ...more });
  await Promise.all([made.uris, made.appRoleUris, made.replicaUris].map((output) => value<unknown>(output)));
  return made;
}

/** A value that is sent as a secret. */
const secret = (text: string): unknown => expect.objectContaining({ value: text });
const loadedRandom = () => Object.keys(require.cache).filter((file) => file.includes("@pulumi/random"));
const typesOf = () => registered.map(({ type }) => type.replace(/^.*:/, ""));
const inputsOf = (type: string) => registered.filter((it) => it.type.endsWith(`:${type}`)).map((it) => it.inputs);

test("a tenant without app roles registers its project only, and does not load the random provider", async () => {
  await make({ appRoles: [], replicas: [] });
  expect(typesOf()).toEqual(["TenantDatabase", "Project"]);
  expect(loadedRandom()).toEqual([]);
});

test("an app role gets a password of its own and connects as the owner of its database", async () => {
  const made = await make({
    databases: [{ name: "reports" }],
    appRoles: [
      { name: "web", access: "readWrite" },
      { name: "analyst", access: "readOnly", database: "reports" },
      { name: "own", access: "readOnly", database: "app" },
    ],
  });
  expect(inputsOf("RandomPassword")).toEqual(
    Array(3).fill(expect.objectContaining({ length: 32, special: false, keepers: { rotation: "0" } })),
  );
  expect(loadedRandom()).not.toEqual([]);
  const roles = new Map(inputsOf("AppRole").map((inputs) => [inputs.name, inputs]));
  expect(roles.get("web")).toMatchObject({
    projectId: "calm-sun-1",
    branchId: "br-1",
    databaseName: "app",
    access: "readWrite",
    ownerUri: secret(ownUri),
    password: secret("password of acme-web"),
    epoch: "br-1/0/reports",
    allowDelete: false,
  });
  expect(roles.get("analyst")).toMatchObject({
    databaseName: "reports",
    ownerUri: secret(ownUri.replace("/app?", "/reports?")),
  });
  expect(roles.get("own")).toMatchObject({ databaseName: "app", ownerUri: secret(ownUri) });
  expect(await value(made.appRoleUris)).toMatchObject({ web: "uri of acme-web", analyst: "uri of acme-analyst" });
  expect(await value(pulumi.output(made.appRolePooledUris))).toMatchObject({ web: "pooled uri of acme-web" });
  expect(await value(pulumi.output(pulumi.isSecret(made.appRoleUris)))).toBe(true);
});

test("a rotation changes what the password is kept for, a restore what the role is applied for", async () => {
  await make({ appRoles: [{ name: "web", access: "readWrite" }], rotation: 2, restores: 3, allowDelete: ["web"] });
  expect(inputsOf("RandomPassword")).toMatchObject([{ keepers: { rotation: "2" } }]);
  expect(inputsOf("AppRole")).toMatchObject([{ epoch: "br-1/3", allowDelete: true }]);
});

test("a replica reads on a host of its own", async () => {
  const made = await make({ replicas: [{ name: "second", minCu: 0.25, maxCu: 1, suspendSeconds: 60 }] });
  expect(inputsOf("Endpoint")).toMatchObject([
    {
      type: "read_only",
      name: "second",
      branchId: "br-1",
      autoscalingLimitMinCu: 0.25,
      autoscalingLimitMaxCu: 1,
      suspendTimeoutSeconds: 60,
      adoptExisting: true,
    },
  ]);
  expect(await value(made.replicaHosts)).toEqual({ second: "ep-two-2.eu.example" });
  const { second } = await value(made.replicaUris);
  expect(second).toBe(
    "postgresql://app_owner:canary@ep-two-2.eu.example/app?sslmode=require&options=endpoint%3Dep-two-2",
  );
  expect(await value(pulumi.output(pulumi.isSecret(made.replicaUris)))).toBe(true);
});

test("a plan gives what the tenant does not set itself: sizes and quotas field by field, lists as a whole", async () => {
  await make({
    plan: {
      compute: { minCu: 0.25, maxCu: 2 },
      quota: { activeTimeSeconds: 3600, writtenDataBytes: 7 },
      historyRetentionSeconds: 60,
      allowedIps: ["any"],
      protectedBranch: true,
      snapshots: [{ frequency: "daily", hour: 3, retentionSeconds: 7200 }],
      appRoles: [{ name: "web", access: "readWrite" }],
    },
    compute: { maxCu: 4 },
    quota: { writtenDataBytes: 0 },
    appRoles: [],
  });
  expect(inputsOf("Project")).toMatchObject([
    {
      compute: { autoscalingLimitMinCu: 0.25, autoscalingLimitMaxCu: 4 },
      quota: { activeTimeSeconds: 3600, writtenDataBytes: 0 },
      historyRetentionSeconds: 60,
      allowedIps: "any",
      protectedBranch: true,
    },
  ]);
  // No output of the component waits for it.
  while (inputsOf("SnapshotSchedule").length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(inputsOf("SnapshotSchedule")).toMatchObject([
    {
      projectId: "calm-sun-1",
      branchId: "br-1",
      schedule: [{ frequency: "daily", hour: 3, retentionSeconds: 7200 }],
      adoptExisting: true,
    },
  ]);
  expect(inputsOf("AppRole")).toEqual([]);
});

test("every policy reaches the project, from the tenant or else from its plan, each as a whole", async () => {
  const window = { weekdays: [6, 7], startTime: "02:00", endTime: "03:00" };
  await make({
    plan: {
      blockPublicConnections: true,
      blockVpcConnections: true,
      allowedIpsProtectedBranchesOnly: true,
      hipaa: true,
      auditLogLevel: "extended",
      enableLogicalReplication: true,
      maintenanceWindow: { weekdays: [1], startTime: "10:00", endTime: "11:00" },
      preloadLibraries: { useDefaults: false },
    },
    blockVpcConnections: false,
    maintenanceWindow: window,
    preloadLibraries: { enabledLibraries: ["pg_cron"] },
  });
  expect(inputsOf("Project")).toMatchObject([
    {
      blockPublicConnections: true,
      blockVpcConnections: false,
      allowedIpsProtectedBranchesOnly: true,
      hipaa: true,
      auditLogLevel: "extended",
      enableLogicalReplication: true,
      maintenanceWindow: window,
      preloadLibraries: { useDefaults: true, enabledLibraries: ["pg_cron"] },
    },
  ]);
});

test("a policy that nobody sets is no input of the project", async () => {
  await make({ plan: { compute: { minCu: 1 } } });
  const { compute, ...inputs } = inputsOf("Project")[0]!;
  const sent = Object.keys(inputs).filter((name) => inputs[name] !== undefined);
  expect(sent.filter((name) => !name.startsWith("__")).toSorted()).toEqual([
    ...["deletionProtection", "mark", "name", "regionId"],
  ]);
  expect(compute).toEqual({ autoscalingLimitMinCu: 1 });
});

test("settings of Postgres are joined name by name, and a replica has its own", async () => {
  await make({
    plan: { compute: { minCu: 1, maxCu: 2, pgSettings: { work_mem: "4MB", jit: "off" } } },
    compute: { pgSettings: { work_mem: "64MB" } },
    replicas: [
      { name: "a", pgSettings: { jit: "on" }, preloadLibraries: { enabledLibraries: ["pg_cron"] }, disabled: true },
    ],
  });
  const [project] = inputsOf("Project");
  expect(project!.compute).toMatchObject({ autoscalingLimitMaxCu: 2, pgSettings: { work_mem: "64MB", jit: "off" } });
  expect(inputsOf("Endpoint")).toMatchObject([
    {
      disabled: true,
      pgSettings: { jit: "on" },
      preloadLibraries: { useDefaults: true, enabledLibraries: ["pg_cron"] },
    },
  ]);
});

test("an adoption reaches the project, and a tenant without one declares none", async () => {
  await make({ adopt: { byName: true, apply: true } });
  expect(inputsOf("Project")).toMatchObject([{ adopt: { byName: true, apply: true } }]);
  registered.length = 0;
  await make();
  expect(inputsOf("Project")[0]!.adopt).toBeUndefined();
});

test("a region outside the policy is refused before anything of it is made", async () => {
  await make({ allowedRegions: ["aws-eu-central-1"] });
  expect(typesOf()).toContain("Project");
  registered.length = 0;
  const outside = { tenant: "acme", fleet: "fleet-1", region: "aws-us-east-1", allowedRegions: ["aws-eu-central-1"] };
  expect(() => new TenantDatabase("acme", outside)).toThrow(/NEON_INVALID_INPUT.*aws-us-east-1/);
  expect(inputsOf("Project")).toEqual([]);
});

test("every database and role has a direct and a pooled URI, each with the password of who connects", async () => {
  const made = await make({ roles: ["report"], databases: [{ name: "crm" }, { name: "bi", owner: "report" }] });
  const [direct, pooled] = [await value(made.uris), await value(made.pooledUris)];
  expect(direct).toEqual({
    app: ownUri,
    crm: ownUri.replace("/app?", "/crm?"),
    bi: ownUri.replace("/app?", "/bi?").replace("app_owner:canary", "report:role-password"),
  });
  const pooler = (uri: string) => uri.replace("@ep-own-1.", "@ep-own-1-pooler.");
  expect(pooled).toEqual(Object.fromEntries(Object.entries(direct).map(([name, uri]) => [name, pooler(uri)])));
  const report = ownUri.replace("app_owner:canary", "report:role-password");
  expect(await value(made.roleUris)).toEqual({ report });
  expect(await value(made.rolePooledUris)).toEqual({ report: pooler(report) });
  for (const output of [made.uris, made.pooledUris, made.roleUris, made.rolePooledUris]) {
    expect(await value(pulumi.output(pulumi.isSecret(output)))).toBe(true);
  }
});
