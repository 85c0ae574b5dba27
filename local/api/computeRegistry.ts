import type { BranchDocument, EndpointDocument, ProjectDocument } from "../store/documents";
import type { Store } from "../store/store";
import type { Computes, EndpointSpec } from "../types";
import { maxConnectionsOf } from "./rules/computeSize";

export type ComputeState = ReturnType<Computes["state"]>;

/** Tells the Postgres side what exists, from the documents, each thing once. */
export class ComputeRegistry {
  readonly #branches = new Set<string>();
  readonly #endpoints = new Set<string>();

  constructor(
    readonly postgres: Computes,
    private readonly store: Store,
    /** What `suspend_timeout_seconds: 0` means here. */
    private readonly defaultIdleSeconds: number,
  ) {}

  /** Everything that is in the store, at start-up; the answer names the endpoints that could not be opened. */
  async registerAll(): Promise<{ endpointId: string; error: unknown }[]> {
    for (const branch of this.store.all("branch")) this.#addBranch(branch);
    const failures: { endpointId: string; error: unknown }[] = [];
    const open = async ({ id }: EndpointDocument) => {
      await this.openEndpoint(id).catch((error: unknown) => failures.push({ endpointId: id, error }));
    };
    await Promise.all(this.store.all("endpoint").map(open));
    return failures;
  }

  ensureBranch(branchId: string): void {
    if (this.#branches.has(branchId)) return;
    const branch = this.store.get("branch", branchId);
    if (!branch) throw new Error(`branch ${branchId} is gone`);
    if (branch.parent_id) this.ensureBranch(branch.parent_id);
    this.#addBranch(branch);
  }

  #addBranch(branch: BranchDocument): void {
    const project = this.store.get("project", branch.project_id) as ProjectDocument;
    const spec = {
      branchId: branch.id,
      projectId: branch.project_id,
      pgVersion: project.pg_version,
      parentId: branch.parent_id,
    };
    this.postgres.addBranch(spec, () => ({
      roles: this.store
        .list("role", branch.id)
        .map(({ name, password, no_login }) => ({ name, password, noLogin: no_login })),
      databases: this.store
        .list("database", branch.id)
        .map(({ name, owner_name }) => ({ name, ownerName: owner_name })),
    }));
    this.#branches.add(branch.id);
  }

  async openEndpoint(endpointId: string): Promise<void> {
    if (this.#endpoints.has(endpointId)) return;
    const endpoint = this.#endpoint(endpointId);
    this.ensureBranch(endpoint.branch_id);
    await this.postgres.addEndpoint(this.#specOf(endpoint));
    this.#endpoints.add(endpointId);
  }

  async updateEndpoint(endpointId: string): Promise<void> {
    if (!this.#endpoints.has(endpointId)) return this.openEndpoint(endpointId);
    await this.postgres.updateEndpoint(this.#specOf(this.#endpoint(endpointId)));
  }

  async removeEndpoint(endpointId: string): Promise<void> {
    if (!this.#endpoints.has(endpointId)) return;
    await this.postgres.removeEndpoint(endpointId);
    this.#endpoints.delete(endpointId);
  }

  /** Deletes the files of a branch whose row is gone, also of one that this process has never seen. */
  async removeBranch(branch: { branchId: string; projectId: string; pgVersion: number; parentId?: string }) {
    if (!this.#branches.has(branch.branchId)) {
      this.postgres.addBranch(branch, () => ({ roles: [], databases: [] }));
      this.#branches.add(branch.branchId);
    }
    await this.postgres.removeBranch(branch.branchId);
    this.#branches.delete(branch.branchId);
  }

  /** `undefined` as long as the endpoint has not been opened. */
  stateOf(endpointId: string): ComputeState | undefined {
    return this.#endpoints.has(endpointId) ? this.postgres.state(endpointId) : undefined;
  }

  #endpoint(endpointId: string): EndpointDocument {
    const endpoint = this.store.get("endpoint", endpointId);
    if (!endpoint) throw new Error(`endpoint ${endpointId} is gone`);
    return endpoint;
  }

  #specOf(endpoint: EndpointDocument): EndpointSpec {
    return {
      endpointId: endpoint.id,
      branchId: endpoint.branch_id,
      address: endpoint.host,
      readOnly: endpoint.type === "read_only",
      disabled: endpoint.disabled,
      idleMs: idleMsOf(endpoint, this.defaultIdleSeconds),
      maxConnections: maxConnectionsOf(endpoint.autoscaling_limit_min_cu, endpoint.autoscaling_limit_max_cu),
    };
  }
}

/** Milliseconds without connections before the compute stops. Neon never suspends computes above 16 CU. */
export function idleMsOf(
  endpoint: Pick<EndpointDocument, "suspend_timeout_seconds" | "autoscaling_limit_max_cu">,
  defaultIdleSeconds: number,
): number | undefined {
  if (endpoint.suspend_timeout_seconds < 0 || endpoint.autoscaling_limit_max_cu > 16) return undefined;
  return (endpoint.suspend_timeout_seconds || defaultIdleSeconds) * 1000;
}
