import type { Work } from "../../store/documents";
import type { Store } from "../../store/store";
import type { ComputeRegistry } from "../computeRegistry";

const exists = new Set(["42710", "42P04"]);
const missing = new Set(["42704", "3D000"]);

/**
 * Whether the work of an operation that an injected fault lets fail is done all the same: what the API shows already and Neon's next
 * start of the compute, or its own housekeeping, would make good. A branch that was not made and a compute that was not started,
 * suspended or restarted stay so.
 */
export function isMadeGood(work: Work): boolean {
  return !["createBranch", "start", "suspend", "restart"].includes(work.do);
}

/**
 * Does the real work of an operation. As at Neon, what is there already is not made again and what is gone is not dropped: that
 * also makes it right to do the work once more after the server died in the middle of it.
 */
export async function performWork(work: Work, store: Store, computes: ComputeRegistry): Promise<void> {
  switch (work.do) {
    case "createBranch":
      return createBranch(work, store, computes);
    case "openEndpoint":
      return computes.openEndpoint(work.endpointId);
    case "updateEndpoint":
      return computes.updateEndpoint(work.endpointId);
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

async function createBranch(work: Extract<Work, { do: "createBranch" }>, store: Store, computes: ComputeRegistry) {
  const branch = store.get("branch", work.branchId);
  if (!branch) return;
  computes.ensureBranch(branch.id);
  // A root branch comes from its version's template, at its first start.
  if (branch.parent_id) await computes.postgres.materializeBranch(branch.id);
  if (work.setPasswords) {
    for (const role of store.list("role", branch.id)) {
      if (!role.no_login) await computes.postgres.setPassword(branch.id, role.name, role.password);
    }
  }
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
