import fs from "node:fs";
import path from "node:path";
import { findPgDump } from "../../../local/postgres/history/findPgDump";
import type { Moment } from "../../../local/types";
import { HistoryTest } from "./historySupport";
import { TestComputes } from "./support";

let local: TestComputes;
let past: HistoryTest;
beforeAll(async () => {
  local = await TestComputes.start();
  past = new HistoryTest(local);
});
afterAll(() => local.end());

describe("snapshots", () => {
  test("of the head and of a moment outlive their branch; made once, they can be restored again and again", async () => {
    const { address } = await local.tenant("shot");
    await local.query(address, "CREATE TABLE t AS SELECT 1 AS n");
    const first = await past.moment(address);
    await local.query(address, "UPDATE t SET n = 2");
    const create = (id: string, of: { branchId: string; at?: Moment }) => local.computes.createSnapshot(id, of);
    const head = await create("snap-head", { branchId: "br-shot" });
    const early = await create("snap-early", { branchId: "br-shot", at: { time: first.time } });
    expect(head.lsn).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/);
    expect(early.sizeBytes).toBeGreaterThan(1_000_000);
    await local.query(address, "UPDATE t SET n = 3");
    await local.computes.removeBranch("br-shot");
    expect(await create("snap-head", { branchId: "br-shot" })).toEqual(head);
    const two = await past.branch("shot-two", { snapshotId: "snap-head" });
    const one = await past.branch("shot-one", { snapshotId: "snap-early" });
    expect([await past.numbers(two.address), await past.numbers(one.address)]).toEqual([[2], [1]]);
    await local.computes.restoreBranch("br-shot-two", { restoreId: "r", source: { snapshotId: "snap-early" } });
    expect(await past.numbers(two.address)).toEqual([1]);
    await local.computes.removeSnapshot("snap-head");
    await local.computes.removeSnapshot("snap-head");
    await past.branch("shot-none", { snapshotId: "snap-head" });
    await expect(local.computes.materializeBranch("br-shot-none")).rejects.toThrow("snap-head is not known");
  });

  test("a snapshot that was half made is made anew", async () => {
    const { address } = await local.tenant("halved");
    await local.query(address, "CREATE TABLE t AS SELECT 1 AS n");
    const folder = path.join(local.stateFolder, "postgres", "snapshots", "snap-half", "data");
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, "PG_VERSION"), "1");
    await local.computes.createSnapshot("snap-half", { branchId: "br-halved" });
    const { address: restored } = await past.branch("whole", { snapshotId: "snap-half" });
    expect(await past.numbers(restored)).toEqual([1]);
  });
});

test("a schema-only branch has everything but rows, and no way back to them", async () => {
  const { address } = await local.tenant("full");
  await local.query(
    address,
    `CREATE EXTENSION pg_trgm;
     CREATE SCHEMA "od d";
     CREATE TABLE "od d"."T""x" (id serial PRIMARY KEY, n int GENERATED ALWAYS AS IDENTITY);
     CREATE TABLE t (n int REFERENCES "od d"."T""x") PARTITION BY RANGE (n);
     CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (100);
     CREATE FUNCTION forbid() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no''; END';
     CREATE TRIGGER forbid BEFORE TRUNCATE ON t1 EXECUTE FUNCTION forbid();
     CREATE SEQUENCE loose START 5; SELECT nextval('loose');
     INSERT INTO "od d"."T""x" DEFAULT VALUES; INSERT INTO t VALUES (1);
     CREATE MATERIALIZED VIEW m AS SELECT * FROM t;
     ANALYZE`,
  );
  const before = await past.moment(address);
  const { address: empty } = await past.branch("empty", { branchId: "br-full" }, { schemaOnly: true });
  const [counts] = await local.query(
    empty,
    `SELECT (SELECT count(*) FROM t)::int AS t, (SELECT count(*) FROM "od d"."T""x")::int AS x,
            (SELECT count(*) FROM pg_stats WHERE schemaname !~ '^pg_|information')::int AS statistics,
            (SELECT relispopulated FROM pg_class WHERE relname = 'm') AS populated, nextval('loose')::int AS next,
            (SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm')::int AS extensions`,
  );
  expect(counts).toEqual({ t: 0, x: 0, statistics: 0, populated: false, next: 5, extensions: 1 });
  const inserted = await local.query(empty, 'INSERT INTO "od d"."T""x" DEFAULT VALUES RETURNING id, n');
  expect(inserted).toEqual([{ id: 1, n: 1 }]);
  await expect(past.restoreSelf("empty", { time: before.time }, "empty-old")).rejects.toMatchObject({
    code: "LOCAL_OUTSIDE_HISTORY",
  });
  expect(await past.numbers(address)).toEqual([1]);
});

