import { type Clock, systemClock } from "../clock";
import type { ProjectDocument } from "../store/documents";
import type { Store } from "../store/store";
import type { Amounts } from "../store/usageDocuments";
import type { ComputeObserver } from "../types";
import type { Exceeded } from "./exceeded";
import { Meter } from "./meter";
import { type CompleteQuotaRules, completeQuotaRules, type QuotaRules } from "./quotaRules";
import { pruneHours } from "./pruneHours";
import { Quotas, type QuotaTools } from "./quotas";
import { monthText } from "./storedUsage";

export interface UsageOptions extends Pick<QuotaTools, "store" | "clock" | "suspend" | "limitWrites"> {
  rules?: QuotaRules;
  /** Milliseconds between two writes of what was counted, by the machine's time: a kill loses at most that. Default 5000. */
  flushMs?: number;
  /** Waits between two writes. Default: the machine's clock. */
  flushClock?: Clock;
  log?: (line: string) => void;
}

/** Usage that is not real: what has to be added to the counters by hand. */
export interface AddedUsage {
  projectId: string;
  branchId: string;
  used: Partial<Amounts>;
  /** Replaces the branch's logical size, until its Postgres is asked again. */
  logicalSizeBytes?: number;
}

/** What projects use: counted as it happens, held against their quotas, and kept. */
export class Usage implements ComputeObserver {
  readonly rules: CompleteQuotaRules;
  readonly meter: Meter;
  readonly quotas: Quotas;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: (line: string) => void;
  #cancelFlush: () => void = () => undefined;
  /** The month in which old hours were deleted last. */
  #prunedIn = "";

  constructor(options: UsageOptions) {
    const { store, clock, log = () => undefined } = options;
    this.rules = completeQuotaRules(options.rules);
    this.meter = new Meter(store, this.rules.periodAnchorDay);
    this.quotas = new Quotas({ ...options, meter: this.meter, rules: this.rules, log });
    [this.#store, this.#clock, this.#log] = [store, clock, log];
    this.#flushRegularly(options.flushClock ?? systemClock, options.flushMs ?? 5000);
  }

  #flushRegularly(clock: Clock, ms: number): void {
    this.#cancelFlush = clock.after(ms, () => {
      try {
        this.flush();
      } catch (error) {
        this.#log(`usage was not written: ${String(error)}`);
      }
      this.#flushRegularly(clock, ms);
    });
  }

  /** Writes what was counted. Not inside a transaction. */
  flush(): void {
    const nowMs = this.nowMs();
    this.meter.flush(nowMs);
    this.#prune(nowMs);
    // A quota is used up sooner by a larger compute.
    for (const projectId of this.meter.takeResized()) this.#look(projectId);
  }

  /** Once a month, and after every start. */
  #prune(nowMs: number): void {
    const month = monthText(nowMs);
    if (month === this.#prunedIn) return;
    this.#prunedIn = month;
    pruneHours(this.#store, nowMs);
  }

  nowMs(): number {
    return this.#clock.now().getTime();
  }

  refusal(endpointId: string): string | undefined {
    const endpoint = this.#store.get("endpoint", endpointId);
    const project = endpoint && this.#store.get("project", endpoint.project_id);
    return project && this.exceededOn(project, endpoint.branch_id)?.text;
  }

  /** Why a branch's computes may not run now. */
  exceededOn(project: ProjectDocument, branchId: string): Exceeded | undefined {
    return this.quotas.exceededOn(project, branchId);
  }

  woke(endpointId: string): void {
    this.#look(this.meter.woke(endpointId, this.nowMs()));
  }

  fellAsleep(endpointId: string): void {
    const branchId = this.meter.branchOfAwake(endpointId);
    const projectId = this.meter.fellAsleep(endpointId, this.nowMs());
    if (projectId === undefined || branchId === undefined) return;
    if (!this.meter.awakeIn(projectId).some((awake) => awake.branchId === branchId)) this.quotas.slept(branchId);
    this.#look(projectId);
  }

  transferred(endpointId: string, bytes: number): void {
    const branchId = this.meter.branchOfAwake(endpointId) ?? this.#store.get("endpoint", endpointId)?.branch_id;
    if (branchId !== undefined) this.#look(this.meter.use(branchId, { transferredBytes: bytes }, this.nowMs()));
  }

  wrote(branchId: string, bytes: number): void {
    this.#look(this.meter.use(branchId, { writtenBytes: bytes }, this.nowMs()));
  }

  sized(branchId: string, logicalSizeBytes: number): void {
    this.#look(this.meter.sized(branchId, logicalSizeBytes, this.nowMs()));
  }

  /** A branch and its data are gone: it stores nothing any more. */
  removed(branchId: string): void {
    this.meter.removed(branchId, this.nowMs());
  }

  /** Adds to the counters, with the same consequences as real use. Resolves when what had to be suspended sleeps. */
  async add({ projectId, branchId, used, logicalSizeBytes }: AddedUsage): Promise<void> {
    this.meter.use(branchId, used, this.nowMs());
    if (logicalSizeBytes !== undefined) this.meter.sized(branchId, logicalSizeBytes, this.nowMs());
    await this.quotas.look(projectId);
  }

  #look(projectId: string | undefined): void {
    if (projectId === undefined) return;
    this.quotas.look(projectId).catch((error: unknown) => this.#log(`${projectId}: ${String(error)}`));
  }

  /** To be called after a change of a project's quota. */
  quotaChanged(projectId: string): void {
    this.#look(projectId);
  }

  /** Once no compute runs any more. */
  close(): void {
    this.#cancelFlush();
    this.quotas.close();
    this.flush();
  }
}
