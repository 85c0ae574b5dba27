import type { Operation } from "@neondatabase/api-client";
import { type NeonApi, NeonError, outcomeOf } from "../../provider/api";

export interface Following {
  tenant: string;
  api: Pick<NeonApi, "listOperations">;
  projectId: string;
  /** When the POST was answered, in milliseconds. */
  since: number;
}

export interface FollowerClock {
  now(): number;
  sleep(ms: number): Promise<void>;
}

const marginMs = 250;
const longestPauseMs = 5_000;
const remembered = 64;
/** Operations of one new project: two, and a few that Neon may add by itself. */
const page = 10;

/**
 * Follows the operations of new projects for the whole run, so that no engine process is held while Neon works. Each project is asked
 * about when, by what was seen so far, its operations should be over: one call per project as a rule.
 */
export class OperationFollower {
  private readonly seenMs: number[] = [];
  /** The first project's polling, while nothing was seen yet. */
  private scout: Promise<void> | undefined;

  constructor(
    private readonly clock: FollowerClock,
    private readonly limitMs = 600_000,
  ) {}

  /**
   * Resolves when every operation has ended well; throws `NEON_OPERATION_FAILED` or `NEON_OPERATION_TIMEOUT`. As long as nothing is known
   * of how long they take, one project is asked about and the others wait for what it teaches.
   */
  async follow(following: Following): Promise<void> {
    while (this.seenMs.length === 0 && this.scout) await this.scout.catch(() => undefined);
    if (this.seenMs.length > 0) return this.poll(following);
    this.scout = this.poll(following).finally(() => (this.scout = undefined));
    return this.scout;
  }

  private async poll({ tenant, api, projectId, since }: Following): Promise<void> {
    let pauseMs = this.expectedMs() - (this.clock.now() - since);
    for (;;) {
      await this.clock.sleep(Math.max(pauseMs, 0));
      const operations = await api.listOperations(projectId, page);
      const failed = operations.find(({ status }) => outcomeOf(status) === "failed");
      if (failed) throw failure(failed, tenant, projectId);
      const elapsedMs = this.clock.now() - since;
      if (operations.every(({ status }) => outcomeOf(status) === "ended")) return this.learn(operations);
      if (elapsedMs > this.limitMs) throw timeout(this.limitMs, tenant, projectId);
      pauseMs = Math.min(longestPauseMs, Math.max(marginMs, elapsedMs / 4));
    }
  }

  /** By the server's own clock, so that the pauses do not teach longer pauses. */
  private learn(operations: readonly Operation[]): void {
    const starts = operations.map(({ created_at }) => Date.parse(created_at));
    const ends = operations.map(({ updated_at }) => Date.parse(updated_at));
    const tookMs = Math.max(...ends) - Math.min(...starts);
    if (!Number.isFinite(tookMs) || tookMs < 0) return;
    this.seenMs.push(tookMs);
    if (this.seenMs.length > remembered) this.seenMs.shift();
  }

  /** Nine of ten projects were ready by then. */
  private expectedMs(): number {
    const sorted = [...this.seenMs].sort((a, b) => a - b);
    return (sorted[Math.floor(sorted.length * 0.9)] ?? 0) + marginMs;
  }
}

function failure(operation: Operation, tenant: string, projectId: string): NeonError {
  const said = operation.error ? `: ${operation.error}` : "";
  return new NeonError(
    "NEON_OPERATION_FAILED",
    `operation ${operation.action} of project ${projectId} ended as ${operation.status}${said}`,
    {
      tenant,
      hint: "Run the same command again: it brings the project to rest.",
    },
  );
}

function timeout(limitMs: number, tenant: string, projectId: string): NeonError {
  return new NeonError(
    "NEON_OPERATION_TIMEOUT",
    `the operations of project ${projectId} did not end within ${limitMs / 1000} s`,
    {
      tenant,
      hint: "Run the same command again: it goes on waiting.",
    },
  );
}
