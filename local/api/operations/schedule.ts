import type { Operation, Work } from "../../store/documents";
import { locked } from "../apiError";
import type { ApiContext } from "../context";
import { type Action, delayOf } from "./latency";

export interface Step {
  action: Action;
  branchId?: string;
  endpointId?: string;
  work?: Work;
  /** The first start of a new compute takes longer. */
  firstStart?: boolean;
  /** The least time it takes, in milliseconds. Default: as the latency profile says. */
  delayMs?: number;
}

/** Refuses with 423 while an operation of the project has not ended. */
export function requireUnlocked(context: ApiContext, projectId: string): void {
  if (context.store.count("pending", projectId) > 0) throw locked();
}

/**
 * Writes a chain of operations, the first one running and the others waiting for it, as part of the request's transaction. They
 * begin when that is over.
 */
export function schedule(context: ApiContext, projectId: string, wanted: Step[]): Operation[] {
  const { store, random } = context;
  const times = new OperationTimes(context, projectId);
  const steps = [...unarchiveSteps(context, wanted), ...wanted];
  const operations = steps.map((step, position): Operation => {
    const createdAt = times.next();
    const operation: Operation = {
      id: random.uuid(),
      project_id: projectId,
      ...(step.branchId ? { branch_id: step.branchId } : {}),
      ...(step.endpointId ? { endpoint_id: step.endpointId } : {}),
      action: step.action,
      status: position === 0 ? "running" : "scheduling",
      failures_count: 0,
      created_at: createdAt,
      updated_at: createdAt,
      total_duration_ms: 0,
    };
    store.insert("operation", operation.id, projectId, operation);
    store.insert("pending", operation.id, projectId, {
      operation_id: operation.id,
      project_id: projectId,
      delay_ms: step.delayMs ?? delayOf(context.latency, step.action, step.firstStart),
      work: step.work,
      ...context.strikeOperation?.({ id: operation.id, projectId, action: step.action }),
    });
    return operation;
  });
  if (operations.length) context.runner.wake(projectId);
  return operations;
}

/** What an archived branch need not be brought back for. */
const leavesArchived = new Set<Action>([
  "suspend_compute",
  "delete_timeline",
  "timeline_archive",
  "timeline_unarchive",
]);

/** Whoever uses an archived branch brings it back, as at Neon. */
function unarchiveSteps({ store }: ApiContext, steps: Step[]): Step[] {
  const used = new Set(
    steps.flatMap(({ action, branchId }) => (branchId && !leavesArchived.has(action) ? [branchId] : [])),
  );
  return [...used].flatMap((branchId) =>
    store.get("branch", branchId)?.state === "archived" ? [unarchiveStep(branchId)] : [],
  );
}

export const unarchiveStep = (branchId: string): Step => ({
  action: "timeline_unarchive",
  branchId,
  work: { do: "unarchive", branchId },
});

/** Times of creation are the cursor of the list of operations, so no two of a project are alike: microseconds count up. */
class OperationTimes {
  #lastMicros: number;
  readonly #nowMicros: number;

  constructor(context: ApiContext, projectId: string) {
    const [newest] = context.store.list("operation", projectId, { newestFirst: true, limit: 1 });
    this.#lastMicros = newest ? microsOf(newest.created_at) : 0;
    this.#nowMicros = context.clock.now().getTime() * 1000;
  }

  next(): string {
    this.#lastMicros = Math.max(this.#lastMicros + 1, this.#nowMicros);
    const ms = Math.floor(this.#lastMicros / 1000);
    const fraction = String(this.#lastMicros % 1000).padStart(3, "0");
    return new Date(ms).toISOString().replace("Z", `${fraction}Z`);
  }
}

function microsOf(time: string): number {
  return Date.parse(time) * 1000 + Number(/\.\d{3}(\d{3})Z$/.exec(time)?.[1] ?? 0);
}
