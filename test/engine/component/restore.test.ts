import { Client } from "pg";
import { expectCode, FleetFixture, type Ran } from "../fleet/fleetFixture";
import { componentProgram } from "./program";

jest.setTimeout(300_000);

const plain = ["--non-interactive", "--color=never"];
let fleet: FleetFixture;
beforeAll(async () => {
  fleet = await FleetFixture.start({ closed: true });
  fleet.program(componentProgram);
  fleet.write({ acme: {} });
  expectCode(await fleet.pulumi(["stack", "init", "acme", "--no-select", ...plain]), 0);
});
afterAll(() => fleet.stop());

const run = (command: string[], spec: object, ...args: string[]): Promise<Ran> =>
  fleet.pulumi([...command, "--yes", "--stack", "acme", ...plain, ...args], { env: { SPEC: JSON.stringify(spec) } });
const up = (spec: object, ...args: string[]) => run(["up", "--skip-preview"], spec, ...args);

interface Outputs {
  branchId: string;
  directUri: string;
  appRoleUris: Record<string, string>;
}

async function outputs(): Promise<Outputs> {
  const ran = await fleet.pulumi(["stack", "output", "--json", "--show-secrets", "--stack", "acme"]);
  expectCode(ran, 0);
  return JSON.parse(ran.stdout) as Outputs;
}

async function first(uri: string, statement: string): Promise<Record<string, string> | undefined> {
  const client = new Client({ connectionString: uri.replace("sslmode=require", "sslmode=verify-full") });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return (await client.query<Record<string, string>>(statement)).rows[0];
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The SQLSTATE with which Postgres refuses, or `done`. */
const outcome = (uri: string, statement: string): Promise<string> =>
  first(uri, statement).then(
    () => "done",
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );

async function post(path: string, body: object): Promise<Record<string, { id: string }>> {
  const [project] = await fleet.api.listProjects();
  const response = await fetch(`${fleet.neon.apiHost}/projects/${project!.id}/${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${fleet.neon.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
  await fleet.api.waitForOperations(await fleet.api.listOperations(project!.id));
  return (await response.json()) as Record<string, { id: string }>;
}

const write = "INSERT INTO orders VALUES (1)";
const spec = { appRoles: [{ name: "web", access: "readWrite" }], rotation: 1 };

test("after a restore to before the roles, and after one by a snapshot, the next up lets the customer in and is empty then", async () => {
  expectCode(await up({}), 0);
  const { directUri, branchId } = await outputs();
  await first(directUri, "CREATE TABLE orders (n int)");
  const at = await first(directUri, "SELECT pg_current_wal_flush_lsn()::text AS lsn");
  const { snapshot } = await post(`branches/${branchId}/snapshot`, {});
  await first(directUri, write);
  expectCode(await up({ ...spec, rotation: 0 }), 0);
  const former = (await outputs()).appRoleUris.web!;
  expectCode(await up(spec), 0);
  const web = (await outputs()).appRoleUris.web!;
  expect(web).not.toBe(former);
  expect([await outcome(former, write), await outcome(web, write)]).toEqual(["28P01", "done"]);

  const backup = { source_branch_id: branchId, source_lsn: at!.lsn, preserve_under_name: "before" };
  await post(`branches/${branchId}/restore`, backup);
  expect(await outcome(web, write)).toBe("28P01");
  const env = { SPEC: JSON.stringify(spec) };
  const preview = await fleet.pulumi(["preview", "--stack", "acme", ...plain], { env });
  expect(preview.output).toMatch(/~\s+pulumi-nodejs:dynamic:AppRole|AppRole.*update|update.*AppRole|~.*AppRole/);
  expectCode(await up(spec), 0);
  expect([await outcome(web, write), (await outputs()).appRoleUris.web]).toEqual(["done", web]);
  expectCode(await up(spec, "--expect-no-changes"), 0);

  await post(`snapshots/${snapshot!.id}/restore`, { finalize_restore: true });
  expect(await outcome(web, write)).toBe("28P01");
  expectCode(await up(spec), 0);
  expect([await outcome(web, write), (await outputs()).appRoleUris.web]).toEqual(["done", web]);
  expectCode(await up(spec, "--expect-no-changes"), 0);
  expectCode(await up(spec, "--refresh"), 0);
  expect((await outputs()).branchId).not.toBe(branchId);
  expectCode(await up(spec, "--refresh", "--expect-no-changes"), 0);
  expect(await outcome(web, write)).toBe("done");
});
