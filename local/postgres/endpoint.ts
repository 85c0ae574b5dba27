import type { Socket } from "node:net";
import type { Clock } from "../clock";
import { Refusal, type Peer, type Route, type Upstream } from "../proxy/routes";
import { closeSoon } from "../proxy/splice";
import type { ServerIdentity } from "../tls/serverIdentity";
import type { ComputeObserver, Computes, EndpointSpec } from "../types";
import type { Branch, BranchEndpoint } from "./branch";
import type { Cluster } from "./cluster";
import { endSessions } from "./endSessions";
import type { Instance } from "./instance";

export const DISABLED = "Control plane request failed: endpoint is disabled";

/** How long a session may take to end after it was told to, before its connection is cut. */
const GOODBYE_MS = 2_000;

export interface EndpointSurroundings {
  branch: Branch;
  /** The Postgres that it runs on: the branch's, or a replica of its own. */
  instance: Instance;
  clock: Clock;
  /** The longest time that any endpoint stays awake unused, in milliseconds. */
  idleLimitMs: number | undefined;
  observer: () => ComputeObserver;
}

/** One compute endpoint: its connections, whether it is awake, and when it falls asleep. */
export class Endpoint implements Route, BranchEndpoint {
  /** With the bytes of each that were told. */
  readonly #clients = new Map<Socket, number>();
  /** Clients whose sessions have been told to end. */
  readonly #leaving = new WeakSet<Socket>();
  #ending: Promise<void> | undefined;
  #isUsed = false;
  #spec: EndpointSpec;
  #awake = false;
  #waking: Promise<void> | undefined;
  #cancelIdle: () => void = () => undefined;
  #startedAt: Date | undefined;
  #suspendedAt: Date | undefined;
  #lastActiveAt: Date | undefined;

  constructor(
    spec: EndpointSpec,
    private readonly surroundings: EndpointSurroundings,
  ) {
    this.#spec = spec;
    this.instance.endpoints.add(this);
  }

  get branch(): Branch {
    return this.surroundings.branch;
  }

  get instance(): Instance {
    return this.surroundings.instance;
  }

  get spec(): EndpointSpec {
    return this.#spec;
  }

  get endpointId(): string {
    return this.#spec.endpointId;
  }

