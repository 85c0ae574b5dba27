import { Client } from "pg";
import { RandomPlugin } from "../../../fleet/engine/direct/randomPlugin";
import { findEngine } from "../../../tools/engine";
import { expectCode, FleetFixture } from "../fleet/fleetFixture";

jest.setTimeout(300_000);

let fleet: FleetFixture;
const plain = ["--non-interactive", "--color=never"];
const acme = {
  plan: "small",
  databases: [{ name: "reports" }],
  appRoles: [
    { name: "web", access: "readWrite" },
    { name: "analyst", access: "readOnly", database: "reports" },
  ],
  replicas: [{ name: "second", min: 0.25, max: 0.5 }],
};
const denied = "42501";

beforeAll(async () => (fleet = await FleetFixture.start({ closed: true })));
afterAll(() => fleet.stop());

const up = (stack: string, env: NodeJS.ProcessEnv = {}, ...args: string[]) =>
  fleet.pulumi(["up", "--yes", "--stack", stack, ...plain, ...args], { env });

async function outputs(stack: string): Promise<Record<string, Record<string, string>> & { directUri: string }> {
  const ran = await fleet.pulumi(["stack", "output", "--json", "--show-secrets", "--stack", stack]);
  expectCode(ran, 0);
  return JSON.parse(ran.stdout) as Record<string, Record<string, string>> & { directUri: string };
}

