import type { Clock } from "../../clock";
import type { HeldOperations } from "../../faults/heldOperations";
import type { Operation, PendingDocument } from "../../store/documents";
import type { Store } from "../../store/store";
import type { ComputeRegistry } from "../computeRegistry";
import { type Random, secureRandom } from "../ids";
import { concludeWork } from "./concludeWork";
import { cleanUp, isMadeGood, performWork } from "./performWork";

type Log = (line: string) => void;

/**
 * Carries operations out: those of one project one after the other, those of different projects at the same time. What is left
 * to do is in the store, so a server that was killed goes on where it stopped.
 */
export class OperationRunner {
  readonly #projects = new Map<string, Promise<void>>();
  readonly #background = new Set<Promise<void>>();
  readonly #wakers = new Set<() => void>();
  /** Work under way. */
  readonly #works = new Set<Promise<unknown>>();
  readonly #whenIdle = new Map<string, (() => void)[]>();
  #closed = false;

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly computes: ComputeRegistry,
    private readonly log: Log,
    /** Injected faults: operations that hang. */
    private readonly held?: HeldOperations,
    private readonly random: Random = secureRandom,
  ) {}

  /** Goes on with everything that an earlier server left. */
  resume(): void {
    for (const projectId of new Set(this.store.all("pending").map((pending) => pending.project_id)))
      this.wake(projectId);
    for (const { id } of this.store.all("cleanup")) this.wakeCleanup(id);
  }

  /** To be called inside the transaction that wrote operations: they begin after it. */
  wake(projectId: string): void {
    setImmediate(() => {
      if (this.#closed || this.#projects.has(projectId)) return;
      const running = this.#runProject(projectId)
        .catch((error: unknown) => this.log(`operations of ${projectId}: ${String(error)}`))
        .finally(() => this.#projects.delete(projectId));
      this.#projects.set(projectId, running);
    });
  }

  /** The same for files to be removed that no operation stands for. */
  wakeCleanup(cleanupId: string): void {
    setImmediate(() => {
      if (this.#closed) return;
      const running = cleanUp(cleanupId, this.store, this.computes)
        .catch((error: unknown) => this.log(`clean-up ${cleanupId}: ${String(error)} (tried again at the next start)`))
        .finally(() => this.#background.delete(running));
      this.#background.add(running);
    });
  }

  /**
   * Calls `run`, in a transaction of its own, as soon as no operation of the project waits or runs. A server that stops before forgets
   * it.
   */
  whenIdle(projectId: string, run: () => void): void {
    this.#whenIdle.set(projectId, [...(this.#whenIdle.get(projectId) ?? []), run]);
    this.wake(projectId);
  }

  async #runProject(projectId: string): Promise<void> {
    while (!this.#closed) {
      const [next] = this.store.list("pending", projectId, { limit: 1 });
      if (next) await this.#runOperation(next);
      else if (!this.#runWaiting(projectId)) return;
    }
  }

  /** Whether somebody had waited for the project to be idle; it may have operations again then. */
  #runWaiting(projectId: string): boolean {
    const [run, ...rest] = this.#whenIdle.get(projectId) ?? [];
    if (!run) return false;
    if (rest.length) this.#whenIdle.set(projectId, rest);
    else this.#whenIdle.delete(projectId);
    try {
      this.store.transaction(run);
    } catch (error) {
      this.log(`${projectId}: ${String(error)}`);
    }
    return true;
  }

  async #runOperation(pending: PendingDocument): Promise<void> {
    const startedAt = this.clock.now();
    this.#change(pending.operation_id, { status: "running" });
    await this.held?.untilReleased(pending.operation_id);
    if (this.#closed) return;
    const [error] = await Promise.all([this.#noted(this.#work(pending)), this.#delay(pending.delay_ms)]);
    if (this.#closed) return;
    const durationMs = Math.max(0, this.clock.now().getTime() - startedAt.getTime());
    this.store.transaction(() => this.#finish(pending, error, durationMs));
  }

  async #noted<T>(work: Promise<T>): Promise<T> {
    this.#works.add(work);
    return work.finally(() => this.#works.delete(work));
  }

  /** Resolves when no work is under way any more: what is left waits for the clock, or for a fault to be released. */
  async worked(): Promise<void> {
    do {
      await Promise.allSettled([...this.#works, ...this.#background]);
      // What was asked for in the same turn begins in the next one.
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.#works.size + this.#background.size > 0);
  }

  /** The answer is what went wrong, if anything. */
  async #work(pending: PendingDocument): Promise<unknown> {
    const injected = pending.fails === undefined ? undefined : new Error(pending.fails);
    if (!pending.work || (injected && !isMadeGood(pending.work))) return injected;
    try {
      await performWork(pending.work, this.store, this.computes, { clock: this.clock, random: this.random });
      return injected;
    } catch (error) {
      if (!this.#closed) this.log(`operation ${pending.operation_id} (${pending.work.do}) failed: ${String(error)}`);
      return error ?? new Error("unknown");
    }
  }

  #finish(pending: PendingDocument, error: unknown, durationMs: number): void {
    const { store } = this;
    store.remove("pending", pending.operation_id);
    if (error === undefined) {
      this.#change(pending.operation_id, { status: "finished", total_duration_ms: durationMs });
      this.#conclude(pending, true);
      return;
    }
    const text = error instanceof Error ? error.message : "unknown error";
    this.#change(pending.operation_id, {
      status: "failed",
      error: text,
      failures_count: 1,
      total_duration_ms: durationMs,
    });
    this.#conclude(pending, false);
    for (const waiting of store.list("pending", pending.project_id)) {
      store.remove("pending", waiting.operation_id);
      this.#change(waiting.operation_id, { status: "cancelled" });
      this.#conclude(waiting, false);
      // What it stands for is deleted already.
      if (waiting.work?.do === "cleanup") this.wakeCleanup(waiting.work.cleanupId);
    }
  }

  #conclude({ work }: PendingDocument, isDone: boolean): void {
    if (work) concludeWork(work, isDone, this.store, this.clock.now().toISOString());
  }

  #change(operationId: string, change: Partial<Operation>): void {
    const operation = this.store.get("operation", operationId);
    if (!operation) return;
    const updatedAt = this.clock.now().toISOString();
    this.store.update("operation", operationId, { ...operation, ...change, updated_at: updatedAt });
  }

  /** Ends early when the runner is closed. */
  #delay(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        this.#wakers.delete(done);
        resolve();
      };
      this.#wakers.add(done);
      const cancel = this.clock.after(ms, done);
    });
  }

  /** Stops waiting; work in progress ends, what is not finished stays in the store. */
  async close(): Promise<void> {
    this.#closed = true;
    this.held?.releaseAll();
    for (const wake of [...this.#wakers]) wake();
    await Promise.allSettled([...this.#projects.values(), ...this.#background]);
  }
}