test("roles and databases are read from the branch's own catalog", async () => {
  const { address } = await local.tenant("found");
  await local.computes.start("ep-found");
  await local.computes.createRole("br-found", { name: "extra", password: "x" });
  await local.computes.createRole("br-found", { name: "no login", password: "x", noLogin: true });
  await local.computes.createDatabase("br-found", { name: "db2", ownerName: "extra" });
  await local.query(address, "CREATE ROLE by_sql LOGIN PASSWORD 'x'; CREATE ROLE sql_owner; GRANT sql_owner TO owner");
  await local.query(address, "CREATE DATABASE theirs OWNER sql_owner");
  expect(await local.computes.readContents("br-found")).toEqual({
    roles: [
      { name: "extra", noLogin: false },
      { name: "no login", noLogin: true },
      { name: "owner", noLogin: false },
      { name: "sql_owner", noLogin: true },
    ],
    databases: [
      { name: "app", ownerName: "owner" },
      { name: "db2", ownerName: "extra" },
      { name: "theirs", ownerName: "sql_owner" },
    ],
  });
});

describe("schemas as SQL", () => {
  test.each([14, 15, 16, 17, 18])("of PostgreSQL %i, now and at a moment, or what to install", async (pgVersion) => {
    const { address } = await local.tenant(`schema${pgVersion}`, { pgVersion });
    const branchId = `br-schema${pgVersion}`;
    await local.query(address, 'CREATE TABLE "a b" (id int PRIMARY KEY)');
    const before = await past.moment(address);
    await local.query(address, 'ALTER TABLE "a b" ADD later text');
    const program = await findPgDump(pgVersion).catch(() => undefined);
    if (!program) {
      await expect(local.computes.dumpSchema(branchId, "app")).rejects.toMatchObject({
        code: "LOCAL_PG_DUMP_MISSING",
        hint: expect.stringContaining(`postgresql-client-${pgVersion}`) as string,
      });
      return;
    }
    const present = await local.computes.dumpSchema(branchId, "app");
    expect(present).toContain('CREATE TABLE public."a b" (\n    id integer NOT NULL,\n    later text\n);');
    expect(present).not.toMatch(/GRANT|restrict/);
    const former = await local.computes.dumpSchema(branchId, "app", { time: before.time });
    expect(former).toContain('CREATE TABLE public."a b" (\n    id integer NOT NULL\n);');
    await expect(local.computes.dumpSchema(branchId, "dbname=app")).rejects.toMatchObject({ code: "3D000" });
    expect(fs.readdirSync(path.join(local.stateFolder, "postgres", "restoring"))).toEqual([]);
  });

  test("the oldest program that is new enough is taken, broken ones are passed over", async () => {
    const folder = fs.mkdtempSync(path.join(local.stateFolder, "bin-"));
    const program = path.join(folder, "pg_dump");
    fs.writeFileSync(program, "#!/bin/sh\necho 'pg_dump (PostgreSQL) 97.1'\n", { mode: 0o755 });
    expect(await findPgDump(96, folder)).toBe(program);
    await expect(findPgDump(98, folder)).rejects.toMatchObject({ code: "LOCAL_PG_DUMP_MISSING" });
    fs.writeFileSync(program, "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    await expect(findPgDump(96, folder)).rejects.toMatchObject({ code: "LOCAL_PG_DUMP_MISSING" });
  });
});
