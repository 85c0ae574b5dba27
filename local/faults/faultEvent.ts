import type { FaultKind } from "./faultRule";

/** A fault that struck a request. */
export interface FaultEvent {
  /** When, by the server's clock: ISO 8601. */
  at: string;
  /** The id of the fault's handle. */
  faultId: string;
  kind: FaultKind;
  /** As the client named it in `X-Request-ID`, or as the server did. */
  requestId: string;
  /** Of Neon's document. */
  operationId: string;
  method: string;
  /** Below `/api/v2`, without the query. */
  path: string;
  /** Whether the request's change was made, as far as is known: for `commitAfterReset` that turns true later. Always false for a GET. */
  committed: boolean;
  /** The operation that failed, hangs or locks. */
  operation?: { id: string; projectId: string; action: string };
}

/** The last faults that struck, oldest first: a server that runs for weeks keeps so many. */
export class FaultLog {
  readonly #events: FaultEvent[] = [];

  constructor(private readonly capacity = 100_000) {}

  get events(): readonly FaultEvent[] {
    return this.#events;
  }

  add(event: FaultEvent): FaultEvent {
    // Many at a time: to take one away from the front costs as much as to take a tenth.
    if (this.#events.length >= this.capacity) this.#events.splice(0, Math.ceil(this.capacity / 10));
    this.#events.push(event);
    return event;
  }
}
