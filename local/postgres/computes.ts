import fs from "node:fs";
import type { Clock } from "../clock";
import type { Listeners } from "../proxy/listeners";
import type { Routes, Upstream } from "../proxy/routes";
import type { ServerIdentity } from "../tls/serverIdentity";
import type {
  BranchContents,
  BranchSpec,
  ComputeObserver,
  Computes,
  DatabaseSpec,
  DataSource,
  EndpointSpec,
  FoundContents,
  HistoryBounds,
  Moment,
  RoleSpec,
} from "../types";
import { Branch, type BranchTools } from "./branch";
import { discard } from "./branchFiles";
import type { Cluster } from "./cluster";
import { createDatabase, dropDatabase, updateDatabase } from "./databases";
import { Endpoint } from "./endpoint";
import { Past } from "./history/past";
import { readContents } from "./history/readContents";
import { limitWrites } from "./limitWrites";
import { Meters } from "./meters";
import { Replica } from "./replica";
import { replicaFiles } from "./replicaFiles";
import { createRole, dropRole, setPassword } from "./roles";
import { asAdmin, SYSTEM_DATABASE } from "./sql";

export interface RegistryOptions {
  tools: BranchTools;
  clock: Clock;
  idleLimitMs?: number;
  /** Milliseconds between two looks at what is written and sent. */
  meterMs: number;
  sharedIdentity: () => Promise<ServerIdentity>;
}

/** Nobody is told, and nothing refused. */
const NO_OBSERVER: ComputeObserver = {
  refusal: () => undefined,
  woke: () => undefined,
  fellAsleep: () => undefined,
  transferred: () => undefined,
  wrote: () => undefined,
  sized: () => undefined,
};

/** All branches and endpoints of one local Neon. */
export class ComputeRegistry implements Routes, Omit<Computes, "close"> {
  readonly #branches = new Map<string, Branch>();
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #deletions = new Set<Promise<void>>();
  readonly #replicas = new Map<string, Replica>();
  readonly #meters: Meters;
  #listeners: Listeners | undefined;
  #observer = NO_OBSERVER;
  readonly #past: Past;

  constructor(private readonly options: RegistryOptions) {
    const observer = () => this.#observer;
    const endpoints = () => this.#endpoints.values();
    this.#meters = new Meters({ observer, endpoints, meterMs: options.meterMs });
    this.#past = new Past(this.#branches, options.tools);
  }

  observe(observer: ComputeObserver): void {
    this.#observer = observer;
  }

  listenOn(listeners: Listeners): void {
    this.#listeners = listeners;
  }

  addBranch(spec: BranchSpec, contents: () => BranchContents): void {
    const branch = new Branch(spec, contents, this.#past, this.options.tools);
    this.#branches.set(spec.branchId, branch);
    this.#meters.add(branch);
  }

  async addEndpoint(spec: EndpointSpec): Promise<void> {
    const branch = this.#branch(spec.branchId);
    const { endpointId } = spec;
    await this.#listeners?.add(spec.address, () => this.#endpoints.get(endpointId));
    const instance = spec.readOnly ? new Replica(endpointId, branch, this.options.tools) : branch;
    if (instance instanceof Replica) this.#replicas.set(endpointId, instance);
    const { clock, idleLimitMs } = this.options;
    const observer = () => this.#observer;
    this.#endpoints.set(endpointId, new Endpoint(spec, { branch, instance, clock, idleLimitMs, observer }));
    // A running Postgres gets the new name into its certificate.
    if (instance.cluster) await instance.identity();
  }

  async updateEndpoint(spec: EndpointSpec): Promise<void> {
    const endpoint = this.#endpoint(spec.endpointId);
    await endpoint.update(spec);
    if (!spec.readOnly) await this.#branchChanged(endpoint.branch);
  }

  async removeEndpoint(endpointId: string): Promise<void> {
    const endpoint = this.#endpoints.get(endpointId);
    if (!endpoint) {
      // A process that was killed while removing it left its files.
      this.#deletes(
        endpointId,
        discard(replicaFiles(this.options.tools.folders, endpointId), this.options.tools.folders),
      );
      return;
    }
    this.#endpoints.delete(endpointId);
    await this.#listeners?.remove(endpoint.spec.address);
    await endpoint.remove();
    const replica = this.#replicas.get(endpointId);
    this.#replicas.delete(endpointId);
    if (replica) this.#deletes(endpointId, await replica.remove());
  }

