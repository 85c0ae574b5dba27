import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { neonDocument } from "./api/apiDocument";
import { callerFinder, type LocalApiKey, type LocalOrganization } from "./api/callers";
import { serveApi } from "./api/serveApi";
import type { ControlRoutes } from "./api/controlRoutes";
import { createContext } from "./api/createContext";
import { handlers } from "./api/handlers/handlers";
import type { LatencyProfile } from "./api/operations/latency";
import { createRateLimiter } from "./api/rateLimit";
import { type RequestCount, RequestCounts } from "./api/requestCounts";
import type { AccessRules } from "./api/rules/accessRules";
import type { BranchRules } from "./api/rules/branchRules";
import type { ComputeRules } from "./api/rules/computeRules";
import { startTimetable } from "./api/dueWork";
import { createObserver, observerParts } from "./api/observer";
import type { ApiContext } from "./api/context";
import { type Clock, systemClock } from "./clock";
import { clockRoutes } from "./clockRoutes";
import { faultRoutes } from "./faults/faultRoutes";
import type { FaultRule } from "./faults/faultRule";
import { Faults, type LocalFaults } from "./faults/faults";
import { vocabularyOf } from "./faults/vocabulary";
import { type LocalClock, localClock } from "./localClock";
import { durationSeconds } from "./duration";
import { LocalNeonError } from "./localNeonError";
import { openClock } from "./openClock";
import { lockState } from "./store/stateLock";
import { rememberedPort, rememberPort } from "./rememberedPort";
import { Store } from "./store/store";
import type { Computes } from "./types";
import { type LocalUsage, localUsage } from "./usage/localUsage";
import type { QuotaRules } from "./usage/quotaRules";
import { usageRoutes } from "./usage/usageRoutes";

export interface LocalNeonOptions {
  /** Port of the API on 127.0.0.1. Default 0: a free one. */
  port?: number;
  /** Port of every endpoint's own loopback address. Default 0: a free one. */
  pgPort?: number;
  /** Holds metadata, data and the CA; may exist already. Default: a temporary folder that `close` removes. */
  stateFolder?: string;
  /** How long operations take: `none` (default) a few milliseconds, `neon` as measured at Neon. */
  latency?: LatencyProfile;
  /** What is not known for certain of Neon's branches and snapshots. Default: as described there. */
  branchRules?: BranchRules;
  /** What is not known for certain of Neon's projects, keys and organizations. Default: as described there. */
  accessRules?: AccessRules;
  /** What is not known for certain of Neon's computes. Default: as described there. */
  computeRules?: ComputeRules;
  /**
   * SQLSTATE of the errors that Neon's proxy gives itself: `XX000` as in its source (default), or for instance `53300`, which a client was
   * reported to get where a quota is used up.
   */
  proxyErrorSqlState?: string;
  /** Milliseconds between two looks at what branches write and computes send. Default 1000. */
  meterMs?: number;
  /** What is not known for certain of Neon's quotas. Default: as described there. */
  quotaRules?: QuotaRules;
  /** Neon's 700 requests in any minute for each account and 40 in any second for each route. Default false. */
  rateLimits?: boolean;
  /**
   * Where `rateLimits` is on: most requests for consumption in any minute for each account, all of those routes together. Neon's
   * documents name 30, the default; they were written before the present routes. 0: these routes have no limit of their own.
   */
  consumptionRateLimit?: number;
  /** Faults in force from the start. Default: none. */
  faults?: FaultRule[];
  /** Begins the chances of faults: the same seed and the same requests in the same order meet the same faults. Default 1. */
  faultSeed?: number;
  /** Seconds without connections before a compute stops, where `suspend_timeout_seconds` is 0. Default 300. */
  idleSeconds?: number;
  /** Accept connections to Postgres without TLS. Default false. */
  allowPlaintext?: boolean;
  /** Refuse fields that Neon's document does not name, in requests and in answers: for tests. Default false. */
  closed?: boolean;
  /** Default: one organization on the Scale plan. */
  organizations?: LocalOrganization[];
  /** Default: the personal key `local` of the first organization, which requests need not name. */
  apiKeys?: LocalApiKey[];
  /** Gets one line for each request and event; never a password or key. Default: none. */
  log?: (line: string) => void;
  /** What time goes by before it is moved. Default: the machine's clock. */
  clock?: Clock;
  /** Moves the clock forward before anything is served: a duration (`30d`) or a moment to come (`2027-01-01T00:00:00Z`). */
  startAt?: string;
}

