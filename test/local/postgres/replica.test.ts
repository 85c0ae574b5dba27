import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { DISABLED } from "../../../local/postgres/endpoint";
import { processesOf } from "../../../local/postgres/leftovers";
import type { EndpointSpec } from "../../../local/types";
import { crash, hasProgram, run, TestComputes, until } from "./support";

jest.setTimeout(120_000);

let local: TestComputes;
let main: EndpointSpec;
let replica: EndpointSpec;

beforeAll(async () => {
  local = await TestComputes.start({ meterMs: 50 });
  main = await local.tenant("main", { maxConnections: 50 });
  replica = await local.endpoint("replica", { branchId: "br-main", readOnly: true, maxConnections: 104 });
  await local.query(main.address, "CREATE TABLE t AS SELECT 1 AS n");
});
afterAll(() => local?.end());

const rowsOf = async (address: string) =>
  (await local.query<{ n: number }>(address, "SELECT n FROM t ORDER BY n")).map(({ n }) => n);
const stateOf = (endpointId: string) => local.computes.state(endpointId).state;
const dataOf = (endpointId: string) => path.join(local.stateFolder, "postgres", "replicas", endpointId, "data");
const arrived = (address: string, n: number) => until(async () => (await rowsOf(address)).includes(n));

test("a replica is a standby: it shows what is written on the branch, and nothing makes it write", async () => {
  const reader = await local.connect(replica.address);
  expect((await reader.query("SELECT pg_is_in_recovery() AS standby, n FROM t")).rows).toEqual([
    { standby: true, n: 1 },
  ]);
  for (const statement of [
    "SET transaction_read_only = off",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
  ]) {
    await reader.query(statement).catch((error: unknown) => expect(error).toMatchObject({ code: "0A000" }));
    await expect(reader.query("INSERT INTO t VALUES (99)")).rejects.toMatchObject({ code: "25006" });
  }
  await local.query(main.address, "INSERT INTO t VALUES (2)");
  await until(async () => (await reader.query("SELECT FROM t WHERE n = 2")).rowCount === 1);
  await reader.end();
  expect(await rowsOf(main.address)).toEqual([1, 2]);
});

test("the replica and the read-write compute sleep and wake by themselves", async () => {
  await local.query(replica.address, "SELECT 1");
  await local.computes.suspend("ep-main");
  expect([stateOf("ep-main"), stateOf("ep-replica")]).toEqual(["idle", "active"]);
  expect(await rowsOf(replica.address)).toEqual([1, 2]);
  // It follows again when the branch wakes.
  await local.query(main.address, "INSERT INTO t VALUES (3)");
  await arrived(replica.address, 3);
  const reader = await local.connect(replica.address);
  const ended = once(reader, "error");
  await local.computes.suspend("ep-replica");
  expect((await ended)[0]).toMatchObject({ code: "57P01" });
  expect([stateOf("ep-main"), stateOf("ep-replica")]).toEqual(["active", "idle"]);
  // What was written while it slept is there with the first query, also if the branch sleeps by then.
  await local.query(main.address, "INSERT INTO t VALUES (4)");
  await local.computes.suspend("ep-main");
  expect(await rowsOf(replica.address)).toEqual([1, 2, 3, 4]);
  expect(stateOf("ep-main")).toBe("idle");
});

