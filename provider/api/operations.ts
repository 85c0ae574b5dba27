import type { Operation } from "@neondatabase/api-client";
import type { Clock } from "./clock";
import { NeonError, isNeonError } from "./errors";
import type { WaitOptions } from "./neonApi";
import { redact } from "./redact";

const DEFAULT_TIMEOUT_MS = 600_000;
const FIRST_POLL_MS = 100;
const LONGEST_POLL_MS = 2_000;
/** A new project or operation may not be found by the very next request. */
const POLLS_BEFORE_NOT_FOUND_COUNTS = 3;

export type OperationOutcome = "pending" | "ended" | "failed";

/** What a status means (`OperationStatus`). A status that is not known yet is waited for, and named when time is up. */
export function outcomeOf(status: string): OperationOutcome {
  switch (status) {
    case "finished":
    case "skipped":
    case "cancelled":
      return "ended";
    case "failed":
    case "error":
      return "failed";
    default:
      return "pending";
  }
}

/** The next interval: shorter when the last look showed a change, for the next step of a chain is often quick; longer when it did not. */
export function nextPollMs(previousMs: number, progressed: boolean): number {
  const next = progressed ? previousMs / 4 : previousMs * 1.6;
  return Math.min(LONGEST_POLL_MS, Math.max(FIRST_POLL_MS, Math.round(next)));
}

export interface OperationSource {
  /** The operations of `operationIds` as they are now; those it does not find are left out. */
  fetch(projectId: string, operationIds: readonly string[]): Promise<Operation[]>;
}

/** Waits for the operations of many projects; callers that wait for the same project share one request. */
export class OperationWatcher {
  readonly #source: OperationSource;
  readonly #clock: Clock;
  readonly #tenant: string | undefined;
  readonly #looks = new Map<string, Promise<Operation[]>>();
  /** Operations that mutations of this client started and that nobody has seen the end of, by project. */
  readonly #started = new Map<string, Map<string, Operation>>();

  constructor(source: OperationSource, clock: Clock, tenant?: string) {
    this.#source = source;
    this.#clock = clock;
    this.#tenant = tenant;
  }

  /** Remembers what a mutation started, so that {@link settleStarted} can wait for it. */
  note(operations: readonly Operation[]): void {
    for (const operation of operations) {
      const pending = this.#started.get(operation.project_id) ?? new Map<string, Operation>();
      if (outcomeOf(operation.status) === "pending") pending.set(operation.id, operation);
      else pending.delete(operation.id);
      if (pending.size > 0) this.#started.set(operation.project_id, pending);
      else this.#started.delete(operation.project_id);
    }
  }

  /** Forgets what was started in a project that is gone. */
  forget(projectId: string): void {
    this.#started.delete(projectId);
  }

  /**
   * Waits until what this client started in the project has ended, at most `timeoutMs`; how it ended is for those to hear who asked for it.
   * Never throws: at worst the next mutation meets a 423.
   */
  async settleStarted(projectId: string, timeoutMs: number): Promise<void> {
    const started = [...(this.#started.get(projectId)?.values() ?? [])];
    if (started.length === 0) return;
    try {
      await this.#follow(projectId, started, timeoutMs, () => undefined);
    } catch {
      this.forget(projectId);
    }
  }

  /** `waitForOperations` of {@link NeonApi}. */
  async wait(operations: readonly Operation[], options: WaitOptions = {}): Promise<void> {
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const throwFailed = (operation: Operation) => {
      throw this.#failed(operation);
    };
    const projectIds = [...new Set(operations.map((operation) => operation.project_id))];
    await Promise.all(
      projectIds.map((projectId) => {
        const own = operations.filter((operation) => operation.project_id === projectId);
        return this.#follow(projectId, own, timeoutMs, throwFailed);
      }),
    );
  }

  async #follow(
    projectId: string,
    operations: readonly Operation[],
    timeoutMs: number,
    onFailed: (operation: Operation) => void,
  ): Promise<void> {
    const startedAt = this.#clock.now();
    const pending = new Map(operations.map((operation) => [operation.id, operation]));
    const settle = (latest: readonly Operation[]): boolean => {
      let progressed = false;
      for (const operation of latest) {
        progressed ||= pending.get(operation.id)?.status !== operation.status;
        const outcome = outcomeOf(operation.status);
        if (outcome === "pending") pending.set(operation.id, operation);
        else pending.delete(operation.id);
        if (outcome === "failed") onFailed(operation);
      }
      return progressed;
    };
    settle(operations);
    let intervalMs = FIRST_POLL_MS;
    for (let polls = 1; pending.size > 0; polls += 1) {
      const leftMs = startedAt + timeoutMs - this.#clock.now();
      if (leftMs <= 0) throw this.#timedOut(projectId, [...pending.values()], timeoutMs);
      await this.#clock.sleep(Math.min(intervalMs, leftMs));
      const latest = await this.#look(projectId, [...pending.keys()], polls);
      const mine = latest.filter((operation) => pending.has(operation.id));
      intervalMs = nextPollMs(intervalMs, settle(mine));
    }
  }

  async #look(projectId: string, operationIds: readonly string[], polls: number): Promise<Operation[]> {
    const key = `${projectId} ${operationIds.join(" ")}`;
    const running = this.#looks.get(key) ?? this.#source.fetch(projectId, operationIds);
    this.#looks.set(key, running);
    try {
      const latest = await running;
      this.note(latest);
      return latest;
    } catch (error) {
      if (isNeonError(error) && error.code === "NEON_NOT_FOUND" && polls < POLLS_BEFORE_NOT_FOUND_COUNTS) return [];
      throw error;
    } finally {
      if (this.#looks.get(key) === running) this.#looks.delete(key);
    }
  }

  #failed(operation: Operation): NeonError {
    const reason = operation.error ? `: ${redact(operation.error)}` : ", and Neon gave no reason";
    return new NeonError(
      "NEON_OPERATION_FAILED",
      `the operation ${operation.action} (${operation.id}) of project ${operation.project_id} ended as ${operation.status}${reason}`,
      {
        tenant: this.#tenant,
        hint: "Run the same command again; if it fails again, give Neon's support the operation id.",
      },
    );
  }

  #timedOut(projectId: string, pending: readonly Operation[], timeoutMs: number): NeonError {
    const names = pending.map((operation) => `${operation.action} (${operation.id}) is ${operation.status}`).join(", ");
    return new NeonError(
      "NEON_OPERATION_TIMEOUT",
      `project ${projectId} was not ready after ${Math.round(timeoutMs / 1000)} s: ${names}`,
      { tenant: this.#tenant, hint: "Neon is still working on it; run the same command again." },
    );
  }
}