  refusal(peer?: Peer): string | undefined {
    if (this.#spec.disabled) return DISABLED;
    return this.surroundings.observer().refusal(this.endpointId, peer);
  }

  identity(): Promise<ServerIdentity> {
    return this.instance.identity();
  }

  async open(client: Socket, peer: Peer): Promise<Upstream> {
    this.#clients.set(client, client.bytesWritten);
    this.#isUsed = true;
    this.#touch();
    const closed = () => {
      this.#reportTransfer(client);
      this.#clients.delete(client);
      this.#touch();
    };
    client.once("close", closed);
    if (client.destroyed) closed();
    await this.start(peer);
    const cluster = await this.instance.running();
    // A quota may have been used up, or the compute disabled, while it woke for this client.
    this.#admit(peer);
    return upstreamOf(cluster);
  }

  /** Tells what its clients were sent since the last time. */
  reportTransfers(): void {
    for (const client of this.#clients.keys()) this.#reportTransfer(client);
  }

  takeUse(): boolean {
    const was = this.#isUsed;
    this.#isUsed = this.#clients.size > 0;
    return was;
  }

  awake(): Upstream | undefined {
    const { cluster } = this.instance;
    return this.#awake && cluster ? upstreamOf(cluster) : undefined;
  }

  /** Concurrent callers share one start. Rejects with a `Refusal` where it may not start, `peer` being who wants it to. */
  async start(peer?: Peer): Promise<void> {
    if (this.#awake) return;
    this.#admit(peer);
    this.#waking ??= this.#wake().finally(() => (this.#waking = undefined));
    await this.#waking;
  }

  async suspend(): Promise<void> {
    await this.#waking?.catch(() => undefined);
    if (!this.#awake) return;
    const clients = [...this.#clients.keys()];
    this.#fellAsleep();
    // A Postgres that stops says goodbye to its clients itself; one that something else keeps awake is asked to.
    if (!(await this.instance.release())) await this.#sendAway(clients);
  }

  async restart(): Promise<void> {
    if (this.#awake) await this.instance.restart();
    else await this.start();
  }

  async update(spec: EndpointSpec): Promise<void> {
    const former = this.#spec;
    this.#spec = spec;
    if (spec.disabled) await this.suspend();
    else if (needsRestart(former, spec)) await this.instance.restart();
    this.#armIdle();
  }

  async remove(): Promise<void> {
    await this.suspend();
    this.#cancelIdle();
    this.instance.endpoints.delete(this);
    for (const client of this.#clients.keys()) if (!this.#leaving.has(client)) closeSoon(client);
  }

  /** Its Postgres was stopped for good, with the local Neon. */
  closed(): void {
    this.reportTransfers();
    if (this.#awake) this.#fellAsleep();
  }

  /** The branch lost its Postgres: the sessions are gone with it. */
  crashed(): void {
    if (!this.#awake) return;
    this.#fellAsleep();
    void this.instance.release();
  }

  state(): ReturnType<Computes["state"]> {
    const neverStarted = !this.#startedAt && this.instance.isUntouched;
    return {
      state: this.#awake ? "active" : neverStarted ? "init" : "idle",
      lastActiveAt: this.#clients.size > 0 ? this.#now() : this.#lastActiveAt,
      startedAt: this.#startedAt,
      suspendedAt: this.#suspendedAt,
      isWaking: this.#waking !== undefined,
    };
  }

  #admit(peer?: Peer): void {
    const refusal = this.refusal(peer);
    if (refusal !== undefined) throw new Refusal(refusal);
  }

  /** Nobody but this endpoint lets clients in there, so all of their sessions are its own. */
  async #sendAway(clients: readonly Socket[]): Promise<void> {
    const { cluster } = this.instance;
    this.#ending = cluster ? endSessions(cluster).catch(() => undefined) : undefined;
    await this.#ending;
    for (const client of clients) {
      const timer = setTimeout(() => closeSoon(client), cluster ? GOODBYE_MS : 0);
      timer.unref();
      this.#leaving.add(client);
      client.once("close", () => clearTimeout(timer));
    }
  }

  async #wake(): Promise<void> {
    // A session of the next client must not be taken for one of those that have to go.
    await this.#ending;
    await this.instance.hold();
    this.#awake = true;
    this.#startedAt = this.#now();
    this.#suspendedAt = undefined;
    this.surroundings.observer().woke(this.endpointId);
    this.#touch();
  }

  #fellAsleep(): void {
    this.#awake = false;
    this.#suspendedAt = this.#now();
    this.#cancelIdle();
    this.surroundings.observer().fellAsleep(this.endpointId);
  }

  #now(): Date {
    return this.surroundings.clock.now();
  }

  #reportTransfer(client: Socket): void {
    const bytes = client.bytesWritten - (this.#clients.get(client) ?? client.bytesWritten);
    if (bytes <= 0) return;
    this.#clients.set(client, client.bytesWritten);
    this.surroundings.observer().transferred(this.endpointId, bytes);
  }

  #touch(): void {
    this.#lastActiveAt = this.#now();
    this.#armIdle();
  }

  /** The time until sleep begins again, and only without connections. */
  #armIdle(): void {
    this.#cancelIdle();
    const { clock, idleLimitMs } = this.surroundings;
    const idleMs = Math.min(this.#spec.idleMs ?? Infinity, idleLimitMs ?? Infinity);
    if (!this.#awake || this.#clients.size > 0 || idleMs === Infinity) return;
    this.#cancelIdle = clock.after(idleMs, () => this.suspend().catch(() => undefined));
  }
}

function needsRestart(former: EndpointSpec, present: EndpointSpec): boolean {
  const startedWith = ({ maxConnections, size, pgSettings = {}, preloadLibraries = [] }: EndpointSpec) =>
    JSON.stringify([maxConnections, size, Object.entries(pgSettings).sort(), preloadLibraries]);
  return startedWith(former) !== startedWith(present);
}

function upstreamOf(cluster: Cluster): Upstream {
  return { socketPath: cluster.socketPath, tlsPort: cluster.port };
}
