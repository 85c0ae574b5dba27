/** Requests of one operation. */
export interface RequestCount {
  /** All of a known caller, also those that were refused or lost to an injected fault. */
  total: number;
  /** Those answered with 429, by the rate limits or by an injected fault. */
  refused: number;
}

/** How often each operation was asked for since the server started. */
export class RequestCounts {
  readonly #counts = new Map<string, RequestCount>();

  /** The count of an operation, to be raised in place. */
  of(operationId: string): RequestCount {
    let count = this.#counts.get(operationId);
    if (!count) this.#counts.set(operationId, (count = { total: 0, refused: 0 }));
    return count;
  }

  /** A copy, by operation id; an operation that nobody asked for is absent. */
  all(): Record<string, RequestCount> {
    return Object.fromEntries([...this.#counts].map(([operationId, count]) => [operationId, { ...count }]));
  }
}
