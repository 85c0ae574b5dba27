import type { ComputeObserver } from "../types";
import type { Branch, BranchFollower } from "./branch";
import type { Cluster } from "./cluster";
import { readControlFile } from "./controlFile";
import { logicalSizeOf, walPositionOf } from "./history/measures";
import { asAdmin, SYSTEM_DATABASE, type AdminSession } from "./sql";

/** How long the last look before a stop may take. */
const PATIENCE_MS = 2_000;
/** Sizes are read from the file system, file by file: looking must stay a small part of the time. */
const REST_FACTOR = 20;

/**
 * Measures what one branch writes and holds, in one session of its own that lasts as long as the branch is in use. The session is
 * `cloud_admin`'s, as that of Neon's own monitor is, and keeps nothing awake.
 */
export class BranchMeter implements BranchFollower {
  #cluster: Cluster | undefined;
  #session: OpenSession | undefined;
  #looking: Promise<void> | undefined;
  /** Position in the WAL up to which was told. */
  #told = 0n;
  #sizedAt = -1n;
  #nextSizeMs = 0;

  constructor(
    private readonly branch: Branch,
    private readonly observer: () => ComputeObserver,
    private readonly isUsed: () => boolean,
  ) {}

  /** What recovery and the making of the branch wrote lies before this. */
  started(cluster: Cluster): void {
    this.#cluster = cluster;
    this.#sizedAt = -1n;
    this.#told = readControlFile(cluster.dataFolder).checkpointLsn;
  }

  async stopping(): Promise<void> {
    this.#nextSizeMs = 0;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, PATIENCE_MS)));
    await Promise.race([this.#lookAfterAll(), late]);
    clearTimeout(timer);
    this.#dropSession();
  }

  ended(): void {
    this.#cluster = undefined;
    this.#dropSession();
  }

  /** Looks if somebody can have written since the last time. */
  tick(): void {
    if (!this.#cluster) return;
    if (this.isUsed()) void this.#look();
    else this.#dropSession();
  }

  /** Once more if a look is under way: it may have begun before the last write. */
  async #lookAfterAll(): Promise<void> {
    await this.#looking;
    await this.#look();
  }

  #look(): Promise<void> {
    return (this.#looking ??= this.#measure()
      .catch(() => this.#dropSession())
      .finally(() => (this.#looking = undefined)));
  }

  async #measure(): Promise<void> {
    const cluster = this.#cluster;
    if (!cluster) return;
    this.#session ??= new OpenSession(cluster);
    const session = await this.#session.opened;
    const lsn = await walPositionOf(session);
    if (this.#cluster !== cluster) return;
    const bytes = lsn - this.#told;
    this.#told = lsn;
    if (bytes > 0n) this.observer().wrote(this.branch.spec.branchId, Number(bytes));
    if (lsn !== this.#sizedAt && performance.now() >= this.#nextSizeMs) await this.#size(session, lsn);
  }

  async #size(session: AdminSession, lsn: bigint): Promise<void> {
    const began = performance.now();
    const bytes = await logicalSizeOf(session);
    const ended = performance.now();
    this.#nextSizeMs = ended + (ended - began) * REST_FACTOR;
    this.#sizedAt = lsn;
    this.observer().sized(this.branch.spec.branchId, bytes);
  }

  #dropSession(): void {
    this.#session?.close();
    this.#session = undefined;
  }
}

/** A session that stays open until it is told to close. */
class OpenSession {
  readonly opened: Promise<AdminSession>;
  #close: () => void = () => undefined;

  constructor(cluster: Cluster) {
    const closed = new Promise<void>((resolve) => (this.#close = resolve));
    this.opened = new Promise((resolve, reject) => {
      const work = async (session: AdminSession) => {
        resolve(session);
        await closed;
      };
      asAdmin(cluster, SYSTEM_DATABASE, work).catch(reject);
    });
    // Whoever measures meets the failure; a session that was never used has nobody to tell.
    this.opened.catch(() => undefined);
  }

  close(): void {
    this.#close();
  }
}