  async removeBranch(branchId: string): Promise<void> {
    const branch = this.#branches.get(branchId);
    if (!branch) return;
    this.#branches.delete(branchId);
    for (const endpoint of [...this.#endpoints.values()]) {
      if (endpoint.branch === branch) await this.removeEndpoint(endpoint.endpointId);
    }
    this.#meters.remove(branch);
    this.#deletes(branchId, await branch.remove());
  }

  async materializeBranch(branchId: string): Promise<void> {
    await this.#branch(branchId).materialize();
  }

  async restoreBranch(
    branchId: string,
    restore: {
      restoreId: string;
      source: DataSource;
      preserveAs?: { spec: BranchSpec; contents: () => BranchContents };
    },
  ): Promise<void> {
    const branch = this.#branch(branchId);
    const { preserveAs } = restore;
    await this.#past.restore(branch, { ...restore, preserveAs: preserveAs?.spec.branchId });
    if (preserveAs && !this.#branches.has(preserveAs.spec.branchId))
      this.addBranch(preserveAs.spec, preserveAs.contents);
    await this.#branchChanged(branch);
  }

  async historyOf(branchId: string): Promise<HistoryBounds> {
    return this.#past.boundsOf(this.#branch(branchId));
  }

  async createSnapshot(
    snapshotId: string,
    of: { branchId: string; at?: Moment },
  ): Promise<{ lsn: string; sizeBytes: number }> {
    return this.#past.createSnapshot(snapshotId, () => this.#branch(of.branchId), of.at);
  }

  async removeSnapshot(snapshotId: string): Promise<void> {
    this.#deletes(snapshotId, { gone: this.#past.removeSnapshot(snapshotId) });
  }

  async readContents(branchId: string): Promise<FoundContents> {
    return this.#branch(branchId).using(readContents);
  }

  async dumpSchema(branchId: string, database: string, at?: Moment): Promise<string> {
    return this.#past.dumpSchema(this.#branch(branchId), database, at);
  }

  async createRole(branchId: string, role: RoleSpec): Promise<void> {
    await this.#administer(branchId, (cluster) =>
      asAdmin(cluster, SYSTEM_DATABASE, (session) => createRole(session, role)),
    );
  }

  async setPassword(branchId: string, role: string, password: string): Promise<void> {
    await this.#administer(branchId, (cluster) =>
      asAdmin(cluster, SYSTEM_DATABASE, (session) => setPassword(session, role, password)),
    );
  }

  async dropRole(branchId: string, role: string): Promise<void> {
    await this.#administer(branchId, (cluster) => dropRole(cluster, role));
  }

  async createDatabase(branchId: string, database: DatabaseSpec): Promise<void> {
    await this.#administer(branchId, (cluster) => createDatabase(cluster, database));
  }

  async updateDatabase(branchId: string, name: string, to: { name?: string; ownerName?: string }): Promise<void> {
    await this.#administer(branchId, (cluster) => updateDatabase(cluster, name, to));
  }

  async dropDatabase(branchId: string, name: string): Promise<void> {
    await this.#administer(branchId, (cluster) => dropDatabase(cluster, name));
  }

  async limitWrites(branchId: string, isLimited: boolean): Promise<void> {
    const { cluster, files } = this.#branch(branchId);
    if (cluster) await limitWrites(files.data, cluster, isLimited);
  }

  async start(endpointId: string): Promise<void> {
    await this.#endpoint(endpointId).start();
  }

  async suspend(endpointId: string): Promise<void> {
    await this.#endpoint(endpointId).suspend();
  }

  async restart(endpointId: string): Promise<void> {
    await this.#endpoint(endpointId).restart();
  }

  state(endpointId: string): ReturnType<Computes["state"]> {
    return this.#endpoint(endpointId).state();
  }

  find(endpointId: string): Endpoint | undefined {
    return this.#endpoints.get(endpointId);
  }

  sharedIdentity(): Promise<ServerIdentity> {
    return this.options.sharedIdentity();
  }

  /** The postmaster is the parent of its backends; where the system does not show that, every one checks the request's key itself. */
  ofBackend(processId: number): Upstream[] {
    const all = [...this.#branches.values(), ...this.#replicas.values()];
    const running = all.flatMap(({ cluster }) => cluster ?? []);
    const parent = parentOf(processId);
    const meant = parent === undefined ? running : running.filter(({ pid }) => pid === parent);
    return meant.map(({ socketPath, port }) => ({ socketPath, tlsPort: port }));
  }

  async stopAll(): Promise<void> {
    this.#meters.close();
    await Promise.all([...this.#replicas.values()].map((replica) => replica.close()));
    await Promise.all([...this.#branches.values()].map((branch) => branch.close()));
    await this.#past.settled();
    for (const endpoint of this.#endpoints.values()) endpoint.closed();
    await Promise.all(this.#deletions);
  }

  /** Nothing to do on a root branch that was never made: its contents are read when it is. A child is made now, from its parent. */
  async #administer(branchId: string, work: (cluster: Cluster) => Promise<void>): Promise<void> {
    const branch = this.#branch(branchId);
    if (branch.isUntouched && branch.isPlainRoot) return;
    await branch.using(work);
  }

  /** For the replicas of a branch that has got other data or other settings. */
  async #branchChanged(branch: Branch): Promise<void> {
    const replicas = [...this.#replicas.values()].filter((replica) => replica.branch === branch);
    const failed = (error: unknown) => this.options.tools.log(`${branch.spec.branchId}: ${String(error)}`);
    // A replica that cannot follow now tries again with its next connection.
    await Promise.all(replicas.map((replica) => replica.branchChanged().catch(failed)));
  }

  /** Deleting goes on in the background; who stops everything waits for it. */
  #deletes(what: string, { gone }: { gone: Promise<void> }): void {
    const deletion = gone.catch((error: unknown) => this.options.tools.log(`${what}: ${String(error)}`));
    this.#deletions.add(deletion);
    void deletion.then(() => this.#deletions.delete(deletion));
  }

  #branch(branchId: string): Branch {
    const branch = this.#branches.get(branchId);
    if (!branch) throw new Error(`Branch ${branchId} is not known.`);
    return branch;
  }

  #endpoint(endpointId: string): Endpoint {
    const endpoint = this.#endpoints.get(endpointId);
    if (!endpoint) throw new Error(`Endpoint ${endpointId} is not known.`);
    return endpoint;
  }
}

/** 0: there is no such process. Nothing: this system has no /proc. */
function parentOf(processId: number): number | undefined {
  if (!fs.existsSync("/proc/self/stat")) return undefined;
  try {
    const stat = fs.readFileSync(`/proc/${processId}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return 0;
  }
}
