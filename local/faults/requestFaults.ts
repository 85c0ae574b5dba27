import type { ActiveFault } from "./activeFault";
import type { FaultEvent } from "./faultEvent";
import type { FaultOf } from "./faultRule";
import type { RoutedRequest } from "./routePattern";

export type AnswerFault = FaultOf<
  "423" | "429" | "500" | "503" | "524" | "resetBeforeRequest" | "resetAfterCommit" | "commitAfterReset"
>;

/** A request that faults may strike. */
export interface FaultableRequest extends RoutedRequest {
  requestId: string;
  /** The project of its path, if there is one that the caller may see. */
  projectId: () => string | undefined;
}

/** An operation that is about to be scheduled. */
export interface NewOperation {
  id: string;
  projectId: string;
  action: string;
}

/** Of the faults in force, those that strike one request. */
export class RequestFaults {
  readonly answer?: AnswerFault;
  readonly slow?: FaultOf<"slow">;
  readonly lock?: { rule: FaultOf<"lock">; projectId: string | undefined; note: (operation: NewOperation) => void };
  readonly #events: FaultEvent[] = [];

  constructor(
    private readonly request: FaultableRequest,
    private readonly faults: readonly ActiveFault[],
    private readonly note: (fault: ActiveFault, operation?: NewOperation) => FaultEvent,
  ) {
    this.slow = this.#first("time")?.rule as FaultOf<"slow"> | undefined;
    this.answer = this.#first("answer")?.rule as AnswerFault | undefined;
    this.lock = this.#mayCommit() ? this.#findLock() : undefined;
  }

  /** What becomes of an operation that the request starts: to be called once for each. */
  strikeOperation(operation: NewOperation): { fails?: string } {
    const fault = this.faults.find(
      (candidate) =>
        candidate.class === "operation" &&
        concerns(candidate, operation.action) &&
        candidate.isFor(this.request) &&
        candidate.strikes(),
    );
    if (!fault) return {};
    this.#events.push(this.note(fault, operation));
    if (fault.rule.kind === "operationFails") return { fails: fault.rule.error ?? "injected fault" };
    fault.hang(operation.id);
    return {};
  }

  /** The request's change has been made. */
  committed(): void {
    if (this.request.method === "GET") return;
    for (const event of this.#events) event.committed = true;
  }

  #first(wanted: ActiveFault["class"]): ActiveFault | undefined {
    const fault = this.faults.find(
      (candidate) => candidate.class === wanted && candidate.isFor(this.request) && candidate.strikes(),
    );
    if (fault) this.#events.push(this.note(fault));
    return fault;
  }

  /** The operation is known only later, when it is made; what is not is not noted. */
  #findLock(): RequestFaults["lock"] {
    if (!this.faults.some(({ class: each }) => each === "lock")) return undefined;
    const projectId = this.request.projectId();
    if (projectId === undefined && this.request.operationId !== "createProject") return undefined;
    const fault = this.faults.find(
      (candidate) => candidate.class === "lock" && candidate.isFor(this.request) && candidate.strikes(),
    );
    if (!fault) return undefined;
    const note = (operation: NewOperation) => void this.#events.push(this.note(fault, operation));
    return { rule: fault.rule as FaultOf<"lock">, projectId, note };
  }

  #mayCommit(): boolean {
    const { answer } = this;
    if (!answer) return true;
    if (answer.kind === "resetAfterCommit" || answer.kind === "commitAfterReset") return true;
    return "when" in answer && answer.when === "afterCommit";
  }
}

function concerns({ rule }: ActiveFault, action: string): boolean {
  const only = rule.kind === "operationFails" || rule.kind === "operationHangs" ? rule.action : undefined;
  return only === undefined || only === action;
}
