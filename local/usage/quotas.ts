import type { Clock } from "../clock";
import type { ProjectDocument } from "../store/documents";
import type { Store } from "../store/store";
import type { Amounts } from "../store/usageDocuments";
import { nothingUsed } from "./amounts";
import { type Exceeded, exceededBy, exceededBySize, hasQuota, msUntilExceeded, type Quota } from "./exceeded";
import type { Meter } from "./meter";
import { periodOf } from "./period";
import type { CompleteQuotaRules } from "./quotaRules";

export interface QuotaTools {
  store: Store;
  clock: Clock;
  meter: Meter;
  rules: CompleteQuotaRules;
  /** Puts a compute to sleep and ends its sessions. */
  suspend: (endpointId: string) => Promise<void>;
  /** Lets writes of a branch fail, or succeed again. */
  limitWrites: (branchId: string, isLimited: boolean) => Promise<void>;
  log: (line: string) => void;
}

/** The counters of a project as they were noticed last. */
interface Noticed {
  look: number;
  periodStartMs: number;
  used: Amounts;
  quota: Quota;
}

/**
 * Holds projects to their quotas. That a quota is used up is nowhere written down: it follows from the counters, so it ends by itself
 * with the billing period or a higher quota, and outlives a restart.
 */
export class Quotas {
  readonly #noticed = new Map<string, Noticed>();
  readonly #timers = new Map<string, () => void>();
  readonly #suspending = new Map<string, Promise<void>>();
  /** Whether writes of a branch fail, as far as its running Postgres has been told. */
  readonly #limited = new Map<string, boolean>();

  constructor(private readonly tools: QuotaTools) {}

  /** Why a branch's computes may not run now. */
  exceededOn(project: ProjectDocument, branchId: string): Exceeded | undefined {
    const { used, quota } = this.noticed(project);
    const bySize = this.tools.rules.logicalSize === "suspend" ? this.#tooLarge(project, branchId, quota) : undefined;
    return exceededBy(used, quota) ?? bySize;
  }

  #tooLarge(project: ProjectDocument, branchId: string, quota: Quota): Exceeded | undefined {
    if (quota.logical_size_bytes === 0) return undefined;
    const { logicalSizeBytes = 0 } = this.tools.meter.branch(branchId, project.id, this.#nowMs());
    return exceededBySize(logicalSizeBytes, quota);
  }

  /** What the project has used of its quotas in this billing period, as far as it has been noticed. */
  noticed(project: ProjectDocument): { used: Amounts; quota: Quota } {
    const { meter, rules } = this.tools;
    const nowMs = this.#nowMs();
    meter.countUntil(nowMs, project.id);
    const { quota } = project.settings;
    const { used } = meter.project(project.id, nowMs);
    if (rules.lagSeconds === 0) return { used, quota };
    const { startMs: periodStartMs } = periodOf(nowMs, rules.periodAnchorDay);
    const look = this.#lookAt(nowMs);
    const last = this.#noticed.get(project.id);
    const noticed = last && last.look >= look ? last : { look, periodStartMs, used, quota };
    this.#noticed.set(project.id, noticed);
    const isOver = rules.counterReset === "periodEnd" && noticed.periodStartMs < periodStartMs;
    return {
      used: isOver ? nothingUsed : noticed.used,
      quota: rules.changedQuota === "atOnce" ? quota : noticed.quota,
    };
  }

  #lookAt(atMs: number): number {
    return Math.floor(atMs / (this.tools.rules.lagSeconds * 1000));
  }

  /**
   * Suspends what must not run any more and sees to it that the next moment at which that may change is not missed. To be called
   * whenever something was used or a quota was changed. Resolves when what had to be suspended sleeps.
   */
  async look(projectId: string): Promise<void> {
    const { store, meter } = this.tools;
    this.#timers.get(projectId)?.();
    this.#timers.delete(projectId);
    const awake = meter.awakeIn(projectId);
    const project = awake.length > 0 ? store.get("project", projectId) : undefined;
    if (!project) return;
    const doomed = awake.filter(({ branchId }) => this.exceededOn(project, branchId));
    const { used, quota } = this.noticed(project);
    if (doomed.length < awake.length && hasQuota(quota)) this.#arm(project, used, quota);
    await Promise.all([
      ...doomed.map(({ endpointId }) => this.#suspend(endpointId)),
      ...[...new Set(awake.map(({ branchId }) => branchId))].map((id) => this.#limitWrites(project, id, quota)),
    ]);
  }

  /** Time alone may use up a quota, and it ends a billing period, which begins the counters anew. */
  #arm(project: ProjectDocument, used: Amounts, quota: Quota): void {
    const { clock, meter, rules } = this.tools;
    const nowMs = this.#nowMs();
    const sizes = meter.awakeIn(project.id).map(({ cu }) => cu);
    const untilNextLook = (this.#lookAt(nowMs) + 1) * rules.lagSeconds * 1000 - nowMs;
    const untilPeriodEnd = periodOf(nowMs, rules.periodAnchorDay).endMs - nowMs;
    const ms = rules.lagSeconds > 0 ? untilNextLook : Math.min(msUntilExceeded(used, quota, sizes), untilPeriodEnd);
    this.#timers.set(
      project.id,
      clock.after(ms, () => this.look(project.id)),
    );
  }

  #suspend(endpointId: string): Promise<void> {
    const running = this.#suspending.get(endpointId);
    if (running) return running;
    const { suspend, log } = this.tools;
    const suspended = suspend(endpointId)
      .catch((error: unknown) => log(`${endpointId}: could not be suspended: ${String(error)}`))
      .finally(() => this.#suspending.delete(endpointId));
    this.#suspending.set(endpointId, suspended);
    return suspended;
  }

  async #limitWrites(project: ProjectDocument, branchId: string, quota: Quota): Promise<void> {
    const { limitWrites, log, rules } = this.tools;
    if (rules.logicalSize !== "writesFail") return;
    const isLimited = this.#tooLarge(project, branchId, quota) !== undefined;
    if (isLimited === (this.#limited.get(branchId) ?? false)) return;
    this.#limited.set(branchId, isLimited);
    await limitWrites(branchId, isLimited).catch((error: unknown) => log(`${branchId}: ${String(error)}`));
  }

  /** Its Postgres may have stopped, and begins without a limit on writes. */
  slept(branchId: string): void {
    this.#limited.delete(branchId);
  }

  #nowMs(): number {
    return this.tools.clock.now().getTime();
  }

  close(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }
}
