import type { Store } from "../store/store";
import type {
  Amounts,
  StoredBytes,
  UsageBranchDocument,
  UsageHourDocument,
  UsageProjectDocument,
} from "../store/usageDocuments";
import { nothingStored, nothingUsed, sum } from "./amounts";
import { hourOf, newHour, splitByHour, storedFrom, usedInHour } from "./hours";
import { periodOf } from "./period";
import { usageOfBranch, usageOfProject, usageHours, usageMonth } from "./storedUsage";

/** A compute that runs. */
export interface Awake {
  endpointId: string;
  branchId: string;
  projectId: string;
  /** Its size. Autoscaling is not simulated: a compute has its least size all the time. */
  cu: number;
  /** Counted until this moment. */
  countedMs: number;
}

/**
 * Counts what is used, per branch and hour and per project and billing period. It knows only what runs and what has changed since the
 * last `flush`; everything else is in the store. What happened since the last flush is lost when the process is killed.
 */
export class Meter {
  readonly #awake = new Map<string, Awake>();
  readonly #awakeOf = new Map<string, Set<Awake>>();
  readonly #resized = new Set<string>();
  readonly #branches = new Map<string, UsageBranchDocument>();
  readonly #hours = new Map<string, UsageHourDocument>();
  readonly #projects = new Map<string, UsageProjectDocument>();

  constructor(
    private readonly store: Store,
    private readonly anchorDay: number,
  ) {}

