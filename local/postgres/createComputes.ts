import fs from "node:fs";
import path from "node:path";
import { systemClock, type Clock } from "../clock";
import { Listeners } from "../proxy/listeners";
import { lockState } from "../store/stateLock";
import { openCertificateAuthority } from "../tls/certificateAuthority";
import { sharedDoorIdentity, type ServerIdentity } from "../tls/serverIdentity";
import type { Computes } from "../types";
import { postgresAccount } from "./account";
import { loadBinaries, type Binaries } from "./binaries";
import { emptyTrash } from "./branchFiles";
import { ComputeRegistry } from "./computes";
import { prepareFolders } from "./folders";
import type { HistoryOptions } from "./history/history";
import { removeHalfKept } from "./history/keptTemplates";
import { finishSwaps } from "./history/swap";
import { createLauncher } from "./launcher";
import { Templates } from "./templates";

export interface CreateComputesOptions {
  /** Where clusters, certificates and logs are kept (in `postgres/` and `tls/`). */
  stateFolder: string;
  /** The port of all endpoints; 0 = a free one. */
  pgPort: number;
  /** Serve connections without TLS too; default false, as at Neon. */
  allowPlaintext?: boolean;
  /** The longest time in milliseconds that any endpoint stays awake without connections; default: what each endpoint says. */
  idleMs?: number;
  /** How long a new connection may take to say what it wants, in milliseconds; default 15,000. */
  openingMs?: number;
  /** How often it is looked at what branches write and endpoints send, in milliseconds; default 1,000. */
  meterMs?: number;
  /** SQLSTATE of the errors that Neon's proxy gives itself: what its source says, or what a client was seen to get (53300). Default `XX000`. */
  proxyErrorSqlState?: string;
  /** How the history of branches is kept; default: bases of 64 MiB of WAL, at most 6. */
  history?: HistoryOptions;
  log?: (line: string) => void;
  clock?: Clock;
}

export interface LocalComputes extends Computes {
  /** PEM file of the CA to trust, for `sslrootcert`. */
  caFile: string;
  pgPort: number;
  /** Whether endpoints are reached by addresses of their own; if not (macOS), by 127.0.0.1 and their name. */
  hasOwnAddresses: boolean;
}

const OPENING_MS = 15_000;
const METER_MS = 1_000;

/** Real PostgreSQL for the local Neon: one postmaster per branch, started by the first connection through an endpoint's own door. */
export async function createComputes(options: CreateComputesOptions): Promise<LocalComputes> {
  const folder = path.join(path.resolve(options.stateFolder), "postgres");
  fs.mkdirSync(folder, { recursive: true, mode: 0o711 });
  const lock = lockState(folder);
  const undo: (() => void)[] = [() => lock.release()];
  try {
    return await open(options, undo);
  } catch (error) {
    for (const step of undo.reverse()) step();
    throw error;
  }
}

/** `undo` collects what has to be given back, in the order in which it was taken. */
async function open(options: CreateComputesOptions, undo: (() => void)[]): Promise<LocalComputes> {
  const { clock = systemClock, log = () => undefined } = options;
  const stateFolder = path.resolve(options.stateFolder);
  const account = postgresAccount();
  // Loading the certificate library takes as long as everything else here: meanwhile the kernel is asked about folders.
  const [folders, authority] = await Promise.all([
    prepareFolders(stateFolder, account).then((prepared) => {
      undo.push(() => fs.rmSync(prepared.sockets, { recursive: true, force: true }));
      return prepared;
    }),
    // Clients check certificates by the machine's time, whatever is the time here.
    openCertificateAuthority(path.join(stateFolder, "tls"), () => systemClock.now()),
  ]);
  finishSwaps(folders, log);
  removeHalfKept(folders);
  const launcher = await createLauncher(account);
  undo.push(() => launcher.close());
  const registry = new ComputeRegistry({
    clock,
    idleLimitMs: options.idleMs,
    meterMs: options.meterMs ?? METER_MS,
    sharedIdentity: once(() => sharedDoorIdentity(authority)),
    tools: {
      account,
      folders,
      launcher,
      authority,
      log,
      history: options.history,
      templates: new Templates({ account, folders, launcher }),
      binaries: oncePerMajor((major) => loadBinaries(major, { account, cacheFolder: folders.cache })),
    },
  });
  const listeners = await Listeners.open(options.pgPort, {
    routes: registry,
    allowPlaintext: options.allowPlaintext ?? false,
    openingMs: options.openingMs ?? OPENING_MS,
    errorSqlState: options.proxyErrorSqlState ?? "XX000",
    log,
  });
  registry.listenOn(listeners);
  const trash = emptyTrash(folders).catch((error: unknown) => log(`trash: ${String(error)}`));
  const close = once(async () => {
    await listeners.close();
    await Promise.all([registry.stopAll(), trash]);
    listeners.disconnect();
    for (const step of undo.reverse()) step();
  });
  const { caFile } = authority;
  return Object.assign(registry, { close, caFile, pgPort: listeners.port, hasOwnAddresses: listeners.hasOwnAddresses });
}

function once<T extends ServerIdentity | void>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** A missing version is looked for again the next time: it may have been installed meanwhile. */
function oncePerMajor(load: (major: number) => Promise<Binaries>): (major: number) => Promise<Binaries> {
  const loaded = new Map<number, Promise<Binaries>>();
  return (major) => {
    const present = loaded.get(major) ?? load(major);
    loaded.set(major, present);
    present.catch(() => loaded.delete(major));
    return present;
  };
}
