import { accountingGaps, runAccounted, type AccountOptions } from "../../../bench/measure/runAccounted";

const run = (script: string, mode: AccountOptions["mode"], signal?: AbortSignal) =>
  runAccounted(["sh", "-c", script], { cwd: "/", env: process.env, mode, signal, sampleMs: 20 });

/** Uses 0.4 s of processor time and prints nothing. */
const work = `${process.execPath} -e 'for (let used = 0; used < 4e5; { user: used } = process.cpuUsage()) for (let n = 0; n < 1e6; n++);'`;

const onLinux = process.platform === "linux";
const itWith = (mode: AccountOptions["mode"]) => (onLinux && !accountingGaps().includes(mode) ? it : it.skip);

(onLinux ? describe : describe.skip)("accounting of a command", () => {
  itWith("account")("has its exit code and what it printed", async () => {
    expect(await run("echo out; echo err >&2; exit 7", "account")).toMatchObject({
      exitCode: 7,
      stdout: "out\n",
      stderr: "err\n",
    });
  });

  itWith("account")("has the processor time of children, and of orphans that outlive their parent", async () => {
    const { cpuSeconds } = await run(`${work}; (${work} &)`, "account");
    // Each worker stops itself at 0.4 s.
    expect(cpuSeconds).toBeGreaterThanOrEqual(0.75);
  });

  itWith("account")("has the memory of all together", async () => {
    const { peakMemoryBytes } = await run(`${work} & ${work} & wait`, "account");
    expect(peakMemoryBytes).toBeGreaterThan(50e6);
  });

  itWith("account")("tells a killed command from one that ended well", async () => {
    expect((await run("kill -9 $$", "account")).exitCode).toBe(137);
  });

  itWith("account")("ends the command on an abort", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 200);
    expect((await run("exec sleep 600", "account", controller.signal)).exitCode).toBe(143);
  });

  itWith("count").each([
    ["none", "true", 0],
    ["one", "ls >/dev/null", 1],
    ["grandchildren", "sh -c 'ls; ls; true' >/dev/null", 3],
    ["an orphan", "(sh -c 'ls >/dev/null; true' &)", 2],
    [
      "what a program with many threads starts",
      `${process.execPath} -e 'require("child_process").execFileSync("ls")'`,
      2,
    ],
  ])("counts every program that was started: %s", async (_what, script, expected) => {
    expect(await run(`${script}; true`, "count")).toMatchObject({ exitCode: 0, processes: expected });
  });
});
