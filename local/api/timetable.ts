import type { Clock } from "../clock";
import type { DueDocument, DueWork } from "../store/documents";
import type { Store } from "../store/store";

type Perform = (due: DueDocument) => void;

/**
 * What happens by itself at its time: kept in the store, so that a server that was stopped does what it missed when it starts again,
 * and done in order, each thing once.
 */
export class Timetable {
  #perform: Perform | undefined;
  #cancel: () => void = () => undefined;
  #armedMs = Infinity;

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly log: (line: string) => void,
  ) {}

  /** From now on `perform` is called for everything that is due: in a transaction, after the entry was removed. */
  start(perform: Perform): void {
    this.#perform = perform;
    this.#arm();
  }

  /** To be called inside the transaction that the entry belongs to. */
  set(id: string, at: Date, what: DueWork): void {
    this.store.remove("due", id);
    this.store.insert("due", id, "", { id, at: at.toISOString(), what });
    // Earlier than what is waited for now; that the transaction may yet be rolled back does no harm.
    if (at.getTime() < this.#armedMs) queueMicrotask(() => this.#arm());
  }

  remove(id: string): void {
    this.store.remove("due", id);
  }

  close(): void {
    this.#perform = undefined;
    this.#cancel();
  }

  #arm(): void {
    if (!this.#perform) return;
    this.#cancel();
    const next = this.#next();
    this.#armedMs = next ? Date.parse(next.at) : Infinity;
    if (!next) return;
    const delayMs = Math.max(0, this.#armedMs - this.clock.now().getTime());
    this.#cancel = this.clock.after(delayMs, () => this.#performDue());
  }

  #performDue(): void {
    const now = this.clock.now().getTime();
    for (let due = this.#next(); due && Date.parse(due.at) <= now; due = this.#next()) {
      if (!this.#perform) return;
      this.#performOne(due, this.#perform);
    }
    this.#arm();
  }

  /** What fails is not tried again: it would stand in the way of everything behind it. */
  #performOne(due: DueDocument, perform: Perform): void {
    try {
      this.store.transaction(() => {
        this.store.remove("due", due.id);
        perform(due);
      });
    } catch (error) {
      this.log(`${due.id}: ${String(error)}`);
      this.store.remove("due", due.id);
    }
  }

  #next(): DueDocument | undefined {
    let next: DueDocument | undefined;
    for (const due of this.store.all("due")) if (!next || due.at < next.at) next = due;
    return next;
  }
}
