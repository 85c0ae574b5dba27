import { Command } from "commander";
import { table } from "../fleet/report/table";
import { startLocalNeon } from "../local";
import { BenchServer } from "./local/benchServer";
import { CONNECTIONS } from "./local/benchClient";
import { type LocalFigures, rounded, type Spread, spread } from "./local/localFigures";
import { naiveFirstConnects } from "./local/naiveFirstConnect";
import { restoreTime } from "./local/restoreTime";
import { thousandProjects } from "./local/thousandProjects";
import { median } from "./measure/median";
import { fail, positiveInteger, runBench, type BenchRun } from "./runBench";

interface LocalOptions {
  quick?: boolean;
  posts?: number;
  projects?: number;
  awake?: number;
  walMegabytes?: number;
}

const full = { posts: 5000, projects: 1000, awake: 50, walMegabytes: 1000, starts: 7, naive: 10 };
/** Enough to see that everything is measured, not for figures. */
const quick = { posts: 60, projects: 20, awake: 2, walMegabytes: 8, starts: 1, naive: 1 };
/** No base but the first is ever taken. */
const FIRST_BASE_ALONE = { refreshBytes: Number.MAX_SAFE_INTEGER };

const command = new Command("bench:local")
  .description("what the local Neon costs: time, memory and disk")
  .option("--quick", "small sizes, to see that it works")
  .option("--posts <n>", `projects made over ${CONNECTIONS} connections (default 5000)`, positiveInteger)
  .option(
    "--projects <n>",
    "projects of the instance whose memory and disk are measured (default 1000)",
    positiveInteger,
  )
  .option("--awake <n>", "those of them that are connected to (default 50)", positiveInteger)
  .option("--wal-megabytes <n>", "WAL that is written before the restore (default 1000)", positiveInteger);

async function measure({ options, say, signal }: BenchRun<LocalOptions>): Promise<LocalFigures> {
  const size = { ...(options.quick ? quick : full), ...options };
  const step = (what: string): void => {
    signal.throwIfAborted();
    say(what);
  };
  step("starting fresh instances");
  const startMs = await freshStarts(size.starts);
  step(`making ${size.posts} projects`);
  const projectsPerSecond = await postRate(size.posts);
  step(`connecting to ${size.awake} of ${size.projects} projects`);
  const many = await thousandProjects(size.projects, Math.min(size.awake, size.projects));
  step(`restoring after ${size.walMegabytes} MB of WAL`);
  const restored = await restoreTime(size.walMegabytes * 1e6);
  step("the same by replaying all of it");
  const replayed = await restoreTime(size.walMegabytes * 1e6, FIRST_BASE_ALONE);
  step("making clusters with initdb");
  const naive = await naiveFirstConnects(size.naive);
  const { secondsPerGigabyteOfWal, walBytes, databaseBytes } = restored;
  return {
    startMs,
    projectsPerSecond,
    ...many,
    restoreSecondsPerGigabyteOfWal: secondsPerGigabyteOfWal,
    walBytes,
    databaseBytes,
    naive: {
      firstConnectMs: spread(naive),
      restoreSecondsPerGigabyteOfWal: replayed.secondsPerGigabyteOfWal,
      walBytes: replayed.walBytes,
    },
  };
}

/** The median; the first one, which may make the cluster that all are copied from, does not count. */
async function freshStarts(count: number): Promise<number> {
  const times: number[] = [];
  for (let start = 0; start <= count; start += 1) {
    const before = performance.now();
    const neon = await startLocalNeon();
    times.push(performance.now() - before);
    await neon.close();
  }
  return rounded(median(times.slice(1)));
}

async function postRate(count: number): Promise<number> {
  const server = await BenchServer.start();
  try {
    // Validators are compiled with the first call.
    await server.client.projects(CONNECTIONS);
    const before = performance.now();
    await server.client.projects(count);
    return rounded(count / ((performance.now() - before) / 1000));
  } finally {
    await server.end();
  }
}

function text(figures: LocalFigures): string {
  const { thousandProjects: many, naive } = figures;
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
  const ms = ({ p50, p95 }: Spread): string => `${p50.toFixed(0)} / ${p95.toFixed(0)} ms`;
  const perGigabyte = (seconds: number): string => `${seconds.toFixed(1)} s`;
  return table(
    ["", "local Neon", "naive"],
    [
      ["fresh instance serves after", `${figures.startMs.toFixed(0)} ms`, ""],
      ["POST /projects per second", figures.projectsPerSecond.toFixed(0), ""],
      ["first connection, p50 / p95", ms(figures.firstConnectMs), ms(naive.firstConnectMs)],
      ["cold wake, p50 / p95", ms(figures.coldWakeMs), ""],
      [
        "restore in place, per GB of WAL",
        perGigabyte(figures.restoreSecondsPerGigabyteOfWal),
        perGigabyte(naive.restoreSecondsPerGigabyteOfWal),
      ],
      [
        `  of a database of ${megabytes(figures.databaseBytes)}, WAL`,
        megabytes(figures.walBytes),
        megabytes(naive.walBytes),
      ],
      [`memory, ${many.projects} projects, ${many.awake} awake`, megabytes(many.memoryBytes), ""],
      ["  of this, Postgres", megabytes(many.awakeMemoryBytes), ""],
      ["memory, all asleep", megabytes(many.asleepMemoryBytes), ""],
      [`disk, ${many.materialized} with a database`, megabytes(many.diskBytes), ""],
    ],
  );
}

runBench<LocalOptions, LocalFigures>(command, measure, { json: (figures) => figures, text }).catch(fail);
