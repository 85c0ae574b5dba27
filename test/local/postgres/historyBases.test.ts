import fs from "node:fs";
import path from "node:path";
import { baseFor, expired, isBaseDue, surplus } from "../../../local/postgres/history/basePlan";
import type { Base } from "../../../local/postgres/history/baseRecord";
import { HistoryTest } from "./historySupport";
import { CONTENTS, TestComputes, until } from "./support";

const MIB = 1024 * 1024;

describe("with bases after every two megabytes of WAL", () => {
  let local: TestComputes;
  let past: HistoryTest;
  let retentionSeconds = 3600;
  beforeAll(async () => {
    local = await TestComputes.start({ history: { refreshBytes: 2 * MIB, maxBases: 3, checkMs: 20 } });
    past = new HistoryTest(local);
  });
  afterAll(() => local.end());

  /** Until there is a base more. */
  async function write(name: string, host: string): Promise<void> {
    const latest = past.basesOf(name).pop();
    await local.query(host, "CREATE TABLE IF NOT EXISTS ballast (x text)");
    await until(async () => {
      // Bases of a branch that grows become rarer, and on a slow machine never enough.
      await local.query(host, "TRUNCATE ballast");
      await local.query(host, "INSERT INTO ballast SELECT repeat('x', 1000) FROM generate_series(1, 3000)");
      return past.basesOf(name).pop() !== latest;
    });
  }

  test("bases are taken while clients work, few are kept, and every moment between them can be restored", async () => {
    const spec = { branchId: "br-busy", projectId: "p", pgVersion: 17, retentionSeconds: () => retentionSeconds };
    local.computes.addBranch(spec, () => CONTENTS);
    const { address } = await local.endpoint("busy");
    await local.query(address, "CREATE TABLE t AS SELECT 0 AS n");
    const moments: { time: Date; lsn: string }[] = [];
    for (let n = 1; n <= 5; n++) {
      await local.query(address, `UPDATE t SET n = ${n}`);
      moments.push(await past.moment(address));
      await local.query(address, "UPDATE t SET n = -1");
      await write("busy", address);
    }
    await until(() => past.basesOf("busy").length <= 3);
    for (const [index, { time, lsn }] of moments.entries()) {
      const { address: found } = await past.branch(`busy-${index}`, {
        branchId: "br-busy",
        at: index % 2 ? { lsn } : { time },
      });
      expect(await past.numbers(found)).toEqual([index + 1]);
    }
  });

  test("what is older than the retention goes, bases and WAL, and a target in it is refused", async () => {
    const { address } = await local.endpoint("busy-again", { branchId: "br-busy" });
    const old = await past.moment(address);
    const walBytes = past.walBytesOf("busy");
    retentionSeconds = 1;
    await until(async () => {
      await write("busy", address);
      const [first] = past.basesOf("busy");
      const record = fs.readFileSync(path.join(past.folderOf("busy"), "bases", first ?? "", "base.json"), "utf8");
      const { usableFrom } = JSON.parse(record) as { usableFrom: { timeMs: number } };
      return usableFrom.timeMs > old.time.getTime() && past.walBytesOf("busy") < walBytes;
    });
    const restore = past.restoreSelf("busy", { time: old.time }, "busy-never");
    await expect(restore).rejects.toMatchObject({ code: "LOCAL_OUTSIDE_HISTORY" });
    await expect(past.restoreSelf("busy", { lsn: old.lsn }, "busy-never")).rejects.toMatchObject({
      code: "LOCAL_OUTSIDE_HISTORY",
    });
  });

  test("half a base, which a killed process leaves, is never used", async () => {
    const { address } = await local.tenant("half");
    await local.query(address, "CREATE TABLE t AS SELECT 1 AS n");
    await local.computes.suspend("ep-half");
    fs.mkdirSync(path.join(past.folderOf("half"), "bases", "making-00000002", "data"), { recursive: true });
    const before = await past.moment(address);
    await local.query(address, "UPDATE t SET n = 2");
    await write("half", address);
    expect(fs.readdirSync(path.join(past.folderOf("half"), "bases")).filter((name) => !/^\d+$/.test(name))).toEqual([]);
    await past.restoreSelf("half", { time: before.time }, "half-old");
    expect(await past.numbers(address)).toEqual([1]);
  });
});

describe("which bases are there", () => {
  const base = (start: number, sizeBytes = 0): Base => ({
    name: String(start).padStart(8, "0"),
    timeline: 1,
    startLsn: BigInt(start),
    usableFrom: { lsn: BigInt(start + 1), timeMs: start + 1 },
    sizeBytes,
  });
  const starts = (bases: Base[]) => bases.map(({ startLsn }) => Number(startLsn));

  test("the last one that is whole by the moment is used", () => {
    const bases = [base(10), base(20), base(30)];
    expect(baseFor(bases, { timeMs: 21 })).toBe(bases[1]);
    expect(baseFor(bases, { lsn: 20n })).toBe(bases[0]);
    expect(baseFor(bases, { timeMs: 10 })).toBeUndefined();
  });

  test("one is due after so much WAL, after more where the data is big, and at once where there is none", () => {
    expect(isBaseDue(undefined, 0n, 64)).toBe(true);
    expect(isBaseDue(base(100), 164n, 64)).toBe(false);
    expect(isBaseDue(base(100), 165n, 64)).toBe(true);
    expect(isBaseDue(base(100, 1000), 350n, 64)).toBe(false);
    expect(isBaseDue(base(100, 1000), 351n, 64)).toBe(true);
  });

  test("the last one from before the horizon stays: moments after the horizon are reached from it", () => {
    const bases = [base(10), base(20), base(30)];
    expect(starts(expired(bases, 25))).toEqual([10]);
    expect(starts(expired(bases, 40))).toEqual([10, 20]);
    expect(starts(expired(bases, 5))).toEqual([]);
    expect(expired([], 5)).toEqual([]);
  });

  test("thinned out one by one, the first and the last stay, and gaps are the smaller the later they are", () => {
    let bases: Base[] = [];
    for (let start = 0; start <= 640; start += 10) {
      bases.push(base(start));
      const dropped = surplus(bases, 6);
      bases = bases.filter((one) => !dropped.includes(one));
    }
    expect(bases).toHaveLength(6);
    expect(starts(bases)[0]).toBe(0);
    expect(starts(bases)[5]).toBe(640);
    const gaps = starts(bases)
      .slice(1)
      .map((start, index) => start - (starts(bases)[index] as number));
    expect([...gaps].sort((a, b) => b - a)).toEqual(gaps);
    expect(surplus([base(1), base(2)], 1)).toEqual([]);
  });
});
