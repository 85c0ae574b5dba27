import fs from "node:fs";
import { readControlFile } from "../controlFile";
import type { Branch, BranchFollower, BranchTools } from "../branch";
import { copyRunning, isBeingCopied } from "../branchData";
import type { Cluster } from "../cluster";
import { SerialQueue } from "../serialQueue";
import { whole } from "./coldBase";
import { Bases } from "./bases";
import { expired, isBaseDue, surplus } from "./basePlan";
import { newestSegmentStart, pruneWal, walFolder } from "./walFiles";

/** How the history of branches is kept. */
export interface HistoryOptions {
  /** WAL, in bytes, after which a base is taken, so that restoring stays quick. Default 64 MiB. */
  refreshBytes?: number;
  /** How many bases a branch has at most. Default 6; at least 2. */
  maxBases?: number;
  /** How often an awake branch is looked after, in milliseconds. Default 1,000. */
  checkMs?: number;
}

const MIB = 1024 * 1024;
/** Neon's default of `history_retention_seconds` (createProject). */
const DEFAULT_RETENTION_SECONDS = 86_400;
const PRUNE_EVERY_CHECKS = 60;
const RETRY_AFTER_CHECKS = 10;

/** The past of one branch: its bases, and its WAL from the first of them on. */
export class History implements BranchFollower {
  readonly bases: Bases;
  readonly #queue = new SerialQueue();
  readonly #options: Required<HistoryOptions>;
  #timer: NodeJS.Timeout | undefined;
  #isBusy = false;
  #checks = 0;
  #retryAt = 0;
  #seenMtimeMs = 0;

  constructor(
    private readonly branch: Branch,
    private readonly tools: Pick<BranchTools, "account" | "folders" | "history" | "log">,
  ) {
    this.bases = new Bases(branch.files, tools.folders);
    this.#options = { refreshBytes: 64 * MIB, maxBases: 6, checkMs: 1_000, ...tools.history };
  }

  /** How far back the history goes, in milliseconds; 0: there is none. */
  get retentionMs(): number {
    return (this.branch.spec.retentionSeconds?.() ?? DEFAULT_RETENTION_SECONDS) * 1000;
  }

  /**
   * While this runs, no base comes or goes and no WAL is deleted. Work that holds the branch's Postgres may be done in it; nothing
   * that Postgres's start waits for may wait for it.
   */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    return this.#queue.run(work);
  }

  started(cluster: Cluster): void {
    this.#seenMtimeMs = 0;
    this.#retryAt = 0;
    this.#timer = setInterval(() => this.#check(cluster), this.#options.checkMs);
    this.#timer.unref();
  }

  async stopping(): Promise<void> {
    clearInterval(this.#timer);
  }

  ended(): void {
    clearInterval(this.#timer);
  }

  /** Deletes what is older than the history that is kept. Only inside `exclusive`. */
  async prune(): Promise<void> {
    const { data } = this.branch.files;
    if (isBeingCopied(data) || !this.branch.isMade) return;
    const bases = this.bases.list();
    const dropped = this.retentionMs === 0 ? bases : expired(bases, Date.now() - this.retentionMs);
    const kept = bases.filter((base) => !dropped.includes(base));
    const thinned = surplus(kept, this.#options.maxBases);
    for (const base of [...dropped, ...thinned]) await this.bases.remove(base);
    const first = kept.find((base) => !thinned.includes(base));
    const { redoLsn } = readControlFile(data);
    pruneWal(data, first && first.startLsn < redoLsn ? first.startLsn : redoLsn);
  }

  #check(cluster: Cluster): void {
    this.#checks += 1;
    if (this.#isBusy || !cluster.running || this.#checks < this.#retryAt) return;
    this.#isBusy = true;
    this.#care(cluster)
      .catch((error: unknown) => {
        this.#retryAt = this.#checks + RETRY_AFTER_CHECKS;
        this.#seenMtimeMs = 0;
        if (cluster.running) this.tools.log(`${this.branch.spec.branchId}: history: ${String(error)}`);
      })
      .finally(() => (this.#isBusy = false));
  }

  async #care(cluster: Cluster): Promise<void> {
    if (await this.#isBaseDue(cluster)) {
      await this.exclusive(async () => {
        await this.#refresh();
        await this.prune();
      });
    } else if (this.#checks % PRUNE_EVERY_CHECKS === 0) await this.exclusive(() => this.prune());
  }

  /** The folder changes with every segment that is begun, and only then is it read. */
  async #isBaseDue({ dataFolder }: Cluster): Promise<boolean> {
    if (this.retentionMs === 0) return false;
    const { mtimeMs } = await fs.promises.stat(walFolder(dataFolder));
    if (mtimeMs === this.#seenMtimeMs) return false;
    this.#seenMtimeMs = mtimeMs;
    return isBaseDue(this.bases.list().pop(), await newestSegmentStart(dataFolder), this.#options.refreshBytes);
  }

  /** A copy of the running branch, which serves its clients meanwhile. */
  async #refresh(): Promise<void> {
    if (!this.branch.cluster) return;
    await this.branch.using((cluster) =>
      this.bases.add(async (folder) => {
        const { timeline, startLsn, stopLsn, sizeBytes } = await copyRunning(cluster, folder, this.tools.account, {
          wal: false,
        });
        return { timeline, startLsn, sizeBytes, usableFrom: whole(stopLsn) };
      }),
    );
  }
}