  /** A compute runs from this moment on. The answer is its project; nothing if the endpoint is gone. */
  woke(endpointId: string, atMs: number): string | undefined {
    const endpoint = this.store.get("endpoint", endpointId);
    if (!endpoint) return undefined;
    const { branch_id: branchId, project_id: projectId, autoscaling_limit_min_cu: cu } = endpoint;
    if (this.#awake.has(endpointId)) return projectId;
    this.countUntil(atMs, projectId);
    const awake = { endpointId, branchId, projectId, cu, countedMs: atMs };
    this.#awake.set(endpointId, awake);
    this.#awakeOf.set(projectId, (this.#awakeOf.get(projectId) ?? new Set()).add(awake));
    this.#active(projectId, atMs);
    return projectId;
  }

  fellAsleep(endpointId: string, atMs: number): string | undefined {
    const awake = this.#awake.get(endpointId);
    if (!awake) return undefined;
    this.countUntil(atMs, awake.projectId);
    this.#awake.delete(endpointId);
    const others = this.#awakeOf.get(awake.projectId);
    others?.delete(awake);
    if (others?.size === 0) this.#awakeOf.delete(awake.projectId);
    return awake.projectId;
  }

  branchOfAwake(endpointId: string): string | undefined {
    return this.#awake.get(endpointId)?.branchId;
  }

  awakeIn(projectId: string): readonly Awake[] {
    return [...(this.#awakeOf.get(projectId) ?? [])];
  }

  /** Counts what runs in a project, or everywhere, up to a moment: before anything else is noted of that moment. */
  countUntil(atMs: number, projectId?: string): void {
    const projectIds = projectId === undefined ? this.#awakeOf.keys() : [projectId];
    for (const id of projectIds) this.#count(id, atMs);
  }

  /** In order of time: once something is counted of a billing period, the one before is over. */
  #count(projectId: string, atMs: number): void {
    const awake = this.awakeIn(projectId);
    const running = awake.filter(({ countedMs }) => countedMs < atMs);
    const parts = running.flatMap((one) => splitByHour(one.countedMs, atMs).map((part) => ({ ...part, ...one })));
    for (const { branchId, hourMs, ms, cu } of parts.sort((a, b) => a.hourMs - b.hourMs)) {
      this.#use(branchId, projectId, hourMs, { activeMs: ms, computeMs: ms * cu });
    }
    if (running.length > 0) this.#active(projectId, atMs);
    for (const one of running) one.countedMs = atMs;
    for (const one of awake) this.#resize(one);
  }

  /** A compute whose size was changed counts with the new one from now on. */
  #resize(awake: Awake): void {
    const cu = this.store.get("endpoint", awake.endpointId)?.autoscaling_limit_min_cu ?? awake.cu;
    if (cu === awake.cu) return;
    awake.cu = cu;
    this.#resized.add(awake.projectId);
  }

  /** Projects whose running computes have changed their size since this was asked last. */
  takeResized(): string[] {
    const resized = [...this.#resized];
    this.#resized.clear();
    return resized;
  }

  /** Something was used at this moment. The answer is the branch's project, if the branch is known. */
  use(branchId: string, used: Partial<Amounts>, atMs: number): string | undefined {
    const projectId = this.#projectOf(branchId);
    if (projectId === undefined) return undefined;
    this.countUntil(atMs, projectId);
    this.#use(branchId, projectId, hourOf(atMs), used);
    if (used.writtenBytes) this.#restore(branchId, atMs);
    return projectId;
  }

  /** A branch holds so many bytes from this moment on. */
  sized(branchId: string, logicalSizeBytes: number, atMs: number): string | undefined {
    const projectId = this.#projectOf(branchId);
    if (projectId === undefined) return undefined;
    this.countUntil(atMs, projectId);
    const branch = this.branch(branchId, projectId, atMs);
    if (branch.deletedMs !== undefined) return projectId;
    this.#branches.set(branchId, { ...branch, logicalSizeBytes });
    this.#restore(branchId, atMs);
    return projectId;
  }

  /** A branch was deleted: it stores nothing any more, and what it used stays counted. */
  removed(branchId: string, atMs: number): void {
    const projectId = this.#projectOf(branchId);
    if (projectId === undefined) return;
    this.countUntil(atMs, projectId);
    const branch = this.branch(branchId, projectId, atMs);
    if (branch.deletedMs !== undefined) return;
    this.#branches.set(branchId, { ...branch, deletedMs: atMs });
    this.#restore(branchId, atMs);
  }

  #use(branchId: string, projectId: string, hourMs: number, used: Partial<Amounts>): void {
    const branch = this.branch(branchId, projectId, hourMs);
    this.#branches.set(branchId, {
      ...branch,
      used: sum(branch.used, used),
      writtenEverBytes: branch.writtenEverBytes + (used.writtenBytes ?? 0),
    });
    const project = this.project(projectId, hourMs);
    this.#projects.set(projectId, { ...project, used: sum(project.used, used) });
    this.#setHour(usedInHour(this.#hour(branch, hourMs), used));
  }

  /** Whether what the branch stores has changed. */
  #restore(branchId: string, atMs: number): void {
    const branch = this.#branches.get(branchId);
    if (!branch) return;
    const stored = this.#storedBy(branch);
    if (stored.root === branch.stored.root && stored.child === branch.stored.child) return;
    this.#setHour(storedFrom(this.#hour(branch, hourOf(atMs)), atMs, stored));
    this.#branches.set(branchId, { ...branch, stored });
  }

  #storedBy(branch: UsageBranchDocument): StoredBytes {
    const { logicalSizeBytes = 0, deletedMs, writtenEverBytes } = branch;
    if (deletedMs !== undefined) return nothingStored;
    const isChild = this.store.get("branch", branch.branch_id)?.parent_id !== undefined;
    return isChild
      ? { root: 0, child: Math.min(logicalSizeBytes, writtenEverBytes) }
      : { root: logicalSizeBytes, child: 0 };
  }

  #active(projectId: string, atMs: number): void {
    this.#projects.set(projectId, { ...this.project(projectId, atMs), lastActiveMs: atMs });
  }

  #projectOf(branchId: string): string | undefined {
    return (
      this.#branches.get(branchId)?.project_id ??
      this.store.get("branch", branchId)?.project_id ??
      usageOfBranch(this.store, branchId)?.project_id
    );
  }

  /** A project's counters in the billing period of this moment. */
  project(projectId: string, atMs: number): UsageProjectDocument {
    const periodStartMs = periodOf(atMs, this.anchorDay).startMs;
    const known = this.#projects.get(projectId) ?? usageOfProject(this.store, projectId);
    if (known && known.periodStartMs >= periodStartMs) return known;
    const lastActive = known?.lastActiveMs === undefined ? {} : { lastActiveMs: known.lastActiveMs };
    return { project_id: projectId, periodStartMs, used: nothingUsed, ...lastActive };
  }

  /** The same for a branch. */
  branch(branchId: string, projectId: string, atMs: number): UsageBranchDocument {
    const periodStartMs = periodOf(atMs, this.anchorDay).startMs;
    const known = this.#branches.get(branchId) ?? usageOfBranch(this.store, branchId);
    if (!known) return newBranchUsage(branchId, projectId, this.#createdMs(branchId) ?? atMs, periodStartMs);
    if (known.periodStartMs >= periodStartMs) return known;
    return { ...known, periodStartMs, used: nothingUsed };
  }

  #createdMs(branchId: string): number | undefined {
    const branch = this.store.get("branch", branchId);
    return branch && Date.parse(branch.created_at);
  }

  #hour(branch: UsageBranchDocument, hourMs: number): UsageHourDocument {
    const id = hourId(branch.branch_id, hourMs);
    return this.#hours.get(id) ?? this.store.get("usageHour", id) ?? newHour(branch.branch_id, hourMs, branch.stored);
  }

  #setHour(hour: UsageHourDocument): void {
    this.#hours.set(hourId(hour.branch_id, hour.hourMs), hour);
  }

  /** Every branch that the project has or had. */
  branchesOf(projectId: string): UsageBranchDocument[] {
    const stored = this.store
      .list("usageBranch", projectId)
      .map((branch) => this.#branches.get(branch.branch_id) ?? branch);
    const known = new Set(stored.map(({ branch_id }) => branch_id));
    const unsaved = [...this.#branches.values()].filter(
      (branch) => branch.project_id === projectId && !known.has(branch.branch_id),
    );
    return [...stored, ...unsaved];
  }

  /** The hours of a project in which something happened, by branch, each in order of time. */
  hoursOf(projectId: string, fromMs: number, toMs: number): Map<string, UsageHourDocument[]> {
    const hours = new Map(
      usageHours(this.store, projectId, fromMs, toMs).map((hour) => [hourId(hour.branch_id, hour.hourMs), hour]),
    );
    for (const [id, hour] of this.#hours) {
      if (this.#projectOf(hour.branch_id) === projectId) hours.set(id, hour);
    }
    const inTime = [...hours.values()].filter(({ hourMs }) => hourMs >= fromMs && hourMs < toMs);
    return Map.groupBy(
      inTime.sort((a, b) => a.hourMs - b.hourMs),
      ({ branch_id }) => branch_id,
    );
  }

  /** Writes everything that changed, in one transaction, and forgets what does not run. */
  flush(atMs: number): void {
    this.countUntil(atMs);
    if (this.#projects.size + this.#branches.size + this.#hours.size === 0) return;
    this.store.transaction(() => {
      for (const project of this.#projects.values()) this.store.put("usageProject", project.project_id, "", project);
      for (const branch of this.#branches.values()) {
        this.store.put("usageBranch", branch.branch_id, branch.project_id, branch);
      }
      for (const [id, hour] of this.#hours) {
        const projectId = this.#projectOf(hour.branch_id) ?? "";
        this.store.put("usageHour", id, usageMonth(projectId, hour.hourMs), hour);
      }
    });
    for (const changed of [this.#projects, this.#branches, this.#hours]) changed.clear();
  }
}

const hourId = (branchId: string, hourMs: number) => `${branchId}/${hourMs}`;

export function newBranchUsage(
  branchId: string,
  projectId: string,
  createdMs: number,
  periodStartMs: number,
): UsageBranchDocument {
  return {
    branch_id: branchId,
    project_id: projectId,
    createdMs,
    periodStartMs,
    used: nothingUsed,
    writtenEverBytes: 0,
    stored: nothingStored,
  };
}
