import type { Socket } from "node:net";
import type { Clock } from "../clock";
import type { Route, Upstream } from "../proxy/routes";
import { closeSoon } from "../proxy/splice";
import type { ServerIdentity } from "../tls/serverIdentity";
import type { Computes, EndpointSpec } from "../types";
import type { Branch, BranchEndpoint } from "./branch";
import type { Cluster } from "./cluster";

export const DISABLED = "Control plane request failed: endpoint is disabled";

/** One compute endpoint: its connections, whether it is awake, and when it falls asleep. */
export class Endpoint implements Route, BranchEndpoint {
  readonly #clients = new Set<Socket>();
  #spec: EndpointSpec;
  #awake = false;
  #waking: Promise<void> | undefined;
  #cancelIdle: () => void = () => undefined;
  #startedAt: Date | undefined;
  #suspendedAt: Date | undefined;
  #lastActiveAt: Date | undefined;

  constructor(
    spec: EndpointSpec,
    readonly branch: Branch,
    private readonly clock: Clock,
    /** The longest time that any endpoint stays awake unused, in milliseconds. */
    private readonly idleLimitMs: number | undefined,
  ) {
    this.#spec = spec;
    branch.endpoints.add(this);
  }

  get spec(): EndpointSpec {
    return this.#spec;
  }

  get endpointId(): string {
    return this.#spec.endpointId;
  }

  get readOnly(): boolean {
    return this.#spec.readOnly;
  }

  refusal(): string | undefined {
    return this.#spec.disabled ? DISABLED : undefined;
  }

  identity(): Promise<ServerIdentity> {
    return this.branch.identity();
  }

  async open(client: Socket): Promise<Upstream> {
    this.#clients.add(client);
    this.#touch();
    const closed = () => {
      this.#clients.delete(client);
      this.#touch();
    };
    client.once("close", closed);
    if (client.destroyed) closed();
    await this.start();
    const cluster = await this.branch.running();
    // It may have been disabled while it woke for this client.
    if (this.#spec.disabled) throw new Error(DISABLED);
    return upstreamOf(cluster);
  }

  awake(): Upstream | undefined {
    const { cluster } = this.branch;
    return this.#awake && cluster ? upstreamOf(cluster) : undefined;
  }

  /** Concurrent callers share one start. */
  async start(): Promise<void> {
    if (this.#awake) return;
    this.#waking ??= this.#wake().finally(() => (this.#waking = undefined));
    await this.#waking;
  }

  async suspend(): Promise<void> {
    await this.#waking?.catch(() => undefined);
    if (!this.#awake) return;
    const clients = [...this.#clients];
    this.#fellAsleep();
    // A Postgres that stops says goodbye to its clients itself; one that another endpoint keeps awake does not.
    if (!(await this.branch.release())) for (const client of clients) closeSoon(client);
  }

  async restart(): Promise<void> {
    if (this.#awake) await this.branch.restart();
    else await this.start();
  }

  async update(spec: EndpointSpec): Promise<void> {
    const former = this.#spec;
    this.#spec = spec;
    if (spec.disabled) await this.suspend();
    else if (spec.maxConnections !== former.maxConnections) await this.branch.restart();
    this.#armIdle();
  }

  async remove(): Promise<void> {
    await this.suspend();
    this.#cancelIdle();
    this.branch.endpoints.delete(this);
    for (const client of this.#clients) closeSoon(client);
  }

  /** The branch lost its Postgres: the sessions are gone with it. */
  crashed(): void {
    if (!this.#awake) return;
    this.#fellAsleep();
    void this.branch.release();
  }

  state(): ReturnType<Computes["state"]> {
    const neverStarted = !this.#startedAt && this.branch.isUntouched;
    return {
      state: this.#awake ? "active" : neverStarted ? "init" : "idle",
      lastActiveAt: this.#clients.size > 0 ? this.clock.now() : this.#lastActiveAt,
      startedAt: this.#startedAt,
      suspendedAt: this.#suspendedAt,
    };
  }

  async #wake(): Promise<void> {
    await this.branch.hold();
    this.#awake = true;
    this.#startedAt = this.clock.now();
    this.#suspendedAt = undefined;
    this.#touch();
  }

  #fellAsleep(): void {
    this.#awake = false;
    this.#suspendedAt = this.clock.now();
    this.#cancelIdle();
  }

  #touch(): void {
    this.#lastActiveAt = this.clock.now();
    this.#armIdle();
  }

  /** The time until sleep begins again, and only without connections. */
  #armIdle(): void {
    this.#cancelIdle();
    const idleMs = Math.min(this.#spec.idleMs ?? Infinity, this.idleLimitMs ?? Infinity);
    if (!this.#awake || this.#clients.size > 0 || idleMs === Infinity) return;
    this.#cancelIdle = this.clock.after(idleMs, () => void this.suspend());
  }
}

function upstreamOf(cluster: Cluster): Upstream {
  return { socketPath: cluster.socketPath, tlsPort: cluster.port };
}
