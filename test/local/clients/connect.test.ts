import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type LocalNeon, startLocalNeon } from "../../../local";
import { cleanEnvironment, removeFolder, temporaryFolder, until } from "./support/machine";
import { NeonCli } from "./support/neonCli";
import { NeonUser, type UsersProject } from "./support/neonUser";
import { query } from "./support/nodePg";
import { psql, psqlTest } from "./support/psql";
import { changed, completed } from "./support/uris";

const run = promisify(execFile);

let neon: LocalNeon;
let user: NeonUser;
let cli: NeonCli;
let acme: UsersProject;
let globex: UsersProject;

beforeAll(async () => {
  [neon, user, acme] = await startWithProject();
  globex = await user.project({ name: "globex" });
  cli = new NeonCli(neon);
});
afterAll(async () => {
  cli?.close();
  await neon?.close();
});

/** On PostgreSQL's own port, for which no URI names a port, unless another local Neon has it on this machine. */
async function startWithProject(): Promise<[LocalNeon, NeonUser, UsersProject]> {
  const fields = { name: "acme" };
  const preferred = await startLocalNeon({ pgPort: 5432 });
  const someone = new NeonUser(preferred);
  try {
    return [preferred, someone, await someone.project(fields)];
  } catch (error) {
    await preferred.close();
    if (!String(error).includes("another program uses it")) throw error;
  }
  const other = await startLocalNeon();
  const somebody = new NeonUser(other);
  return [other, somebody, await somebody.project(fields)];
}

/** Whether the session is encrypted, as Postgres itself sees it. */
const encrypted = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

