import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { processesOf } from "../../../local/postgres/leftovers";
import { HistoryTest } from "./historySupport";
import { nextAddress, run, TestComputes, until } from "./support";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "restore-killed-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

interface End {
  signal: string | null;
  said: string;
}

/** Restores `br-main` in another process, which kills itself at the given step. */
function restoreAndDie(stateFolder: string, time: Date, dieAt: string): Promise<End> {
  const args = [
    path.join(__dirname, "historyServer.js"),
    stateFolder,
    nextAddress(),
    time.toISOString(),
    String(dieAt),
  ];
  return new Promise((resolve) => {
    execFile(process.execPath, args, (error, said) =>
      resolve({ signal: error?.signal ?? null, said: `${said}${error && !error.signal ? error.message : ""}` }),
    );
  });
}

const left = async (stateFolder: string) => {
  const postgres = path.join(stateFolder, "postgres");
  const data = fs
    .readdirSync(postgres, { recursive: true, encoding: "utf8" })
    .filter((name) => path.basename(name) === "postmaster.pid")
    .map((name) => path.dirname(path.join(postgres, name)));
  return (await Promise.all(data.map((one) => processesOf(one).catch(() => [])))).flat();
};

test("a restore that is killed anywhere ends in the same place when it is done once more", async () => {
  const first = await TestComputes.start({ stateFolder: folder });
  const { address } = await first.tenant("main");
  const past = new HistoryTest(first);
  await first.query(address, "CREATE TABLE t AS SELECT generate_series(1, 3) AS n");
  const { time } = await past.moment(address);
  await first.query(address, "DELETE FROM t; INSERT INTO t VALUES (99)");
  await first.computes.close();
  // Every change of a folder's name, until there are no more, and while Postgres replays.
  const steps = ["replay"];
  for (const step of steps) {
    const stateFolder = `${folder}-${step}`;
    await run("cp", ["-a", folder, stateFolder]);
    try {
      const end = await restoreAndDie(stateFolder, time, step);
      if (end.signal === null) {
        expect(end.said).toMatch(/^done/);
        continue;
      }
      expect(end.signal).toBe("SIGKILL");
      await until(async () => (await left(stateFolder)).length === 0);
      await checkRestored(stateFolder, time);
      steps.push(String(steps.length));
    } finally {
      fs.rmSync(stateFolder, { recursive: true, force: true });
    }
  }
  expect(steps.length).toBeGreaterThan(6);
});

/** In a new process's place: opened again, the same call, and what the two branches hold then. */
async function checkRestored(stateFolder: string, time: Date): Promise<void> {
  const again = await TestComputes.start({ stateFolder });
  try {
    await checkContents(again, time);
  } finally {
    await again.computes.close();
  }
  for (const name of ["restoring", "swaps"]) {
    const inside = path.join(stateFolder, "postgres", name);
    expect(fs.existsSync(inside) ? fs.readdirSync(inside) : []).toEqual([]);
  }
}

async function checkContents(again: TestComputes, time: Date): Promise<void> {
  const past = new HistoryTest(again);
  const { address } = await again.tenant("main");
  const contents = () => ({ roles: [], databases: [] });
  const restore = {
    restoreId: "restore",
    source: { branchId: "br-main", at: { time } },
    preserveAs: { spec: { branchId: "br-former", projectId: "p-main", pgVersion: 17 }, contents },
  };
  await again.computes.restoreBranch("br-main", restore);
  expect(await past.numbers(address)).toEqual([1, 2, 3]);
  const { address: former } = await again.endpoint("former");
  expect(await past.numbers(former)).toEqual([99]);
}
