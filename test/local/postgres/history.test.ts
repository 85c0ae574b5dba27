import fs from "node:fs";
import path from "node:path";
import { parseLsn } from "../../../local/postgres/history/lsn";
import { HistoryTest } from "./historySupport";
import { TestComputes, until } from "./support";

let local: TestComputes;
let past: HistoryTest;
beforeAll(async () => {
  local = await TestComputes.start();
  past = new HistoryTest(local);
});
afterAll(() => local.end());

describe.each([14, 17, 18])("restore in place, PostgreSQL %i", (pgVersion) => {
  test.each(["time", "lsn"] as const)("deleted rows are back, by %s, and the former state is kept", async (by) => {
    const name = `back-${by}-${pgVersion}`;
    const { address } = await local.tenant(name, { pgVersion });
    const { address: other } = await local.tenant(`${name}-other`, { pgVersion });
    const bystander = await local.connect(other);
    await local.query(address, "CREATE TABLE t AS SELECT generate_series(1, 3) AS n");
    const before = await past.moment(address);
    await local.query(address, "DELETE FROM t; INSERT INTO t VALUES (99)");
    await past.restoreSelf(name, { [by]: before[by] }, `${name}-old`, pgVersion);
    expect(await past.numbers(address)).toEqual([1, 2, 3]);
    const { address: old } = await local.endpoint(`${name}-old`);
    expect(await past.numbers(old)).toEqual([99]);
    expect((await bystander.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    await bystander.end();
    for (const branch of [name, `${name}-old`, `${name}-other`]) await local.computes.removeBranch(`br-${branch}`);
  });
});

describe("the past of a branch", () => {
  test("a moment before a restore is found in the branch that preserved it, and so on back to the beginning", async () => {
    const { address } = await local.tenant("deep");
    await local.query(address, "CREATE TABLE t AS SELECT 1 AS n");
    const first = await past.moment(address);
    await local.query(address, "UPDATE t SET n = 2");
    const second = await past.moment(address);
    await local.query(address, "UPDATE t SET n = 3");
    const third = await past.moment(address);
    await past.restoreSelf("deep", { time: first.time }, "deep-a");
    await local.query(address, "UPDATE t SET n = 10");
    const fourth = await past.moment(address);
    await past.restoreSelf("deep", { time: third.time }, "deep-b");
    expect(await past.numbers(address)).toEqual([3]);
    await past.restoreSelf("deep", { time: fourth.time }, "deep-c");
    expect(await past.numbers(address)).toEqual([10]);
    await past.restoreSelf("deep", { time: second.time }, "deep-d");
    expect(await past.numbers(address)).toEqual([2]);
  });

  test("a branch at a time, its own child at a time, and a moment before it was made", async () => {
    const { address } = await local.tenant("trunk");
    await local.query(address, "CREATE TABLE t AS SELECT 1 AS n");
    const early = await past.moment(address);
    await local.query(address, "UPDATE t SET n = 2");
    const late = await past.moment(address);
    await local.query(address, "UPDATE t SET n = 3");
    const child = await past.branch("limb", { branchId: "br-trunk", at: { lsn: late.lsn } });
    expect(await past.numbers(child.address)).toEqual([2]);
    await local.query(child.address, "UPDATE t SET n = 20");
    const own = await past.moment(child.address);
    await local.query(child.address, "DROP TABLE t");
    const grandchild = await past.branch("twig", { branchId: "br-limb", at: { time: own.time } });
    expect(await past.numbers(grandchild.address)).toEqual([20]);
    const older = await past.branch("bud", { branchId: "br-twig", at: { time: early.time } });
    expect(await past.numbers(older.address)).toEqual([1]);
    // Between the moment that it was copied from and its making the child was what its source was at that moment.
    const gap = await past.branch("gap", { branchId: "br-limb", at: { time: new Date(late.time.getTime() + 4) } });
    expect(await past.numbers(gap.address)).toEqual([2]);
    expect(await past.numbers(address)).toEqual([3]);
  });

  test("a moment that is to come, is older than the history or no moment at all is refused", async () => {
    const { address } = await local.tenant("bounds");
    await local.query(address, "CREATE TABLE t AS SELECT 1 AS n");
    const present = await past.moment(address);
    const { from, fromLsn, headLsn } = await local.computes.historyOf("br-bounds");
    expect(from.getTime()).toBeLessThanOrEqual(present.time.getTime());
    for (const at of [
      { time: new Date(Date.now() + 60_000) },
      { time: new Date(from.getTime() - 60_000) },
      { time: new Date(NaN) },
      { lsn: "0/1" },
      { lsn: "FFFFFFFF/0" },
      { lsn: "0/0'; DROP TABLE t" },
    ]) {
      await expect(past.restoreSelf("bounds", at, "bounds-old")).rejects.toMatchObject({
        code: "LOCAL_OUTSIDE_HISTORY",
      });
    }
    expect(Number(parseLsn(headLsn))).toBeGreaterThanOrEqual(Number(parseLsn(present.lsn)));
    expect(Number(parseLsn(fromLsn))).toBeLessThanOrEqual(Number(parseLsn(present.lsn)));
    expect(Number(parseLsn(fromLsn))).toBeGreaterThan(1);
    expect(await past.numbers(address)).toEqual([1]);
  });

  test("without retention there is no past, and the head is still branched", async () => {
    const contents = {
      roles: [{ name: "owner", password: "secret" }],
      databases: [{ name: "app", ownerName: "owner" }],
    };
    const spec = { branchId: "br-now", projectId: "p", pgVersion: 17, retentionSeconds: () => 0 };
    local.computes.addBranch(spec, () => contents);
    const { address } = await local.endpoint("now");
    await local.query(address, "CREATE TABLE t AS SELECT 1 AS n");
    const present = await past.moment(address);
    for (const at of [{ time: present.time }, { lsn: present.lsn }]) {
      await expect(past.restoreSelf("now", at, "now-old")).rejects.toMatchObject({ code: "LOCAL_OUTSIDE_HISTORY" });
    }
    const child = await local.child("now-child", "now");
    expect(await past.numbers(child.address)).toEqual([1]);
    expect(fs.existsSync(path.join(past.folderOf("now"), "bases"))).toBe(false);
  });

  test("the past ends where the source of the data was deleted", async () => {
    const { address } = await local.tenant("gone");
    await local.query(address, "CREATE TABLE t AS SELECT 1 AS n");
    const early = await past.moment(address);
    const child = await past.branch("left", { branchId: "br-gone" });
    expect(await past.numbers(child.address)).toEqual([1]);
    expect((await local.computes.historyOf("br-left")).from.getTime()).toBeLessThan(early.time.getTime());
    await local.computes.removeBranch("br-gone");
    expect((await local.computes.historyOf("br-left")).from.getTime()).toBeGreaterThan(early.time.getTime());
    await expect(past.restoreSelf("left", { time: early.time }, "left-old")).rejects.toMatchObject({
      code: "LOCAL_OUTSIDE_HISTORY",
    });
    await local.query(child.address, "UPDATE t SET n = 2");
    const own = await past.moment(child.address);
    await local.query(child.address, "UPDATE t SET n = 3");
    await past.restoreSelf("left", { time: own.time }, "left-old");
    expect(await past.numbers(child.address)).toEqual([2]);
  });

  test("data that was made before history was kept opens, and has a past from its first base on", async () => {
    const { address } = await local.tenant("aged");
    await local.query(address, "CREATE TABLE t AS SELECT 1 AS n");
    await local.computes.suspend("ep-aged");
    fs.rmSync(path.join(past.folderOf("aged"), "bases"), { recursive: true });
    fs.writeFileSync(path.join(past.folderOf("aged"), "made.json"), JSON.stringify({ pgVersion: 17 }));
    expect(await past.numbers(address)).toEqual([1]);
    await until(() => past.basesOf("aged").length > 0);
    await until(async () => (await local.computes.historyOf("br-aged")).from.getTime() < Date.now());
    const before = await past.moment(address);
    await local.query(address, "DELETE FROM t");
    await past.restoreSelf("aged", { time: before.time }, "aged-old");
    expect(await past.numbers(address)).toEqual([1]);
  });
});

describe("restore in place from elsewhere", () => {
  test("another branch's head, without keeping the former state; open connections end, the endpoint stays", async () => {
    const { address } = await local.tenant("reset-parent");
    await local.query(address, "CREATE TABLE t AS SELECT 1 AS n");
    const child = await local.child("reset-child", "reset-parent");
    await local.query(child.address, "UPDATE t SET n = 2");
    await local.query(address, "UPDATE t SET n = 3");
    const client = await local.connect(child.address);
    const ended = new Promise<Error>((resolve) => client.once("error", resolve));
    const restore = { restoreId: "reset-1", source: { branchId: "br-reset-parent" } };
    await local.computes.restoreBranch("br-reset-child", restore);
    expect(await ended).toMatchObject({ code: "57P01" });
    expect(await past.numbers(child.address)).toEqual([3]);
    expect(fs.readdirSync(path.join(local.stateFolder, "postgres", "trash"))).toEqual([]);
    // The same call once more does nothing.
    await local.query(child.address, "UPDATE t SET n = 4");
    await local.computes.restoreBranch("br-reset-child", restore);
    expect(await past.numbers(child.address)).toEqual([4]);
    expect(local.computes.state("ep-reset-child").state).toBe("active");
  });

  test("the certificate that clients know stays, and a read replica shows the new data", async () => {
    const { address } = await local.tenant("pinned");
    const replica = await local.endpoint("pinned-ro", { branchId: "br-pinned", readOnly: true });
    await local.query(address, "CREATE TABLE t AS SELECT 1 AS n");
    const before = await past.moment(address);
    await local.query(address, "UPDATE t SET n = 2");
    expect(await past.numbers(replica.address)).toEqual([2]);
    const certificate = fs.readFileSync(path.join(past.folderOf("pinned"), "server.crt"), "utf8");
    await past.restoreSelf("pinned", { time: before.time }, "pinned-old");
    expect(fs.readFileSync(path.join(past.folderOf("pinned"), "server.crt"), "utf8")).toBe(certificate);
    expect(await past.numbers(address)).toEqual([1]);
    expect(await past.numbers(replica.address)).toEqual([1]);
  });
});