describe("a URI that createProject printed", () => {
  it("works as it is in node-pg, which verifies the certificate, over TLS", async () => {
    await query(acme.uri, "CREATE TABLE notes (text text)");
    await query(acme.uri, "INSERT INTO notes VALUES ($1)", ["from node-pg"]);
    expect(await query(acme.uri, "SELECT text FROM notes")).toEqual([{ text: "from node-pg" }]);
    expect(await query(acme.uri, encrypted)).toEqual([{ ssl: true }]);
  });

  it("names the port only where it is not PostgreSQL's own", () => {
    expect(new URL(acme.uri).port).toBe(neon.pgPort === 5432 ? "" : String(neon.pgPort));
  });

  psqlTest("works as it is in psql, and without channel binding, and with the certificate verified", async () => {
    expect(new URL(acme.uri).searchParams.get("channel_binding")).toBe("require");
    await psql(acme.uri, ["CREATE TABLE jots (text text)", "INSERT INTO jots VALUES ('from psql')"]);
    expect(await psql(acme.uri, ["SELECT text FROM jots", encrypted])).toBe("from psql\nt");
    const unbound = changed(acme.uri, {}, { channel_binding: "disable", sslmode: "verify-ca" });
    expect(await psql(unbound, ["SELECT text FROM jots"])).toBe("from psql");
  });

  it("works in node-pg with channel binding, and with TLS from the first byte", async () => {
    const bound = { connectionString: acme.uri, enableChannelBinding: true };
    expect(await query(bound, "SELECT current_user::text AS who")).toEqual([{ who: "neondb_owner" }]);
    const direct = changed(acme.uri, {}, { sslnegotiation: "direct" });
    expect(await query({ ...bound, connectionString: direct }, encrypted)).toEqual([{ ssl: true }]);
  });

  it("is not trusted under another CA", async () => {
    const systemOnly = changed(acme.uri, {}, { sslrootcert: undefined });
    await expect(query(systemOnly, "SELECT 1")).rejects.toMatchObject({ code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" });
  });
});

describe("a psql session", () => {
  const rows = 200_000;

  psqlTest("takes in and gives out more than any buffer holds", async () => {
    const input = Array.from({ length: rows }, (_, n) => `${n}\t${"x".repeat(40)}\n`).join("");
    await psql(acme.uri, ["CREATE TABLE bulk (n int, text text)", "COPY bulk FROM STDIN"], { input });
    const output = await psql(acme.uri, ["COPY (SELECT * FROM bulk ORDER BY n) TO STDOUT"]);
    expect(`${output}\n` === input).toBe(true);
  });

  psqlTest("is told by Ctrl-C to cancel its statement", async () => {
    const controller = new AbortController();
    const sleeping = psql(acme.uri, ["SELECT pg_sleep(3600)"], { interrupt: controller.signal });
    const isSleeping = "SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep%'";
    await until(async () => (await query(acme.uri, isSleeping)).length > 0);
    controller.abort();
    await expect(sleeping).rejects.toThrow("canceling statement due to user request");
    expect(await query(acme.uri, isSleeping)).toEqual([]);
  });
});

describe("a URI that the neon CLI made", () => {
  it("works as it is in a program that is told of the CA by NODE_EXTRA_CA_CERTS", async () => {
    const uri = await cli.connectionString(acme.id, "main");
    expect(uri).toContain("sslmode=require&channel_binding=require");
    const program = `
      const { Client } = require(${JSON.stringify(require.resolve("pg"))});
      (async () => {
        const client = new Client({ connectionString: process.argv[1], enableChannelBinding: true });
        await client.connect();
        await client.query("CREATE TABLE made (n int)");
        await client.query("INSERT INTO made VALUES (41), (42)");
        console.log((await client.query("SELECT sum(n)::int AS sum FROM made")).rows[0].sum);
        await client.end();
      })();`;
    const home = temporaryFolder();
    try {
      const env = { ...cleanEnvironment(home), PGPORT: String(neon.pgPort), NODE_EXTRA_CA_CERTS: neon.caFile };
      expect((await run(process.execPath, ["-e", program, uri], { env })).stdout.trim()).toBe("83");
    } finally {
      removeFolder(home);
    }
  });

  psqlTest("works as it is in psql, where the port is PGPORT", async () => {
    const uri = await cli.connectionString(globex.id, "main");
    expect(uri).toContain("channel_binding=require");
    await psql(uri, ["CREATE TABLE cli (n int)", "INSERT INTO cli VALUES (1), (2), (3)"], { port: neon.pgPort });
    expect(await psql(uri, ["SELECT count(*) FROM cli", encrypted], { port: neon.pgPort })).toBe("3\nt");
  });

  psqlTest("works by way of `neon psql`", async () => {
    const statement = "SELECT current_database() || ' ' || current_user";
    const printed = await cli.run("psql", "main", "--project-id", globex.id, "--", "-X", "-A", "-t", "-c", statement);
    expect(printed.trim()).toBe("neondb neondb_owner");
  });

  it("works pooled too, with the port and the CA added", async () => {
    const uri = completed(await cli.connectionString(globex.id, "main", "--pooled"), neon);
    expect(await query(uri, encrypted)).toEqual([{ ssl: true }]);
  });
});

describe("the credentials of one project", () => {
  const wrong = { code: "28P01" };

  it("fail at the host of another, in node-pg", async () => {
    await expect(query(changed(acme.uri, { host: globex.host }), "SELECT 1")).rejects.toMatchObject(wrong);
    await expect(query(changed(globex.uri, { host: acme.host }), "SELECT 1")).rejects.toMatchObject(wrong);
  });

  psqlTest("fail at the host of another, in psql with channel binding", async () => {
    const uri = changed(acme.uri, { host: globex.host });
    await expect(psql(uri, ["SELECT 1"])).rejects.toThrow('password authentication failed for user "neondb_owner"');
  });

  it("do not reach another by naming its endpoint", async () => {
    const options = `endpoint=${globex.endpointId}`;
    await expect(query(changed(acme.uri, {}, { options }), "SELECT 1")).rejects.toThrow("Inconsistent project name");
    const shared = { host: "127.0.0.1" };
    await expect(query(changed(acme.uri, shared, { options }), "SELECT 1")).rejects.toMatchObject(wrong);
    expect(await query(changed(globex.uri, shared, { options }), "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  it("of Postgres's own administrator do not exist", async () => {
    const admin = changed(acme.uri, { user: "cloud_admin", password: "" });
    await expect(query(admin, "SELECT 1")).rejects.toMatchObject(wrong);
  });
});

describe("names and passwords", () => {
  const password = `p@ss:w/rd?#&=%41+ "'\\é`;

  it("with special characters work in a URI", async () => {
    const role = `mary-jane@corp:ünit/7?#`;
    const database = `o'hare "x" 100% é`;
    const at = [globex.id, globex.branchId] as const;
    await user.settled(user.api.createProjectBranchRole(...at, { role: { name: role } }));
    await user.settled(user.api.createProjectBranchDatabase(...at, { database: { name: database, owner_name: role } }));
    const uri = await user.uri(globex, { role, database });
    const expected = [{ who: role, where: database }];
    expect(await query(uri, "SELECT current_user::text AS who, current_database()::text AS where")).toEqual(expected);
  });

  it("that SQL made work in a URI", async () => {
    await query(acme.uri, `CREATE ROLE "app user" LOGIN PASSWORD 'x'`);
    await query(acme.uri, `ALTER ROLE "app user" PASSWORD '${password.replaceAll("'", "''")}'`);
    const uri = changed(acme.uri, { user: "app user", password });
    expect(await query(uri, "SELECT current_user::text AS who")).toEqual([{ who: "app user" }]);
    await expect(query(changed(uri, { password: "x" }), "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
  });

  psqlTest("of every kind work in the URI that psql gets", async () => {
    const role = `a b@c:d/e?f#g&h=i%20j"k'`;
    const database = `sales/2026?#&=+;%2F "q"`;
    const at = [acme.id, acme.branchId] as const;
    await user.settled(user.api.createProjectBranchRole(...at, { role: { name: role } }));
    await user.settled(user.api.createProjectBranchDatabase(...at, { database: { name: database, owner_name: role } }));
    const uri = await user.uri(acme, { role, database });
    expect(await psql(uri, ["SELECT current_user || ' in ' || current_database()"])).toBe(`${role} in ${database}`);
  });
});
