import { type FaultClass, faultClassOf, type FaultRule } from "./faultRule";
import type { HeldOperations } from "./heldOperations";
import type { RoutedRequest, RoutePattern } from "./routePattern";
import { type SelectionState, strikes } from "./selection";

/** A fault in force: what it has met so far, and how to end it. */
export interface FaultHandle {
  readonly id: string;
  readonly rule: FaultRule;
  /** The requests that its route stands for (for `operationFails` and `operationHangs`: their operations), as far as no older fault took them. */
  readonly matched: number;
  /** How many of these it struck. */
  readonly fired: number;
  /** The ids of the operations that hang because of it now. */
  readonly hanging: string[];
  /** Lets the operations go on that hang because of it; the fault stays in force. */
  release(): void;
  /** Ends the fault and releases what hangs because of it. A change that it put off is still made. */
  remove(): void;
}

/** A rule with its counts. */
export class ActiveFault implements FaultHandle {
  readonly class: FaultClass;
  readonly #state: SelectionState = { matched: 0, fired: 0 };
  readonly #hung = new Set<string>();

  constructor(
    readonly id: string,
    readonly rule: FaultRule,
    private readonly parts: {
      isFor: RoutePattern;
      chance: () => number;
      held: HeldOperations;
      forget: (fault: ActiveFault) => void;
    },
  ) {
    this.class = faultClassOf[rule.kind];
  }

  get matched(): number {
    return this.#state.matched;
  }

  get fired(): number {
    return this.#state.fired;
  }

  get hanging(): string[] {
    return [...this.#hung].filter((operationId) => this.parts.held.isHeld(operationId));
  }

  isFor(request: RoutedRequest): boolean {
    return this.parts.isFor(request);
  }

  strikes(): boolean {
    return strikes(this.rule, this.#state, this.parts.chance);
  }

  hang(operationId: string): void {
    this.parts.held.hold(operationId);
    this.#hung.add(operationId);
  }

  release(): void {
    for (const operationId of this.#hung) this.parts.held.release(operationId);
    this.#hung.clear();
  }

  remove(): void {
    this.parts.forget(this);
    this.release();
  }
}
