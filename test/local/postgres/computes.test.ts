import fs from "node:fs";
import path from "node:path";
import { manualClock } from "../../../local/clock";
import { processesOf } from "../../../local/postgres/leftovers";
import { PgError } from "../../../local/postgres/sql";
import { CONTENTS, TestComputes, until } from "./support";

const clock = manualClock(new Date("2026-01-01T00:00:00Z"));
let local: TestComputes;

beforeAll(async () => {
  local = await TestComputes.start({ clock });
});
afterAll(() => local.end());

const postmasterPid = (host: string) =>
  local.query<{ pid: number }>(host, "SELECT pg_postmaster_start_time()::text AS pid").then(([row]) => row?.pid);

describe("waking and falling asleep", () => {
  test("registering starts no process and makes no files", async () => {
    await local.tenant("quiet");
    expect(local.computes.state("ep-quiet").state).toBe("init");
    await local.computes.createRole("br-quiet", { name: "early", password: "x" });
    await local.computes.dropDatabase("br-quiet", "app");
    await local.computes.removeBranch("br-quiet");
    expect(() => local.computes.state("ep-quiet")).toThrow("not known");
  });

  test("the first connection makes and wakes the branch, disuse puts it to sleep, the next one finds its rows", async () => {
    const { address } = await local.tenant("sleepy", { idleMs: 5_000 });
    const client = await local.connect(address);
    await client.query("CREATE TABLE notes (text text); INSERT INTO notes VALUES ('kept')");
    expect(local.computes.state("ep-sleepy")).toMatchObject({ state: "active", startedAt: clock.now() });
    clock.advance(60_000);
    expect(local.computes.state("ep-sleepy").state).toBe("active");
    await client.end();
    const timerIsSet = () => local.computes.state("ep-sleepy").lastActiveAt?.getTime() === clock.now().getTime();
    await until(() => timerIsSet());
    // The server notices the end of the connection a moment later than the client.
    await until(() => {
      clock.advance(5_000);
      return local.computes.state("ep-sleepy").state === "idle";
    });
    expect(local.computes.state("ep-sleepy").suspendedAt).toBeInstanceOf(Date);
    expect(await local.query(address, "SELECT text FROM notes")).toEqual([{ text: "kept" }]);
  });

  test("simultaneous first connections start one Postgres", async () => {
    const { address } = await local.tenant("crowd");
    const starts = await Promise.all(Array.from({ length: 12 }, () => postmasterPid(address)));
    expect(new Set(starts).size).toBe(1);
  });

  test("suspend ends sessions as Postgres does, and the next connection wakes it", async () => {
    const { address } = await local.tenant("suspended");
    const client = await local.connect(address);
    const ended = new Promise<Error>((resolve) => client.once("error", resolve));
    await local.computes.suspend("ep-suspended");
    expect(await ended).toMatchObject({ code: "57P01" });
    expect(local.computes.state("ep-suspended").state).toBe("idle");
    expect(await local.query(address, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  test("start and restart work without a connection", async () => {
    const { address } = await local.tenant("started");
    await local.computes.start("ep-started");
    expect(local.computes.state("ep-started").state).toBe("active");
    const before = await postmasterPid(address);
    await local.computes.restart("ep-started");
    expect(local.computes.state("ep-started").state).toBe("active");
    expect(await postmasterPid(address)).not.toBe(before);
  });

  test("a Postgres that crashes is started again by the next connection, with every committed row", async () => {
    const { address } = await local.tenant("crashing");
    await local.query(address, "CREATE TABLE t AS SELECT 7 AS n");
    const data = dataFolder("br-crashing");
    const pid = Number(fs.readFileSync(path.join(data, "postmaster.pid"), "utf8").split("\n")[0]);
    process.kill(pid, "SIGKILL");
    await until(() => local.computes.state("ep-crashing").state === "idle");
    expect(await local.query(address, "SELECT n FROM t")).toEqual([{ n: 7 }]);
    expect(local.log.join("\n")).toContain("br-crashing: Postgres ended unexpectedly");
  });

  test("max_connections is the endpoint's, and changing it restarts a running compute", async () => {
    const { address, ...rest } = await local.tenant("sized", { maxConnections: 50 });
    const shown = () => local.query(address, "SHOW max_connections");
    expect(await shown()).toEqual([{ max_connections: "50" }]);
    await local.computes.updateEndpoint({ ...rest, address, maxConnections: 209 });
    expect(await shown()).toEqual([{ max_connections: "209" }]);
  });
});

describe("roles and databases", () => {
  let address: string;
  beforeAll(async () => {
    ({ address } = await local.tenant("sql"));
    await local.computes.start("ep-sql");
  });

  test("names and passwords with quotes and statements in them are only names", async () => {
    const role = 'a"b; DROP DATABASE app; --';
    const database = `o'hare "x"; $$ \\ é`;
    const password = `p'w"\\; é`;
    await local.computes.createRole("br-sql", { name: role, password });
    await local.computes.createDatabase("br-sql", { name: database, ownerName: role });
    const login = { user: role, password, database };
    expect(await local.query(address, "SELECT current_user AS u, current_database() AS d", login)).toEqual([
      { u: role, d: database },
    ]);
    await local.computes.setPassword("br-sql", role, "other'");
    await expect(local.query(address, "SELECT 1", login)).rejects.toMatchObject({ code: "28P01" });
    expect(await local.query(address, "SELECT 1 AS one", { ...login, password: "other'" })).toEqual([{ one: 1 }]);
    await local.computes.dropDatabase("br-sql", database);
    await local.computes.dropRole("br-sql", role);
    await expect(local.query(address, "SELECT 1", login)).rejects.toMatchObject({ code: "28P01" });
    expect(await local.query(address, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  test.each(["x".repeat(64), "nul\0", ""])("the name %j is refused, not cut", async (name) => {
    await expect(local.computes.createRole("br-sql", { name, password: "x" })).rejects.toThrow(PgError);
    await expect(local.computes.createDatabase("br-sql", { name, ownerName: "owner" })).rejects.toThrow(PgError);
  });

  test("Neon's own roles and databases are out of reach", async () => {
    const refused = { code: "42939" };
    await expect(local.computes.setPassword("br-sql", "cloud_admin", "x")).rejects.toMatchObject(refused);
    await expect(local.computes.dropRole("br-sql", "neon_superuser")).rejects.toMatchObject(refused);
    await expect(local.computes.dropDatabase("br-sql", "postgres")).rejects.toMatchObject(refused);
  });

  test("a dropped role's tables go to the owner of the database, and its sessions end", async () => {
    await local.computes.createRole("br-sql", { name: "leaver", password: "x" });
    const login = { user: "leaver", password: "x" };
    await local.query(address, "CREATE SCHEMA theirs; CREATE TABLE theirs.left_behind AS SELECT 5 AS n", login);
    const session = await local.connect(address, login);
    const ended = new Promise<Error>((resolve) => session.once("error", resolve));
    await local.computes.dropRole("br-sql", "leaver");
    expect(await ended).toMatchObject({ code: "57P01" });
    expect(
      await local.query(
        address,
        "SELECT n, tableowner FROM theirs.left_behind, pg_tables WHERE tablename='left_behind'",
      ),
    ).toEqual([{ n: 5, tableowner: "owner" }]);
    await local.computes.dropRole("br-sql", "leaver");
  });

  test("a role that owns a database is not dropped, and nothing of it is", async () => {
    await local.query(address, "CREATE TABLE precious AS SELECT 1 AS n");
    await expect(local.computes.dropRole("br-sql", "owner")).rejects.toMatchObject({
      code: "2BP01",
      detail: "owner of database app",
    });
    expect(await local.query(address, "SELECT n FROM precious")).toEqual([{ n: 1 }]);
  });

  test("a database in use is renamed and given away", async () => {
    await local.computes.createRole("br-sql", { name: "heir", password: "x" });
    await local.computes.createDatabase("br-sql", { name: "before", ownerName: "owner" });
    const session = await local.connect(address, { database: "before" });
    await session.query("CREATE TABLE t AS SELECT 3 AS n; GRANT SELECT ON t TO heir");
    await local.computes.updateDatabase("br-sql", "before", { name: "after", ownerName: "heir" });
    const heir = { user: "heir", password: "x", database: "after" };
    expect(await local.query(address, "SELECT n FROM t", heir)).toEqual([{ n: 3 }]);
    await local.query(address, "CREATE TABLE public.mine ()", heir);
    await expect(local.connect(address, { database: "before" })).rejects.toMatchObject({ code: "3D000" });
    await local.computes.dropDatabase("br-sql", "after");
  });

  test("a rename to a taken name fails and leaves the database usable", async () => {
    await local.computes.createDatabase("br-sql", { name: "one", ownerName: "owner" });
    await expect(local.computes.updateDatabase("br-sql", "one", { name: "app" })).rejects.toMatchObject({
      code: "42P04",
    });
    expect(await local.query(address, "SELECT 1 AS one", { database: "one" })).toEqual([{ one: 1 }]);
  });

  test("making what SQL has made already takes it over", async () => {
    await local.query(address, "CREATE ROLE by_sql; CREATE ROLE by_sql_2");
    await local.query(address, "CREATE DATABASE made_by_sql");
    await local.computes.createRole("br-sql", { name: "by_sql", password: "now" });
    await local.computes.createDatabase("br-sql", { name: "made_by_sql", ownerName: "heir" });
    expect(await local.query(address, "SELECT current_user AS u", { user: "by_sql", password: "now" })).toEqual([
      { u: "by_sql" },
    ]);
  });

  test("a role without login cannot log in", async () => {
    await local.computes.createRole("br-sql", { name: "group", password: "x", noLogin: true });
    await expect(local.connect(address, { user: "group", password: "x" })).rejects.toThrow();
  });

  test("API roles are members of neon_superuser with Neon's privileges, and no superusers", async () => {
    const [row] = await local.query(
      address,
      `SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls, rolreplication,
         pg_has_role('neon_superuser', 'member') AS member, pg_has_role('pg_read_all_data', 'usage') AS reads,
         pg_has_role('pg_monitor', 'usage') AS monitors, pg_has_role('pg_create_subscription', 'usage') AS subscribes,
         has_schema_privilege('public', 'create') AS creates
       FROM pg_roles WHERE rolname = current_user`,
    );
    const yes = { rolcreatedb: true, rolcreaterole: true, rolbypassrls: true, rolreplication: true, member: true };
    expect(row).toEqual({ rolsuper: false, ...yes, reads: true, monitors: true, subscribes: true, creates: true });
    await expect(local.query(address, "CREATE ROLE boss SUPERUSER")).rejects.toMatchObject({ code: "42501" });
  });

  test("no password reaches the log of Postgres", async () => {
    await local
      .query(address, "CREATE ROLE canary_role PASSWORD 'canary-4711' IN ROLE nobody_at_all")
      .catch(() => undefined);
    const log = fs.readFileSync(path.join(dataFolder("br-sql"), "..", "postgres.log"), "utf8");
    expect(log).toContain("nobody_at_all");
    expect(log).not.toContain("canary-4711");
  });
});

describe("branches", () => {
  test("a branch at head has the parent's rows, roles and passwords, and a life of its own", async () => {
    const parent = await local.tenant("parent");
    const session = await local.connect(parent.address);
    await session.query("CREATE TABLE t AS SELECT generate_series(1, 20000) AS n; CREATE UNLOGGED TABLE u AS SELECT 1");
    const child = await local.child("child", "parent");
    await local.computes.materializeBranch("br-child");
    await session.query("INSERT INTO t VALUES (-1)");
    expect(await local.query(child.address, "SELECT count(*)::int AS n, min(n) FROM t")).toEqual([
      { n: 20000, min: 1 },
    ]);
    await local.query(child.address, "DELETE FROM t");
    expect((await session.query("SELECT count(*)::int AS n FROM t")).rows).toEqual([{ n: 20001 }]);
    await session.end();
  });

  test("a busy parent is copied consistently", async () => {
    const parent = await local.tenant("busy");
    const session = await local.connect(parent.address);
    await session.query("CREATE TABLE accounts AS SELECT g AS id, 100 AS balance FROM generate_series(1, 2000) g");
    let busy = true;
    const transfers = (async () => {
      while (busy)
        await session.query("UPDATE accounts SET balance = balance + CASE WHEN id % 2 = 0 THEN 1 ELSE -1 END");
    })();
    const child = await local.child("busy-child", "busy");
    await local.computes.materializeBranch("br-busy-child");
    busy = false;
    await transfers;
    await session.end();
    expect(
      await local.query(child.address, "SELECT sum(balance)::int AS total, count(*)::int AS n FROM accounts"),
    ).toEqual([{ total: 200_000, n: 2000 }]);
  });

  test("a child of a sleeping, never made parent makes the parent first; a grandchild works too", async () => {
    const parent = await local.tenant("unmade");
    const child = await local.child("of-unmade", "unmade", {
      roles: [{ name: "extra", password: "y" }],
      databases: CONTENTS.databases,
    });
    expect(await local.query(child.address, "SELECT current_user AS u", { user: "extra", password: "y" })).toEqual([
      { u: "extra" },
    ]);
    await local.query(child.address, "CREATE TABLE t AS SELECT 1 AS n");
    const grandchild = await local.child("grand", "of-unmade");
    expect(await local.query(grandchild.address, "SELECT n FROM t")).toEqual([{ n: 1 }]);
    await expect(local.query(parent.address, "SELECT n FROM t")).rejects.toMatchObject({ code: "42P01" });
  });

  test("an administration call on a child that was not copied yet copies it first", async () => {
    await local.tenant("p2");
    const child = await local.child("c2", "p2");
    await local.computes.setPassword("br-c2", "owner", "changed");
    expect(await local.query(child.address, "SELECT 1 AS one", { password: "changed" })).toEqual([{ one: 1 }]);
  });

  test("a removed branch stops, and its files and address are free", async () => {
    const { address } = await local.tenant("gone");
    await local.computes.start("ep-gone");
    const data = dataFolder("br-gone");
    await local.computes.removeBranch("br-gone");
    expect(fs.existsSync(data)).toBe(false);
    await expect(local.connect(address)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await local.computes.removeBranch("br-gone");
  });
});

test("closing stops every Postgres; a new start finds all rows and leaves no socket behind", async () => {
  const other = await TestComputes.start();
  const { address } = await other.tenant("kept");
  await other.query(address, "CREATE TABLE t AS SELECT 42 AS n");
  const data = path.join(other.stateFolder, "postgres", "branches", "br-kept", "data");
  const sockets = fs.readFileSync(path.join(other.stateFolder, "postgres", "sockets"), "utf8");
  await expect(other.open()).rejects.toMatchObject({ code: "LOCAL_STATE_IN_USE" });
  await other.computes.close();
  expect(await processesOf(data)).toEqual([]);
  expect(fs.existsSync(sockets)).toBe(false);
  await other.open();
  const again = await other.tenant("kept");
  expect(await other.query(again.address, "SELECT n FROM t")).toEqual([{ n: 42 }]);
  await other.end();
});

function dataFolder(branchId: string): string {
  return path.join(local.stateFolder, "postgres", "branches", branchId, "data");
}
