import type { ComputeObserver } from "../types";
import type { Branch } from "./branch";
import { BranchMeter } from "./branchMeter";
import type { Endpoint } from "./endpoint";

export interface MetersOptions {
  observer: () => ComputeObserver;
  endpoints: () => Iterable<Endpoint>;
  /** Milliseconds between two looks. */
  meterMs: number;
}

/** Counts in real time what branches write and hold and what endpoints send. */
export class Meters {
  readonly #branches = new Map<Branch, BranchMeter>();
  readonly #timer: NodeJS.Timeout;

  constructor(private readonly options: MetersOptions) {
    this.#timer = setInterval(() => this.#tick(), options.meterMs);
    this.#timer.unref();
  }

  add(branch: Branch): void {
    const isUsed = () => [...branch.endpoints].some((endpoint) => endpoint.takeUse());
    const meter = new BranchMeter(branch, this.options.observer, isUsed);
    branch.followers.add(meter);
    this.#branches.set(branch, meter);
  }

  remove(branch: Branch): void {
    this.#branches.delete(branch);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    for (const endpoint of this.options.endpoints()) endpoint.reportTransfers();
    for (const meter of this.#branches.values()) meter.tick();
  }
}
