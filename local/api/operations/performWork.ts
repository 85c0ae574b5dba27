import type { BranchDocument, Work } from "../../store/documents";
import type { Store } from "../../store/store";
import type { ComputeRegistry } from "../computeRegistry";
import { momentOf } from "../rules/moments";
import { finalizeRestore } from "./finalizeRestore";
import { adoptContents, setPasswords, type WorkTools } from "./adoptContents";

const exists = new Set(["42710", "42P04"]);
const missing = new Set(["42704", "3D000"]);

/**
 * Whether the work of an operation that an injected fault lets fail is done all the same: what the API shows already and Neon's next
 * start of the compute, or its own housekeeping, would make good. A branch that was not made and a compute that was not started,
 * suspended or restarted stay so.
 */
export function isMadeGood(work: Work): boolean {
  return ![
    "createBranch",
    "restoreBranch",
    "finalizeRestore",
    "createSnapshot",
    "start",
    "suspend",
    "restart",
  ].includes(work.do);
}

/**
 * Does the real work of an operation. As at Neon, what is there already is not made again and what is gone is not dropped: that
 * also makes it right to do the work once more after the server died in the middle of it.
 */
export async function performWork(
  work: Work,
  store: Store,
  computes: ComputeRegistry,
  tools: WorkTools,
): Promise<void> {
  switch (work.do) {
    case "createBranch":
      return createBranch(work, store, computes, tools);
    case "restoreBranch":
      return restoreBranch(work, store, computes, tools);
    case "finalizeRestore":
      return finalizeRestore(work, store, computes, tools);
    case "createSnapshot":
      return createSnapshot(work, store, computes);
    case "archive":
    case "unarchive":
      // Cost-effective storage is slower storage at Neon; here the data stays where it is.
      return;
    case "openEndpoint":
      return computes.openEndpoint(work.endpointId);
    case "updateEndpoint":
      return computes.updateEndpoint(work.endpointId);
    case "closeEndpoint":
      return computes.removeEndpoint(work.endpointId);
    case "start":
    case "suspend":
    case "restart":
      await computes.openEndpoint(work.endpointId);
      return computes.postgres[work.do](work.endpointId);
    case "createRole":
    case "setPassword":
    case "dropRole":
      computes.ensureBranch(work.branchId);
      return changeRole(work, store, computes);
    case "createDatabase":
    case "dropDatabase":
    case "updateDatabase":
      computes.ensureBranch(work.branchId);
      return changeDatabase(work, store, computes);
    case "cleanup":
      return cleanUp(work.cleanupId, store, computes);
  }
}

async function createBranch(
  work: Extract<Work, { do: "createBranch" }>,
  store: Store,
  computes: ComputeRegistry,
  tools: WorkTools,
) {
  const branch = store.get("branch", work.branchId);
  if (!branch) return;
  computes.ensureBranch(branch.id);
  // A root branch comes from its version's template, at its first start.
  if (branch.parent_id || branch.source) await computes.postgres.materializeBranch(branch.id);
  if (isOfAnotherTime(branch)) await adoptContents(branch.id, branch.source, store, computes, tools);
  else if (work.setPasswords) await setPasswords(branch.id, store, computes);
}

/** Roles and databases may be others than those of the parent's head. */
const isOfAnotherTime = ({ source }: BranchDocument) =>
  source !== undefined && ("snapshot_id" in source || source.lsn !== undefined || source.time !== undefined);

type RestoreWork = Extract<Work, { do: "restoreBranch" }>;

async function restoreBranch(work: RestoreWork, store: Store, computes: ComputeRegistry, tools: WorkTools) {
  const branch = store.get("branch", work.branchId);
  if (!branch) return;
  if (branch.restoring) {
    const { restore_id, backup_id } = branch.restoring;
    await computes.restoreBranch(branch.id, restore_id, work.source, backup_id);
    store.transaction(() => forgetRestoring(branch.id, store, tools.clock.now().toISOString()));
  }
  await adoptContents(branch.id, work.source, store, computes, tools);
}

