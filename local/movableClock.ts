import { type Clock, systemClock } from "./clock";

/** A jump of the clock: from this moment of the machine on it is ahead by so much. */
export interface ClockJump {
  /** Milliseconds since 1970, by the machine. */
  machineMs: number;
  /** How far ahead the clock is from then on, in milliseconds. */
  aheadMs: number;
}

/** A clock that runs with the machine's and can be moved forward, never back. */
export interface MovableClock extends Clock {
  /**
   * Moves time forward by milliseconds. Everything that becomes due on the way happens in order, each thing at its own time, and what
   * it starts is waited for. Calls wait for one another.
   */
  advance(ms: number): Promise<void>;
  /** The same up to a moment; one that is past already changes nothing. */
  moveTo(moment: Date): Promise<void>;
  /** How far ahead of the machine it is, in milliseconds. */
  readonly aheadMs: number;
  /**
   * The machine's time at a moment of this clock: what PostgreSQL, which knows nothing of jumps, wrote down then. Moments that were
   * jumped over are the moment of the jump.
   */
  toMachineTime(moment: Date): Date;
  /** What this clock showed at a moment of the machine. */
  fromMachineTime(machine: Date): Date;
}

export interface MovableClockOptions {
  /** What it runs with. Default: the machine's clock. */
  base?: Clock;
  /** Jumps of an earlier process. Default: none. */
  jumps?: readonly ClockJump[];
  /** Keeps the jumps, each time before anything happens at the new time. */
  keep?: (jumps: readonly ClockJump[]) => void;
  /** Waits until everything that became due has been done, apart from what waits for the clock itself. Default: waits for nothing. */
  settle?: () => Promise<void>;
}

interface Due {
  atMs: number;
  /** Among those of one moment, the one that was asked for first comes first. */
  order: number;
  run: () => unknown;
  disarm: () => void;
}

export function movableClock(options: MovableClockOptions = {}): MovableClock {
  return new Movable(options);
}

export const isMovable = (clock: Clock): clock is MovableClock => "moveTo" in clock && "toMachineTime" in clock;

class Movable implements MovableClock {
  readonly #base: Clock;
  readonly #due = new Set<Due>();
  #jumps: ClockJump[];
  #order = 0;
  #moving: Promise<void> = Promise.resolve();

  constructor(private readonly options: MovableClockOptions) {
    this.#base = options.base ?? systemClock;
    this.#jumps = [...(options.jumps ?? [])];
  }

  get aheadMs(): number {
    return this.#jumps.at(-1)?.aheadMs ?? 0;
  }

  now(): Date {
    return new Date(this.#nowMs());
  }

  #nowMs(): number {
    return this.#base.now().getTime() + this.aheadMs;
  }

  after(delayMs: number, run: () => unknown): () => void {
    const due: Due = { atMs: this.#nowMs() + delayMs, order: this.#order++, run, disarm: () => undefined };
    this.#due.add(due);
    this.#arm(due);
    return () => {
      this.#due.delete(due);
      due.disarm();
    };
  }

  #arm(due: Due): void {
    due.disarm();
    due.disarm = this.#base.after(Math.max(0, due.atMs - this.#nowMs()), () => this.#fire(due));
  }

  #fire(due: Due): unknown {
    if (!this.#due.delete(due)) return undefined;
    due.disarm();
    return due.run();
  }

  advance(ms: number): Promise<void> {
    return this.#inTurn(() => this.#moveTo(this.#nowMs() + ms));
  }

  moveTo(moment: Date): Promise<void> {
    return this.#inTurn(() => this.#moveTo(moment.getTime()));
  }

  #inTurn(move: () => Promise<void>): Promise<void> {
    const moved = this.#moving.then(move);
    this.#moving = moved.catch(() => undefined);
    return moved;
  }

  async #moveTo(targetMs: number): Promise<void> {
    try {
      for (let due = this.#next(targetMs); due; due = this.#next(targetMs)) {
        this.#jumpTo(due.atMs);
        await this.#fire(due);
        await this.options.settle?.();
      }
      this.#jumpTo(targetMs);
    } finally {
      // What is still to come comes earlier by the machine.
      for (const due of this.#due) this.#arm(due);
    }
  }

  #next(targetMs: number): Due | undefined {
    let next: Due | undefined;
    for (const due of this.#due) {
      if (due.atMs > targetMs) continue;
      if (!next || due.atMs < next.atMs || (due.atMs === next.atMs && due.order < next.order)) next = due;
    }
    return next;
  }

  #jumpTo(atMs: number): void {
    const machineMs = this.#base.now().getTime();
    const aheadMs = atMs - machineMs;
    if (aheadMs <= this.aheadMs) return;
    // Two jumps at the same moment of the machine are one.
    const before = this.#jumps.at(-1)?.machineMs === machineMs ? this.#jumps.slice(0, -1) : this.#jumps;
    this.#jumps = [...before, { machineMs, aheadMs }];
    this.options.keep?.(this.#jumps);
  }

  toMachineTime(moment: Date): Date {
    return new Date(machineTimeOf(moment.getTime(), this.#jumps));
  }

  fromMachineTime(machine: Date): Date {
    const machineMs = machine.getTime();
    const jump = this.#jumps.findLast((candidate) => candidate.machineMs <= machineMs);
    return new Date(machineMs + (jump?.aheadMs ?? 0));
  }
}

/** The machine's time at a moment of a clock that jumped; moments within a jump are the moment of the jump. */
export function machineTimeOf(atMs: number, jumps: readonly ClockJump[]): number {
  const index = jumps.findLastIndex(({ machineMs, aheadMs }) => machineMs + aheadMs <= atMs);
  const machineMs = atMs - (jumps[index]?.aheadMs ?? 0);
  return Math.min(machineMs, jumps[index + 1]?.machineMs ?? Infinity);
}
