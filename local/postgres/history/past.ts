import crypto from "node:crypto";
import fs from "node:fs";
import type { HistoryBounds, Moment } from "../../types";
import type { Branch, BranchTools } from "../branch";
import { makeBranchFolder } from "../branchFiles";
import { lsnText } from "../controlFile";
import { dumpSchema } from "./dumpSchema";
import { findPgDump } from "./findPgDump";
import { earliestLsn, earliestMs, targetOf, type BranchFinder } from "./locate";
import { readMade, type Origin } from "./madeRecord";
import { recover } from "./recover";
import { restoreInPlace, type InPlaceRestore } from "./restoreInPlace";
import { createSnapshot, removeSnapshot, type SnapshotFacts } from "./snapshots";
import { stagedFiles } from "./swap";

/** What is done with the past of all branches. */
export class Past implements BranchFinder {
  readonly #works = new Set<Promise<unknown>>();

  constructor(
    private readonly branches: ReadonlyMap<string, Branch>,
    private readonly tools: BranchTools,
  ) {}

  byId(branchId: string): Branch | undefined {
    return this.branches.get(branchId);
  }

  /** Nearly always in the branch where it was; a restore in place moves it to another one of the project. */
  withData(origin: Origin, projectId: string): Branch | undefined {
    const has = (branch: Branch | undefined) => branch && readMade(branch.files)?.dataId === origin.dataId;
    const known = this.branches.get(origin.branchId);
    if (has(known)) return known;
    return [...this.branches.values()].find((branch) => branch.spec.projectId === projectId && has(branch));
  }

  restore(branch: Branch, restore: InPlaceRestore): Promise<void> {
    return this.#during(restoreInPlace(branch, restore, this.tools, this));
  }

  async boundsOf(branch: Branch): Promise<HistoryBounds> {
    await branch.materialize();
    const nowMs = Date.now();
    const fromMs = Math.max(nowMs - branch.history.retentionMs, Math.min(nowMs, earliestMs(branch, this)));
    const headLsn = (await branch.walPosition()) ?? 0n;
    const fromLsn = (branch.history.retentionMs > 0 ? earliestLsn(branch, this) : undefined) ?? headLsn;
    return { from: new Date(fromMs), fromLsn: lsnText(fromLsn), headLsn: lsnText(headLsn) };
  }

  /** The branch may be gone where the snapshot is made already. */
  createSnapshot(snapshotId: string, branch: () => Branch, at: Moment | undefined): Promise<SnapshotFacts> {
    return this.#during(createSnapshot(snapshotId, branch, at, this.tools, this));
  }

  removeSnapshot(snapshotId: string): Promise<void> {
    return removeSnapshot(snapshotId, this.tools.folders);
  }

  dumpSchema(branch: Branch, database: string, at: Moment | undefined): Promise<string> {
    return this.#during(this.#dump(branch, database, at));
  }

  /** What is under way has ended, well or badly. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#works);
  }

  async #dump(branch: Branch, database: string, at: Moment | undefined): Promise<string> {
    const pgDump = await findPgDump(branch.spec.pgVersion);
    const target = targetOf(at);
    if (!target) return branch.using((cluster) => dumpSchema(cluster, database, pgDump));
    const files = stagedFiles(`dump-${crypto.randomUUID()}`, this.tools.folders);
    makeBranchFolder(files);
    try {
      const { cluster } = await recover(branch, target, files, this.tools, this);
      try {
        return await dumpSchema(cluster, database, pgDump);
      } finally {
        await cluster.stop();
      }
    } finally {
      await fs.promises.rm(files.folder, { recursive: true, force: true });
    }
  }

  async #during<T>(work: Promise<T>): Promise<T> {
    this.#works.add(work);
    try {
      return await work;
    } finally {
      this.#works.delete(work);
    }
  }
}
