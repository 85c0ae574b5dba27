/** What a client knows of the rows of a branch. */
export class KnownRows {
  private constructor(
    /** Committed, as Postgres has said. */
    readonly must: Set<number>,
    /** Those, and rows of which it has not said so. */
    readonly may: Set<number>,
  ) {}

  static none(): KnownRows {
    return new KnownRows(new Set(), new Set());
  }

  /** What was certain at one moment, and what was possible at a later one. */
  static between(earlier: KnownRows, later: KnownRows): KnownRows {
    return new KnownRows(new Set(earlier.must), new Set(later.may));
  }

  copy(): KnownRows {
    return KnownRows.between(this, this);
  }

  /** In words, what is wrong with these rows; nothing if they are as they should be. */
  complaint(found: ReadonlySet<number>): string | undefined {
    const lost = [...this.must].filter((row) => !found.has(row));
    const strange = [...found].filter((row) => !this.may.has(row));
    if (lost.length + strange.length === 0) return undefined;
    const some = (rows: number[]) => `${rows.length} (${rows.slice(0, 5).join(", ")})`;
    return `of ${this.must.size} committed rows ${some(lost)} are lost; ${some(strange)} should not be there`;
  }
}

/** A moment of a branch that can be gone back to. */
export interface Checkpoint {
  timeMs: number;
  rows: KnownRows;
}
