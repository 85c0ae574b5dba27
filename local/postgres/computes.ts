import fs from "node:fs";
import type { Clock } from "../clock";
import type { Listeners } from "../proxy/listeners";
import type { Routes, Upstream } from "../proxy/routes";
import type { ServerIdentity } from "../tls/serverIdentity";
import type { BranchContents, BranchSpec, Computes, DatabaseSpec, EndpointSpec, RoleSpec } from "../types";
import { Branch, type BranchTools } from "./branch";
import type { Cluster } from "./cluster";
import { createDatabase, dropDatabase, updateDatabase } from "./databases";
import { Endpoint } from "./endpoint";
import { createRole, dropRole, setPassword } from "./roles";
import { asAdmin, SYSTEM_DATABASE } from "./sql";

export interface RegistryOptions {
  tools: BranchTools;
  clock: Clock;
  idleLimitMs?: number;
  sharedIdentity: () => Promise<ServerIdentity>;
}

/** All branches and endpoints of one local Neon. */
export class ComputeRegistry implements Routes, Omit<Computes, "close"> {
  readonly #branches = new Map<string, Branch>();
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #deletions = new Set<Promise<void>>();
  #listeners: Listeners | undefined;

  constructor(private readonly options: RegistryOptions) {}

  listenOn(listeners: Listeners): void {
    this.#listeners = listeners;
  }

  addBranch(spec: BranchSpec, contents: () => BranchContents): void {
    const { parentId } = spec;
    const parent = () => (parentId === undefined ? undefined : this.#branches.get(parentId));
    this.#branches.set(spec.branchId, new Branch(spec, contents, parent, this.options.tools));
  }

  async addEndpoint(spec: EndpointSpec): Promise<void> {
    const branch = this.#branch(spec.branchId);
    const { endpointId } = spec;
    await this.#listeners?.add(spec.address, () => this.#endpoints.get(endpointId));
    this.#endpoints.set(endpointId, new Endpoint(spec, branch, this.options.clock, this.options.idleLimitMs));
    // A running Postgres gets the new name into its certificate.
    if (branch.cluster) await branch.identity();
  }

  async updateEndpoint(spec: EndpointSpec): Promise<void> {
    await this.#endpoint(spec.endpointId).update(spec);
  }

  async removeEndpoint(endpointId: string): Promise<void> {
    const endpoint = this.#endpoints.get(endpointId);
    if (!endpoint) return;
    this.#endpoints.delete(endpointId);
    await this.#listeners?.remove(endpoint.spec.address);
    await endpoint.remove();
  }

  async removeBranch(branchId: string): Promise<void> {
    const branch = this.#branches.get(branchId);
    if (!branch) return;
    this.#branches.delete(branchId);
    for (const endpoint of [...this.#endpoints.values()]) {
      if (endpoint.branch === branch) await this.removeEndpoint(endpoint.endpointId);
    }
    const { gone } = await branch.remove();
    const deletion = gone.catch((error: unknown) => this.options.tools.log(`${branchId}: ${String(error)}`));
    this.#deletions.add(deletion);
    void deletion.then(() => this.#deletions.delete(deletion));
  }

  async materializeBranch(branchId: string): Promise<void> {
    await this.#branch(branchId).materialize();
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
    const running = [...this.#branches.values()].flatMap(({ cluster }) => cluster ?? []);
    const parent = parentOf(processId);
    const meant = parent === undefined ? running : running.filter(({ pid }) => pid === parent);
    return meant.map(({ socketPath, port }) => ({ socketPath, tlsPort: port }));
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#branches.values()].map((branch) => branch.close()));
    await Promise.all(this.#deletions);
  }

  /** Nothing to do on a root branch that was never made: its contents are read when it is. A child is made now, from its parent. */
  async #administer(branchId: string, work: (cluster: Cluster) => Promise<void>): Promise<void> {
    const branch = this.#branch(branchId);
    if (branch.isUntouched && branch.spec.parentId === undefined) return;
    await branch.using(work);
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