/** The data is in place: from here on the restore cannot come to nothing. */
function forgetRestoring(branchId: string, store: Store, now: string): void {
  const branch = store.get("branch", branchId);
  if (!branch?.restoring) return;
  const { restoring, ...rest } = branch;
  store.update("branch", branchId, rest);
  const preserved = restoring.backup_id === undefined ? undefined : store.get("branch", restoring.backup_id);
  if (!preserved) return;
  const { preserves: _preserves, ...backup } = preserved;
  store.update("branch", backup.id, { ...backup, state: "ready", state_changed_at: now, updated_at: now });
}

async function createSnapshot(
  { snapshotId }: Extract<Work, { do: "createSnapshot" }>,
  store: Store,
  computes: ComputeRegistry,
): Promise<void> {
  const snapshot = store.get("snapshot", snapshotId);
  // One of a schedule may have passed its retention before its turn came; its branch may be gone.
  if (!snapshot || !store.get("branch", snapshot.source_branch_id)) return;
  computes.ensureBranch(snapshot.source_branch_id);
  const at = snapshot.at && momentOf(snapshot.at);
  const of = { branchId: snapshot.source_branch_id, ...(at ? { at } : {}) };
  const { lsn, sizeBytes } = await computes.postgres.createSnapshot(snapshotId, of);
  store.transaction(() => {
    const present = store.get("snapshot", snapshotId);
    if (present) store.update("snapshot", snapshotId, { ...present, lsn, full_size: sizeBytes });
  });
}

type RoleWork = Extract<Work, { role: string }>;

async function changeRole(work: RoleWork, store: Store, { postgres }: ComputeRegistry): Promise<void> {
  if (work.do === "dropRole") return tolerate(missing, () => postgres.dropRole(work.branchId, work.role));
  const role = store.get("role", `${work.branchId}/${work.role}`);
  if (!role) return;
  const setPassword = () => postgres.setPassword(work.branchId, role.name, role.password);
  if (work.do === "setPassword") return setPassword();
  const spec = { name: role.name, password: role.password, noLogin: role.no_login };
  try {
    await postgres.createRole(work.branchId, spec);
  } catch (error) {
    if (!exists.has(sqlState(error))) throw error;
    if (!role.no_login) await setPassword();
  }
}

type DatabaseWork = Extract<Work, { database: string }>;

async function changeDatabase(work: DatabaseWork, store: Store, { postgres }: ComputeRegistry): Promise<void> {
  if (work.do === "dropDatabase") {
    return tolerate(missing, () => postgres.dropDatabase(work.branchId, work.database));
  }
  if (work.do === "updateDatabase") {
    const { name, ownerName } = work;
    return tolerate(missing, () => postgres.updateDatabase(work.branchId, work.database, { name, ownerName }));
  }
  const database = store.get("database", `${work.branchId}/${work.database}`);
  if (!database) return;
  const spec = { name: database.name, ownerName: database.owner_name };
  await tolerate(exists, () => postgres.createDatabase(work.branchId, spec));
}

/** Removes listeners and files of what was deleted; the note about it stays until all of it is gone. */
export async function cleanUp(cleanupId: string, store: Store, computes: ComputeRegistry): Promise<void> {
  const cleanup = store.get("cleanup", cleanupId);
  if (!cleanup) return;
  for (const endpointId of cleanup.endpointIds) await computes.removeEndpoint(endpointId);
  for (const branch of cleanup.branches) await computes.removeBranch(branch);
  for (const snapshotId of cleanup.snapshotIds ?? []) await computes.postgres.removeSnapshot(snapshotId);
  store.remove("cleanup", cleanupId);
}

async function tolerate(states: Set<string>, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!states.has(sqlState(error))) throw error;
  }
}

function sqlState(error: unknown): string {
  const code = error instanceof Error ? (error as Error & { code?: unknown }).code : undefined;
  return typeof code === "string" ? code : "";
}