export interface LocalNeon {
  /** Base URL for clients: `http://127.0.0.1:<port>/api/v2`. */
  apiHost: string;
  /** The first of the accepted keys. */
  apiKey: string;
  /** The first organization. */
  orgId: string;
  pgPort: number;
  /** Absolute path of the CA certificate of the Postgres side. */
  caFile: string;
  stateFolder: string;
  pid: number;
  /** Faults to be injected into the API; other processes reach them at `/_local/faults`. */
  faults: LocalFaults;
  /** Its time, which can be moved; other processes reach it at `/_local/clock`. */
  clock: LocalClock;
  /** Usage that is added by hand; other processes reach it at `/_local/usage`. */
  usage: LocalUsage;
  /** How often each operation was asked for since the start, by its id in Neon's document; also at `/_local/requests`. */
  requests(): Record<string, RequestCount>;
  /** Stops everything; a temporary state folder is removed. */
  close(): Promise<void>;
}

export type CreateComputes = (options: {
  stateFolder: string;
  pgPort: number;
  allowPlaintext?: boolean;
  proxyErrorSqlState?: string;
  meterMs?: number;
  log?: (line: string) => void;
  /** Neon's time: PostgreSQL and certificates go by the machine's. */
  clock: Clock;
}) => Promise<PostgresSide>;

export interface PostgresSide extends Computes {
  /** Absolute path of the CA certificate. */
  caFile: string;
  pgPort: number;
  /** False where a system has no loopback address but 127.0.0.1 (macOS). Default true. */
  hasOwnAddresses?: boolean;
}

/** Things to undo, last first; a failure of one does not keep the others from being undone. */
class Teardown {
  readonly #steps: (() => unknown)[] = [];
  #done: Promise<void> | undefined;

  add(step: () => unknown): void {
    this.#steps.push(step);
  }

  run(): Promise<void> {
    return (this.#done ??= this.#run());
  }

  async #run(): Promise<void> {
    const errors: unknown[] = [];
    for (const step of this.#steps.reverse()) {
      try {
        await step();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length) throw errors[0];
  }
}

/** The whole local Neon over any Postgres side. */
export async function startServer(options: LocalNeonOptions, createComputes: CreateComputes): Promise<LocalNeon> {
  const teardown = new Teardown();
  try {
    return await start(options, createComputes, teardown);
  } catch (error) {
    await teardown.run().catch(() => undefined);
    throw error;
  }
}

async function start(
  options: LocalNeonOptions,
  createComputes: CreateComputes,
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
  const { faultSeed: seed = 1 } = options;
  const faults = new Faults({ vocabulary, clock, seed, log });
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
  const control: ControlRoutes = {
    ...faultRoutes(faults, vocabulary),
    ...clockRoutes(time),
    ...usageRoutes(usage),
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
    control,
    log,
  });
  const port = await listen(server, options.port ?? 0);
  context.runner.resume();
  startTimetable(context);
  if (options.startAt !== undefined) await startTimeAt(options.startAt, time);
  return {
    apiHost: `http://127.0.0.1:${port}/api/v2`,
    apiKey: apiKeys[0]?.key ?? "",
    orgId: organizations[0]?.id ?? "",
    pgPort: computes.pgPort,
    caFile: computes.caFile,
    stateFolder,
    pid: process.pid,
    faults,
    clock: time,
    usage,
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

async function listen(server: http.Server, port: number): Promise<number> {
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new LocalNeonError(
      "LOCAL_PORT_IN_USE",
      `Port ${port} of 127.0.0.1 is taken.`,
      "Choose another one with --port, or 0 for a free one.",
    );
  }
  return (server.address() as AddressInfo).port;
}

async function stopServer(server: http.Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
