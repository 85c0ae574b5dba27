/**
 * What one engine run has seen of a resource: one object per provider instance and run.
 *
 * The engine does not tell a provider that it replaces. For a replacement (`--replace`, `--target-replace`, `state taint`, a replacement
 * trigger) it checks the inputs without the old ones and, with delete-before-replace, then deletes; a removal deletes without any
 * check, and an update checks with the old inputs. So a delete after a check of new inputs for the same thing is a replacement, and
 * so is a check of new inputs after one with old inputs.
 */
export class RunMemory {
  readonly #known = new Set<string>();
  readonly #asNew = new Set<string>();
  readonly #untouchable = new Map<string, string>();
  readonly #looks = new Map<string, Promise<unknown>>();

  /** A check with old inputs: the state holds these. */
  noteKnown(keys: readonly string[]): void {
    for (const key of keys) this.#known.add(key);
  }

  /** A check without old inputs: something new, or half of a replacement. */
  noteNew(keys: readonly string[]): void {
    for (const key of keys) this.#asNew.add(key);
  }

  /** True where the state of this run holds it. */
  isKnown(key: string): boolean {
    return this.#known.has(key);
  }

  /** True where this run checked inputs for a new one of any of these. */
  wasCheckedAsNew(keys: readonly string[]): boolean {
    return keys.some((key) => this.#asNew.has(key));
  }

  /** No delete of this id in this run, and why: it was adopted, or belongs to another entry of the state. */
  refuseDelete(id: string, reason: string): void {
    this.#untouchable.set(id, reason);
  }

  /** Why this run must not delete the id; undefined where it may. */
  refusalOf(id: string): string | undefined {
    return this.#untouchable.get(id);
  }

  /** What one look found, for the whole run; one that fails is made again by whoever asks next. */
  once<T>(key: string, look: () => Promise<T>): Promise<T> {
    const known = this.#looks.get(key) as Promise<T> | undefined;
    if (known) return known;
    const made = look();
    this.#looks.set(key, made);
    made.catch(() => this.#looks.delete(key));
    return made;
  }
}
