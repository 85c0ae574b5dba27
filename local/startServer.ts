import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { neonDocument } from "./api/apiDocument";
import { callerFinder } from "./api/callers";
import { serveApi } from "./api/serveApi";
import type { ControlRoutes } from "./api/controlRoutes";
import { createContext } from "./api/createContext";
import { handlers } from "./api/handlers/handlers";
import { Insider } from "./api/insider";
import { createRateLimiter } from "./api/rateLimit";
import { RequestCounts } from "./api/requestCounts";
import { startTimetable } from "./api/dueWork";
import { createObserver, observerParts } from "./api/observer";
import type { ApiContext } from "./api/context";
import { systemClock } from "./clock";
import { clockRoutes } from "./clockRoutes";
import { faultRoutes } from "./faults/faultRoutes";
import { Faults } from "./faults/faults";
import { vocabularyOf } from "./faults/vocabulary";
import { type LocalClock, localClock } from "./localClock";
import { durationSeconds } from "./duration";
import { openClock } from "./openClock";
import { seeder } from "./seed/seeder";
import { lockState } from "./store/stateLock";
import { rememberedPort, rememberPort } from "./rememberedPort";
import { Store } from "./store/store";
import { localUsage } from "./usage/localUsage";
import { usageRoutes } from "./usage/usageRoutes";
import { listen, stopServer } from "./apiServer";
import type { LocalNeon } from "./localNeon";
import type { LocalNeonOptions } from "./localNeonOptions";
import type { CreateComputes, PostgresSide } from "./postgresSide";
import { Teardown } from "./teardown";

export type { LocalNeon } from "./localNeon";
export type { LocalNeonOptions } from "./localNeonOptions";
export type { CreateComputes, PostgresSide } from "./postgresSide";

/** The whole local Neon over any Postgres side. */
export async function startServer(
  options: LocalNeonOptions,
  createComputes: CreateComputes,
  ownRoutes: ControlRoutes = {},
): Promise<LocalNeon> {
  const teardown = new Teardown();
  try {
    return await start(options, createComputes, ownRoutes, teardown);
  } catch (error) {
    await teardown.run().catch(() => undefined);
    throw error;
  }
}

async function start(
  options: LocalNeonOptions,
  createComputes: CreateComputes,
  ownRoutes: ControlRoutes,
  teardown: Teardown,
): Promise<LocalNeon> {
  const log = options.log ?? (() => undefined);
  // The clock and the teardown need what is made with them.
  const later: { context?: ApiContext } = {};
  const stateFolder = prepareFolder(options.stateFolder, teardown);
  const lock = lockState(stateFolder);
  teardown.add(() => lock.release());
  const store = new Store(path.join(stateFolder, "neon.sqlite"));
  teardown.add(() => store.close());
  // The API answers until Postgres has stopped: as long as it does, the folder is in use.
  const server = http.createServer();
  teardown.add(() => stopServer(server));
  const { allowPlaintext, proxyErrorSqlState, meterMs } = options;
  const pgPort = options.pgPort || rememberedPort(stateFolder);
  const clock = openClock(store, options.clock ?? systemClock, async () => later.context?.runner.worked());
  // When no compute runs any more: the last of them has been counted by then.
  teardown.add(() => later.context?.usage.close());
  const computes = await createComputes({
    stateFolder,
    pgPort,
    allowPlaintext,
    proxyErrorSqlState,
    meterMs,
    log,
    clock,
  });
  teardown.add(() => computes.close());
  rememberPort(stateFolder, computes.pgPort);
  const document = neonDocument();
  const vocabulary = vocabularyOf(document);
  const faults = new Faults({ vocabulary, clock, seed: options.faultSeed ?? 1, log });
  for (const rule of options.faults ?? []) faults.add(rule);
  const { held } = faults;
  const context = createContext({ ...options, ...computesFacts(computes), store, computes, log, held, clock });
  later.context = context;
  computes.observe(createObserver(observerParts(context)));
  teardown.add(() => context.runner.close());
  teardown.add(() => context.timetable.close());
  teardown.add(() => faults.close());
  const [failure] = await context.computes.registerAll();
  if (failure) throw failure.error;

  const { apiKeys, organizations } = context;
  const counts = new RequestCounts();
  const time = localClock(clock);
  const usage = localUsage(context.usage, store);
  const insider = new Insider();
  const control: ControlRoutes = {
    ...faultRoutes(faults, vocabulary),
    ...clockRoutes(time),
    ...usageRoutes(usage),
    ...ownRoutes,
    "GET /_local/requests": () => ({ status: 200, body: counts.all() }),
  };
  serveApi(server, {
    document,
    handlers,
    context,
    authenticate: callerFinder(context),
    limitRate: options.rateLimits ? createRateLimiter(options.consumptionRateLimit) : undefined,
    closed: options.closed,
    counts,
    faults,
    insider,
    control,
    log,
  });
  const port = await listen(server, options.port ?? 0);
  context.runner.resume();
  startTimetable(context);
  if (options.startAt !== undefined) await startTimeAt(options.startAt, time);
  const apiHost = `http://127.0.0.1:${port}/api/v2`;
  const seed = seeder({ apiHost, document, organizations, insider });
  const seeded = options.seed === undefined ? undefined : await seed(options.seed);
  return {
    apiHost,
    apiKey: apiKeys[0]?.key ?? "",
    orgId: organizations[0]?.id ?? "",
    pgPort: computes.pgPort,
    caFile: computes.caFile,
    stateFolder,
    pid: process.pid,
    faults,
    clock: time,
    usage,
    hasOwnAddresses: context.hasOwnAddresses,
    organizations,
    seeded,
    seed,
    requests: () => counts.all(),
    close: () => teardown.run(),
  };
}

/** A duration is counted from the machine's time, so that starting again does not add it once more. */
async function startTimeAt(startAt: string, clock: LocalClock): Promise<void> {
  const seconds = durationSeconds(startAt);
  if (seconds !== undefined) await clock.advance(Math.max(0, seconds - clock.aheadSeconds));
  else if (!(Date.parse(startAt) <= clock.now().getTime())) await clock.moveTo(startAt);
}

const computesFacts = ({ pgPort, caFile, hasOwnAddresses = true }: PostgresSide) => ({
  pgPort,
  caFile,
  hasOwnAddresses,
});

function prepareFolder(wanted: string | undefined, teardown: Teardown): string {
  if (wanted !== undefined) {
    fs.mkdirSync(wanted, { recursive: true, mode: 0o700 });
    return path.resolve(wanted);
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "local-neon-"));
  teardown.add(() => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}