test("restarting a replica ends its sessions only, and a disabled one takes nobody in", async () => {
  const [writer, reader] = [await local.connect(main.address), await local.connect(replica.address)];
  const ended = once(reader, "error");
  await local.computes.restart("ep-replica");
  await ended;
  expect(await rowsOf(replica.address)).toContain(1);
  await local.computes.updateEndpoint({ ...replica, disabled: true });
  await expect(local.connect(replica.address)).rejects.toMatchObject({ message: DISABLED });
  await local.computes.updateEndpoint(replica);
  expect(await rowsOf(replica.address)).toContain(1);
  expect((await writer.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  await writer.end();
});

test("a replica has its own size, but never a smaller one than what it follows", async () => {
  const limit = async (address: string) =>
    (await local.query<{ max_connections: string }>(address, "SHOW max_connections"))[0]?.max_connections;
  expect(await limit(replica.address)).toBe("104");
  await local.computes.updateEndpoint({ ...replica, maxConnections: 60 });
  expect(await limit(replica.address)).toBe("60");
  main = { ...main, maxConnections: 80, pgSettings: { max_prepared_transactions: "5" } };
  await local.computes.updateEndpoint(main);
  expect(await limit(replica.address)).toBe("80");
  await local.query(main.address, "INSERT INTO t VALUES (5)");
  await arrived(replica.address, 5);
  // Its own copy knows of the larger setting still.
  main = { ...main, maxConnections: 40, pgSettings: {} };
  await local.computes.suspend("ep-replica");
  await local.computes.updateEndpoint(main);
  expect(await rowsOf(replica.address)).toContain(5);
});

test("psql meets the replica's own certificate with channel binding", async () => {
  if (!(await hasProgram("psql"))) return;
  const uri = `postgresql://owner:secret@${replica.address}:${local.computes.pgPort}/app`;
  const query = `sslmode=verify-full&channel_binding=require&sslrootcert=${local.computes.caFile}`;
  const { stdout } = await run("psql", [`${uri}?${query}`, "-Atc", "SELECT pg_is_in_recovery()"]);
  expect(stdout.trim()).toBe("t");
});

test("a cancel request at a replica stops the query there", async () => {
  const reader = await local.connect(replica.address);
  const sleeping = reader.query("SELECT pg_sleep(600)").catch((error: unknown) => error);
  await until(async () => {
    const [row] = await local.query<{ n: string }>(
      replica.address,
      "SELECT count(*) AS n FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()",
    );
    return row?.n === "1";
  });
  const { processID, secretKey } = reader as unknown as { processID: number; secretKey: number };
  const canceller = await import("node:net").then((net) => net.connect(local.computes.pgPort, replica.address));
  const packet = Buffer.alloc(16);
  [16, 80877102, processID, secretKey].forEach((value, position) => packet.writeInt32BE(value, position * 4));
  canceller.end(packet);
  expect(await sleeping).toMatchObject({ code: "57014" });
  await reader.end();
});

test("a branch without a read-write compute can have a replica, which outlives the death of its Postgres", async () => {
  const { address } = await local.tenant("bare", { readOnly: true });
  expect(await local.query(address, "SELECT pg_is_in_recovery() AS standby")).toEqual([{ standby: true }]);
  await crash(dataOf("ep-bare"));
  await until(() => stateOf("ep-bare") === "idle");
  expect(await local.query(address, "SELECT pg_is_in_recovery() AS standby")).toEqual([{ standby: true }]);
});

test("a copy that the branch's WAL does not reach back to is made again", async () => {
  await local.computes.suspend("ep-replica");
  await local.query(main.address, "INSERT INTO t SELECT g FROM generate_series(1000, 60000) g");
  await local.computes.suspend("ep-main");
  const wal = path.join(local.stateFolder, "postgres", "branches", "br-main", "data", "pg_wal");
  const segments = fs
    .readdirSync(wal)
    .filter((name) => /^[0-9A-F]{24}$/.test(name))
    .sort();
  const [row] = await local.query<{ name: string }>(
    main.address,
    "SELECT pg_walfile_name(redo_lsn) AS name FROM pg_control_checkpoint()",
    { user: "owner" },
  );
  await local.computes.suspend("ep-main");
  const old = segments.filter((name) => name < (row?.name ?? ""));
  expect(old.length).toBeGreaterThan(2);
  for (const name of old) fs.rmSync(path.join(wal, name));
  const made = fs.statSync(path.join(dataOf("ep-replica"), "PG_VERSION")).mtimeMs;
  expect(await rowsOf(replica.address)).toContain(60000);
  expect(fs.statSync(path.join(dataOf("ep-replica"), "PG_VERSION")).mtimeMs).toBeGreaterThan(made);
});

test("a copy of data that was replaced is made again", async () => {
  await local.query(main.address, "DROP TABLE IF EXISTS gone; CREATE TABLE gone AS SELECT 1 AS n");
  await local.query(replica.address, "SELECT n FROM t LIMIT 1");
  await local.computes.suspend("ep-main");
  const data = path.join(local.stateFolder, "postgres", "branches", "br-main", "data");
  const replacement = `${data}.new`;
  await run("cp", ["-a", data, replacement]);
  // As a restore does: the folder is another one. Its files are older than the copy of them.
  fs.rmSync(path.join(replacement, "PG_VERSION"));
  fs.copyFileSync(path.join(data, "PG_VERSION"), path.join(replacement, "PG_VERSION"));
  const { uid, gid } = fs.statSync(path.join(data, "PG_VERSION"));
  fs.chownSync(path.join(replacement, "PG_VERSION"), uid, gid);
  fs.renameSync(data, `${data}.old`);
  fs.renameSync(replacement, data);
  await local.query(main.address, "DROP TABLE gone");
  await expect(local.query(replica.address, "SELECT n FROM gone")).rejects.toMatchObject({ code: "42P01" });
  expect(await rowsOf(replica.address)).toContain(1);
});

test("a branch that is restored in place takes its replicas along: their sessions end, and the next ones see the restored state", async () => {
  const whole = await local.tenant("whole");
  const reads = await local.endpoint("reads", { branchId: "br-whole", readOnly: true });
  await local.query(whole.address, "CREATE TABLE later AS SELECT 1 AS n");
  const [row] = await local.query<{ lsn: string }>(whole.address, "SELECT pg_current_wal_lsn()::text AS lsn");
  await local.query(whole.address, "DROP TABLE later");
  const reader = await local.connect(reads.address);
  await until(
    async () =>
      (await reader.query("SELECT to_regclass('later') IS NULL AS gone WHERE to_regclass('later') IS NULL"))
        .rowCount === 1,
  );
  const ended = once(reader, "error");
  const at = { lsn: row?.lsn };
  await local.computes.restoreBranch("br-whole", { restoreId: "r-1", source: { branchId: "br-whole", at } });
  await ended;
  expect(await local.query(whole.address, "SELECT n FROM later")).toEqual([{ n: 1 }]);
  expect(await local.query(reads.address, "SELECT n, pg_is_in_recovery() AS standby FROM later")).toEqual([
    { n: 1, standby: true },
  ]);
  await local.query(whole.address, "INSERT INTO later VALUES (2)");
  await until(async () => (await local.query(reads.address, "SELECT n FROM later")).length === 2);
});

test.each([14, 18])("PostgreSQL %d has replicas too", async (pgVersion) => {
  const { address } = await local.tenant(`v${pgVersion}`, { pgVersion });
  await local.query(address, "CREATE TABLE t AS SELECT 1 AS n");
  const reader = await local.endpoint(`v${pgVersion}-reader`, { branchId: `br-v${pgVersion}`, readOnly: true });
  expect(await rowsOf(reader.address)).toEqual([1]);
  await local.query(address, "INSERT INTO t VALUES (2)");
  await arrived(reader.address, 2);
  await local.computes.suspend(`ep-v${pgVersion}`);
  await local.computes.restart(reader.endpointId);
  expect(await rowsOf(reader.address)).toEqual([1, 2]);
});

test("a removed replica leaves no process and no file, the branch stays", async () => {
  await local.query(replica.address, "SELECT 1");
  const data = dataOf("ep-replica");
  expect((await processesOf(data)).length).toBeGreaterThan(0);
  await local.computes.removeEndpoint("ep-replica");
  expect(fs.existsSync(path.dirname(data))).toBe(false);
  expect(await rowsOf(main.address)).toContain(1);
  await expect(local.connect(replica.address)).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

test("a replica wakes in the next run of the local Neon, with what was written meanwhile", async () => {
  const spec = await local.endpoint("second", { branchId: "br-main", readOnly: true });
  expect(await rowsOf(spec.address)).toContain(1);
  await local.query(main.address, "INSERT INTO t VALUES (7)");
  await local.computes.close();
  await local.open();
  local.computes.addBranch({ branchId: "br-main", projectId: "p", pgVersion: 17 }, () => ({
    roles: [],
    databases: [],
  }));
  await local.computes.addEndpoint(main);
  await local.computes.addEndpoint(spec);
  expect(await rowsOf(spec.address)).toContain(7);
  expect(stateOf("ep-main")).not.toBe("active");
});
