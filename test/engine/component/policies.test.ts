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
  const env = { NEON_API_HOST: neon.apiHost, NEON_API_KEY: neon.apiKey, NEON_RATE_LIMIT: "700" };
  stack = await PulumiStack.make("acme", componentProgram, env);
});
afterAll(async () => {
  stack.remove();
  await neon.close();
});

async function done(result: Promise<CliResult>): Promise<string> {
  const { ok, text } = await result;
  if (!ok) throw new Error(text);
  return text;
}

async function atNeon() {
  const [project] = await api.listProjects();
  const id = project!.id;
  const { settings, default_endpoint_settings: defaults } = await api.getProject(id);
  const endpoints = await api.listEndpoints(id);
  const of = (type: string) => endpoints.find((endpoint) => String(endpoint.type) === type);
  return { id, settings, defaults, primary: of("read_write"), replica: of("read_only") };
}

/** What a regulated customer's plan gives. */
const plan = {
  allowedIps: ["203.0.113.0/24"],
  allowedIpsProtectedBranchesOnly: true,
  blockVpcConnections: true,
  enableLogicalReplication: true,
  hipaa: true,
  auditLogLevel: "full",
  maintenanceWindow: { weekdays: [6, 7], startTime: "02:00", endTime: "03:00" },
  preloadLibraries: { enabledLibraries: ["pg_stat_statements"] },
  compute: { minCu: 0.25, maxCu: 1, pgSettings: { work_mem: "4MB" } },
  replicas: [{ name: "reports", pgSettings: { work_mem: "64MB" }, preloadLibraries: { useDefaults: false } }],
};

test("every policy of a plan reaches Neon with the project, and the second up and a refresh find nothing", async () => {
  await done(stack.up({ plan }));
  const { settings, defaults, primary, replica } = await atNeon();
  expect(settings).toMatchObject({
    allowed_ips: { ips: ["203.0.113.0/24"], protected_branches_only: true },
    block_public_connections: false,
    block_vpc_connections: true,
    enable_logical_replication: true,
    hipaa: true,
    audit_log_level: "full",
    maintenance_window: { weekdays: [6, 7], start_time: "02:00", end_time: "03:00" },
    preload_libraries: { use_defaults: true, enabled_libraries: ["pg_stat_statements"] },
  });
  expect([defaults?.pg_settings, primary?.settings.pg_settings]).toEqual([{ work_mem: "4MB" }, { work_mem: "4MB" }]);
  expect(replica?.settings).toMatchObject({
    pg_settings: { work_mem: "64MB" },
    preload_libraries: { use_defaults: false, enabled_libraries: [] },
  });
  await done(stack.up({ plan }, "--expect-no-changes"));
  await done(stack.run(["refresh", "--skip-preview", "--expect-no-changes"], { plan }));
});

test("what Neon never switches off is refused in a preview, by the tenant's own word too, and nothing changes", async () => {
  const before = await atNeon();
  const refused = await stack.cli(["preview", "--stack", "acme"], {
    plan,
    hipaa: false,
    enableLogicalReplication: false,
  });
  expect(refused.ok).toBe(false);
  expect(refused.text).toContain("HIPAA");
  expect(refused.text).toContain("Neon cannot switch logical replication off again");
  expect(await atNeon()).toEqual(before);
});

test("another plan changes all of it in place; what it does not name of the one-way settings stays", async () => {
  const before = await atNeon();
  const other = {
    allowedIps: ["any"],
    blockPublicConnections: true,
    auditLogLevel: "base",
    compute: { minCu: 0.25, maxCu: 1 },
    replicas: [{ name: "reports", disabled: true }],
  };
  await done(stack.up({ plan: other }));
  const { id, settings, primary, replica } = await atNeon();
  expect([id, primary?.id, replica?.id]).toEqual([before.id, before.primary?.id, before.replica?.id]);
  expect(settings).toMatchObject({
    allowed_ips: { ips: [], protected_branches_only: false },
    block_public_connections: true,
    block_vpc_connections: false,
    enable_logical_replication: true,
    hipaa: true,
    audit_log_level: "base",
    maintenance_window: { weekdays: [6, 7] },
    preload_libraries: { use_defaults: true, enabled_libraries: [] },
  });
  expect(primary?.settings.pg_settings ?? {}).toEqual({});
  expect(replica).toMatchObject({ disabled: true });
  await done(stack.up({ plan: other }, "--expect-no-changes"));
});
