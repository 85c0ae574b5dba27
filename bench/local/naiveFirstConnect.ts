import { execFile } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { asAccount, give, postgresAccount } from "../../local/postgres/account";
import { loadBinaries } from "../../local/postgres/binaries";
import { BranchLog } from "../../local/postgres/branchLog";
import { Cluster } from "../../local/postgres/cluster";
import { prepareFolders } from "../../local/postgres/folders";
import { createLauncher } from "../../local/postgres/launcher";
import { asAdmin, SYSTEM_DATABASE } from "../../local/postgres/sql";
import { benchFolder } from "./benchServer";

const run = promisify(execFile);
const MAJOR = 17;

/** Milliseconds from nothing to the first answer, with a cluster that is made for this one project. */
export async function naiveFirstConnects(samples: number): Promise<number[]> {
  const folder = benchFolder();
  mkdirSync(path.join(folder, "postgres"), { mode: 0o711 });
  const account = postgresAccount();
  const folders = await prepareFolders(folder, account);
  const launcher = await createLauncher(account);
  try {
    const binaries = await loadBinaries(MAJOR, { account, cacheFolder: folders.cache });
    const times: number[] = [];
    for (let sample = 1; sample <= samples; sample += 1) {
      const dataFolder = path.join(folders.clusters, `data-${sample}`);
      const before = performance.now();
      mkdirSync(dataFolder, { mode: 0o700 });
      give(dataFolder, account);
      const initdb = [
        "-D",
        dataFolder,
        "-U",
        "cloud_admin",
        "-A",
        "trust",
        "--locale=C",
        "-E",
        "UTF8",
        "--wal-segsize=1",
      ];
      await run(binaries.initdb, initdb, { ...asAccount(account), cwd: "/" });
      const log = new BranchLog(path.join(folder, "log"));
      const cluster = await Cluster.start({ dataFolder, binaries, launcher, log, socketFolder: folders.sockets });
      try {
        await makeOwner(cluster);
        await connect(cluster);
        times.push(performance.now() - before);
      } finally {
        await cluster.stop();
      }
    }
    return times;
  } finally {
    launcher.close();
    for (const used of [folders.sockets, folder]) rmSync(used, { recursive: true, force: true });
  }
}

function makeOwner(cluster: Cluster): Promise<void> {
  return asAdmin(cluster, SYSTEM_DATABASE, async (session) => {
    await session.run("CREATE ROLE owner LOGIN PASSWORD 'secret'");
    await session.run("CREATE DATABASE app OWNER owner");
  });
}

async function connect({ socketFolder: host, port }: Cluster): Promise<void> {
  const client = new Client({ host, port, user: "owner", password: "secret", database: "app" });
  await client.connect();
  await client.query("SELECT 1");
  await client.end();
}
