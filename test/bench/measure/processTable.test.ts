import {
  descendantsOf,
  parseStat,
  type ProcessRow,
  readProcessTable,
  residentBytes,
} from "../../../bench/measure/processTable";

const stat = (name: string) =>
  `4242 (${name}) S 17 4242 4242 0 -1 4194560 1 2 3 4 250 50 9 9 20 0 11 0 987654 1000 200 18446744073709551615`;
const row = (pid: number, parentPid: number): ProcessRow => ({ pid, parentPid, startTicks: 1, cpuTicks: 1 });

describe("the process table", () => {
  it.each(["node", "a program (with brackets) 1 2 3", ") S 1 1"])("reads the line of a process called %p", (name) => {
    expect(parseStat(stat(name))).toEqual({ pid: 4242, parentPid: 17, startTicks: 987654, cpuTicks: 300 });
  });

  it("has no row for a process that has gone", () => {
    expect(parseStat("")).toBeUndefined();
  });

  it("finds children of children, and neither the root nor strangers", () => {
    const rows = [row(1, 0), row(10, 1), row(11, 10), row(12, 11), row(20, 1), row(13, 10)];
    const pids = descendantsOf(rows, 10).map(({ pid }) => pid);
    expect(pids.sort()).toEqual([11, 12, 13]);
  });

  (process.platform === "linux" ? it : it.skip)("knows this process and its memory", () => {
    expect(readProcessTable()).toContainEqual(expect.objectContaining({ pid: process.pid, parentPid: process.ppid }));
    expect(residentBytes(process.pid)).toBeGreaterThan(1e6);
    expect(residentBytes(2 ** 30)).toBe(0);
  });
});
