import { clearInterval, setInterval } from "node:timers";
import { descendantsOf, type ProcessRow, readProcessTable, residentBytes } from "./processTable";

/** What was seen of a process and its descendants. */
export interface Sampled {
  /** The largest sum of their resident memory, in bytes. */
  peakMemoryBytes: number;
  /** What they had used when last seen, in seconds: somewhat less than they used. */
  cpuSeconds: number;
  /** Descendants seen: those that lived between two looks are missing. */
  processes: number;
}

export interface Sources {
  table: () => ProcessRow[];
  residentBytes: (pid: number) => number;
}

const ticksPerSecond = 100;

/** Looks at a process and its descendants again and again. */
export class ProcessSampler {
  private readonly seen = new Map<string, number>();
  private peakMemoryBytes = 0;
  private timer: NodeJS.Timeout | undefined;

  /** `wrapper` is a process around the measured one, which does not count itself. */
  constructor(
    private readonly wrapper: number,
    private readonly sources: Sources = { table: readProcessTable, residentBytes },
  ) {}

  /** Looks every `everyMs` milliseconds until {@link stop}. */
  start(everyMs: number): void {
    this.timer = setInterval(() => this.look(), everyMs);
  }

  look(): void {
    const rows = descendantsOf(this.sources.table(), this.wrapper);
    for (const { pid, startTicks, cpuTicks } of rows) this.seen.set(`${pid} ${startTicks}`, cpuTicks);
    const memoryBytes = rows.reduce((sum, { pid }) => sum + this.sources.residentBytes(pid), 0);
    this.peakMemoryBytes = Math.max(this.peakMemoryBytes, memoryBytes);
  }

  stop(): Sampled {
    clearInterval(this.timer);
    const ticks = [...this.seen.values()].reduce((sum, cpuTicks) => sum + cpuTicks, 0);
    return {
      peakMemoryBytes: this.peakMemoryBytes,
      cpuSeconds: ticks / ticksPerSecond,
      // The measured process itself is the wrapper's only child of its own.
      processes: Math.max(0, this.seen.size - 1),
    };
  }
}
