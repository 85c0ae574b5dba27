import type { Clock } from "./clock";

const FRESH_MS = 10_000;

/** Ids of what this client created in the last seconds: Neon may answer 404 for them until they are known everywhere. */
export class RecentlyCreated {
  readonly #createdAt = new Map<string, number>();
  readonly #clock: Pick<Clock, "now">;

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  add(id: string): void {
    this.#createdAt.set(id, this.#clock.now());
  }

  forget(id: string | undefined): void {
    if (id !== undefined) this.#createdAt.delete(id);
  }

  includesAny(ids: readonly string[]): boolean {
    const oldest = this.#clock.now() - FRESH_MS;
    for (const [id, createdAt] of this.#createdAt) if (createdAt < oldest) this.#createdAt.delete(id);
    return ids.some((id) => this.#createdAt.has(id));
  }
}
