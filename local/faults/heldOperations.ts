/**
 * The operations that hang until they are released. They are known in this process only: at the next start of the server they go on.
 */
export class HeldOperations {
  readonly #held = new Map<string, { released: Promise<void>; release: () => void }>();

  hold(operationId: string): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held.set(operationId, { released: promise, release: resolve });
  }

  /** Absent for an operation that does not hang. */
  untilReleased(operationId: string): Promise<void> | undefined {
    return this.#held.get(operationId)?.released;
  }

  isHeld(operationId: string): boolean {
    return this.#held.has(operationId);
  }

  release(operationId: string): void {
    this.#held.get(operationId)?.release();
    this.#held.delete(operationId);
  }

  releaseAll(): void {
    for (const operationId of [...this.#held.keys()]) this.release(operationId);
  }
}
