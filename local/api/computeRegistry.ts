import type { BranchDocument, EndpointDocument, ProjectDocument, StoredSource } from "../store/documents";
import type { Store } from "../store/store";
import type { BranchContents, BranchSpec, Computes, ComputeState, DataSource, EndpointSpec } from "../types";
import { momentOf } from "./rules/moments";
import { maxConnectionsOf } from "./rules/computeSize";

/** Tells the Postgres side what exists, from the documents, each thing once. */
export class ComputeRegistry {
  readonly #branches = new Set<string>();
  readonly #endpoints = new Set<string>();

  /** Told of every branch whose files are gone. */
  branchRemoved: (branchId: string) => void = () => undefined;

  constructor(
    readonly postgres: Computes,
    private readonly store: Store,
    /** What `suspend_timeout_seconds: 0` means here. */
    private readonly defaultIdleSeconds: number,
  ) {}

  /** Everything that is in the store, at start-up; the answer names the endpoints that could not be opened. */
  async registerAll(): Promise<{ endpointId: string; error: unknown }[]> {
    for (const branch of this.store.all("branch")) this.#ensure(branch);
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
    this.#ensure(branch);
  }

  #ensure(branch: BranchDocument | undefined): void {
    // The branch that a restore under way makes of the former state is told of by that restore.
    if (!branch || branch.preserves || this.#branches.has(branch.id)) return;
    const { parent_id, source } = branch;
    if (parent_id) this.#ensure(this.store.get("branch", parent_id));
    if (source && "branch_id" in source) this.#ensure(this.store.get("branch", source.branch_id));
    this.postgres.addBranch(this.#branchSpecOf(branch), this.#contentsOf(branch.id));
    this.#branches.add(branch.id);
  }

  #branchSpecOf(branch: BranchDocument): BranchSpec {
    const project = this.store.get("project", branch.project_id) as ProjectDocument;
    return {
      branchId: branch.id,
      projectId: branch.project_id,
      pgVersion: project.pg_version,
      parentId: branch.parent_id,
      ...(branch.source ? { source: dataSourceOf(branch.source) } : {}),
      ...(branch.source && branch.init_source === "schema-only" ? { schemaOnly: true } : {}),
      retentionSeconds: () => this.#projectOf(branch)?.history_retention_seconds ?? 0,
      logicalReplication: () => this.#projectOf(branch)?.settings.enable_logical_replication ?? false,
    };
  }

  /** Also of a deleted one that may be recovered: what its branches hold is kept as it is. */
  #projectOf({ project_id }: BranchDocument): ProjectDocument | undefined {
    return this.store.get("project", project_id) ?? this.store.get("recoverableProject", project_id);
  }

  #contentsOf(branchId: string): () => BranchContents {
    return () => ({
      roles: this.store
        .list("role", branchId)
        .map(({ name, password, no_login }) => ({ name, password, noLogin: no_login })),
      databases: this.store.list("database", branchId).map(({ name, owner_name }) => ({ name, ownerName: owner_name })),
    });
  }

  /** Puts other data in the place of a branch's own, which becomes the branch `backupId` where one is named. */
  async restoreBranch(branchId: string, restoreId: string, source: StoredSource, backupId?: string): Promise<void> {
    this.ensureBranch(branchId);
    if ("branch_id" in source) this.ensureBranch(source.branch_id);
    const backup = backupId === undefined ? undefined : this.store.get("branch", backupId);
    const preserveAs = backup && { spec: this.#branchSpecOf(backup), contents: this.#contentsOf(backup.id) };
    await this.postgres.restoreBranch(branchId, { restoreId, source: dataSourceOf(source), preserveAs });
    if (backup) this.#branches.add(backup.id);
  }

  /** Opens an endpoint anew on the branch that it is on now; its sessions end. */
  async moveEndpoint(endpointId: string): Promise<void> {
    await this.removeEndpoint(endpointId);
    await this.openEndpoint(endpointId);
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

  /** Also of one that this process has never seen: a replica has files. */
  async removeEndpoint(endpointId: string): Promise<void> {
    // Who asks for its state meanwhile must not find it half gone.
    this.#endpoints.delete(endpointId);
    await this.postgres.removeEndpoint(endpointId);
  }

  /** Deletes the files of a branch whose row is gone, also of one that this process has never seen. */
  async removeBranch(branch: { branchId: string; projectId: string; pgVersion: number; parentId?: string }) {
    if (!this.#branches.has(branch.branchId)) {
      this.postgres.addBranch(branch, () => ({ roles: [], databases: [] }));
      this.#branches.add(branch.branchId);
    }
    await this.postgres.removeBranch(branch.branchId);
    this.#branches.delete(branch.branchId);
    this.branchRemoved(branch.branchId);
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

  #preloadLibrariesOf(projectId: string): string[] {
    return this.store.get("project", projectId)?.settings.preload_libraries.enabled_libraries ?? [];
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
      size: `${endpoint.autoscaling_limit_min_cu}-${endpoint.autoscaling_limit_max_cu}`,
      pgSettings: endpoint.settings.pg_settings ?? {},
      preloadLibraries: endpoint.settings.preload_libraries?.enabled_libraries,
      defaultPreloadLibraries: () => this.#preloadLibrariesOf(endpoint.project_id),
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

const dataSourceOf = (source: StoredSource): DataSource => {
  if ("snapshot_id" in source) return { snapshotId: source.snapshot_id };
  const { branch_id: branchId, lsn, time } = source;
  return { branchId, ...(lsn === undefined && time === undefined ? {} : { at: momentOf({ lsn, time }) }) };
};