/** The SQLSTATE with which Postgres refuses, or `done`. */
async function outcome(uri: string | undefined, statement: string): Promise<string> {
  const client = new Client({ connectionString: String(uri).replace("sslmode=require", "sslmode=verify-full") });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query(statement);
    return "done";
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

describe("app roles and replicas of the fleet file", () => {
  test("work after the plain CLI, change nothing afterwards through any door, and leave no password in clear", async () => {
    fleet.write({ acme });
    expectCode(await fleet.pulumi(["stack", "init", "acme", "--no-select", ...plain]), 0);
    expectCode(await up("acme"), 0);
    const { directUri, appRoleUris, appRolePooledUris, replicaHosts, replicaUris } = await outputs("acme");
    const [web, analyst] = [appRoleUris!.web!, appRoleUris!.analyst!];
    expect(await outcome(directUri, "CREATE TABLE orders (n int)")).toBe("done");
    expect(await outcome(web, "INSERT INTO orders VALUES (1)")).toBe("done");
    expect(await outcome(appRolePooledUris!.web, "SELECT * FROM orders")).toBe("done");
    expect(await outcome(web, "CREATE TABLE mine (n int)")).toBe(denied);
    expect(await outcome(web.replace("/app?", "/reports?"), "SELECT 1")).toBe(denied);
    expect(await outcome(analyst, "CREATE TABLE mine (n int)")).toBe(denied);
    expect(await outcome(analyst.replace("/reports?", "/app?"), "SELECT 1")).toBe(denied);
    expect([await outcome(analyst, "SELECT 1"), new URL(analyst).pathname]).toEqual(["done", "/reports"]);
    expect(new URL(replicaUris!.second!).hostname).toBe(replicaHosts!.second);
    expect(replicaHosts!.second).not.toBe(new URL(directUri).hostname);
    expect(await outcome(replicaUris!.second, "SELECT * FROM orders")).toBe("done");
    expect(await outcome(replicaUris!.second, "INSERT INTO orders VALUES (2)")).toBe("25006");

    expectCode(await up("acme", {}, "--expect-no-changes"), 0);
    const refresh = ["refresh", "--yes", "--skip-preview", "--expect-no-changes", "--stack", "acme", ...plain];
    expectCode(await fleet.pulumi(refresh), 0);
    expect((await fleet.apply()).states).toEqual({ acme: "unchanged" });

    const canaries = [web, analyst].map((uri) => new URL(uri).password);
    expect(canaries.every((password) => password.length === 32)).toBe(true);
    const exported = await fleet.pulumi(["stack", "export", "--stack", "acme"]);
    const texts = [...fleet.files(), ["stack export", exported.output]] as [string, string][];
    expect(texts.filter(([, text]) => canaries.some((it) => text.includes(it))).map(([file]) => file)).toEqual([]);
  });

  test("are dropped with consent only", async () => {
    const { analyst } = (await outputs("acme")).appRoleUris!;
    const fewer = { ...acme, appRoles: [acme.appRoles[0]], replicas: [] };
    fleet.write({ acme: fewer });
    const refused = await fleet.run(["plan"]);
    for (const code of ["FLEET_APP_ROLE_DELETE_REFUSED", "FLEET_REPLICA_DELETE_REFUSED"]) {
      expect(refused.output).toContain(code);
    }
    expect((await up("acme")).code).not.toBe(0);
    expect(await outcome(analyst, "SELECT 1")).toBe("done");
    const allowDelete = ["analyst", "second"];
    fleet.write({ acme: { ...acme, allowDelete } });
    const apply = ["apply", "--allow", "reducesProtection"];
    expectCode(await fleet.run(apply), 0);
    fleet.write({ acme: { ...fewer, allowDelete } });
    expectCode(await fleet.run(apply), 0);
    expect(await outcome(analyst, "SELECT 1")).toBe("28P01");
    const [project] = await fleet.api.listProjects();
    expect(await fleet.api.listEndpoints(project!.id)).toHaveLength(1);
  });

  test("go with the tenant", async () => {
    expectCode(await fleet.run(["destroy", "acme", "--confirm", "acme"]), 0);
    expect(await fleet.projectNames()).toEqual([]);
  });
});

test("a rotation changes the password once; a restore that took the role away is healed by its count", async () => {
  fleet.program(`
    const { TenantDatabase } = require("neon-tenants");
    const { ROTATION = "0", RESTORES = "0", OPEN } = process.env;
    const database = new TenantDatabase("globex", {
      tenant: "globex", fleet: "6b1f3c7e-52a4-4d53-9a70-0c6f3a9a1f10", region: "aws-eu-central-1", databaseName: "app",
      appRoles: [{ name: "web", access: "readWrite" }], rotation: Number(ROTATION), restores: Number(RESTORES),
      protection: OPEN === undefined,
    });
    exports.directUri = database.directUri;
    exports.appRoleUris = database.appRoleUris;`);
  fleet.write({ globex: {} });
  expectCode(await fleet.pulumi(["stack", "init", "globex", "--no-select", ...plain]), 0);
  expectCode(await up("globex"), 0);
  const before = (await outputs("globex")).appRoleUris!.web;
  expectCode(await up("globex", { ROTATION: "1" }), 0);
  const { directUri, appRoleUris } = await outputs("globex");
  expect(appRoleUris!.web).not.toBe(before);
  expect([await outcome(before, "SELECT 1"), await outcome(appRoleUris!.web, "SELECT 1")]).toEqual(["28P01", "done"]);
  expectCode(await up("globex", { ROTATION: "1" }, "--expect-no-changes"), 0);

  expect(await outcome(directUri, "GRANT web TO CURRENT_USER; DROP OWNED BY web; DROP ROLE web")).toBe("done");
  expectCode(await up("globex", { ROTATION: "1", RESTORES: "1" }), 0);
  expect(await outcome(appRoleUris!.web, "SELECT 1")).toBe("done");
  expect((await outputs("globex")).appRoleUris!.web).toBe(appRoleUris!.web);
  expectCode(await up("globex", { ROTATION: "1", RESTORES: "1" }, "--expect-no-changes"), 0);

  const open = { ROTATION: "1", RESTORES: "1", OPEN: "yes" };
  expectCode(await up("globex", open), 0);
  expectCode(await fleet.pulumi(["destroy", "--yes", "--stack", "globex", ...plain], { env: open }), 0);
  expect(await fleet.projectNames()).toEqual([]);
});

test("one process of the random plugin serves several stacks at once, and each keeps its own password", async () => {
  fleet.program(`
    const { RandomPassword } = require("@pulumi/random");
    exports.password = new RandomPassword("web", { length: 32, special: false }).result;`);
  fleet.write({ one: {}, two: {} });
  const plugin = new RandomPlugin({ program: (await findEngine()).randomPlugin });
  const env = { PULUMI_DEBUG_PROVIDERS: `random:${await plugin.port()}` };
  const stacks = ["one", "two"];
  for (const stack of stacks) expectCode(await fleet.pulumi(["stack", "init", stack, "--no-select", ...plain]), 0);
  for (const ran of await Promise.all(stacks.map((stack) => up(stack, env)))) expectCode(ran, 0);
  expectCode(await up("one", env, "--expect-no-changes"), 0);
  const passwords = await Promise.all(
    stacks.map(async (stack) => (await outputs(stack)).password as unknown as string),
  );
  expect(passwords.map((password) => password.length)).toEqual([32, 32]);
  expect(new Set(passwords).size).toBe(2);
  await plugin.close();
  // That it was used shows when it is gone.
  expect((await up("two", env)).code).not.toBe(0);
});
