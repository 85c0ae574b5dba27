import type { Clock } from "../../clock";
import type { DatabaseDocument, RoleDocument, StoredSource } from "../../store/documents";
import type { Store } from "../../store/store";
import type { FoundContents } from "../../types";
import type { ComputeRegistry } from "../computeRegistry";
import { newPassword, type Random } from "../ids";
import { insertDatabase } from "../newDocuments";

/** What the work of an operation needs beside the store. */
export interface WorkTools {
  clock: Clock;
  random: Random;
}

/**
 * Brings the roles and databases that the API shows of a branch in line with data that came from another moment or place, and the
 * passwords of its roles back to what they are for the API: connection strings go on working, as at Neon, where every start of a
 * compute sets them.
 */
export async function adoptContents(
  branchId: string,
  source: StoredSource | undefined,
  store: Store,
  computes: ComputeRegistry,
  tools: WorkTools,
): Promise<void> {
  const found = await computes.postgres.readContents(branchId);
  store.transaction(() => {
    if (!store.get("branch", branchId)) return;
    adoptRoles(branchId, found.roles, passwordsOf(source, store), store, tools);
    adoptDatabases(branchId, found.databases, store, tools);
  });
  await setPasswords(branchId, store, computes);
}

/** Sets in Postgres the passwords that the API gives out. */
export async function setPasswords(branchId: string, store: Store, computes: ComputeRegistry): Promise<void> {
  for (const role of store.list("role", branchId)) {
    if (!role.no_login) await computes.postgres.setPassword(branchId, role.name, role.password);
  }
}

/** The password of a role where the data comes from; below a protected branch everybody gets another. */
function passwordsOf(source: StoredSource | undefined, store: Store): (name: string) => string | undefined {
  if (!source) return () => undefined;
  if ("snapshot_id" in source) {
    const { roles = [] } = store.get("snapshot", source.snapshot_id) ?? {};
    return (name) => roles.find((role) => role.name === name)?.password;
  }
  const { branch_id } = source;
  if (store.get("branch", branch_id)?.protected) return () => undefined;
  return (name) =>
    (store.get("role", `${branch_id}/${name}`) ?? store.get("removedRole", `${branch_id}/${name}`))?.password;
}

function adoptRoles(
  branchId: string,
  found: FoundContents["roles"],
  passwordAtSource: (name: string) => string | undefined,
  store: Store,
  { clock, random }: WorkTools,
): void {
  const now = clock.now().toISOString();
  const names = new Set(found.map(({ name }) => name));
  for (const role of store.list("role", branchId)) {
    if (!names.has(role.name)) rememberRemovedRole(role, store);
  }
  for (const { name, noLogin } of found) {
    const id = `${branchId}/${name}`;
    const known = store.get("role", id);
    if (known?.no_login === noLogin) continue;
    const password = (known ?? store.get("removedRole", id))?.password ?? passwordAtSource(name) ?? newPassword(random);
    const created_at = known?.created_at ?? now;
    const role: RoleDocument = { branch_id: branchId, name, password, no_login: noLogin, created_at, updated_at: now };
    store.remove("removedRole", id);
    if (known) store.update("role", id, role);
    else store.insert("role", id, branchId, role, name);
  }
}

/** Removes a role; its password is kept for the case that an earlier state brings it back. */
export function rememberRemovedRole(role: RoleDocument, store: Store): void {
  const id = `${role.branch_id}/${role.name}`;
  store.remove("role", id);
  store.remove("removedRole", id);
  store.insert("removedRole", id, role.branch_id, role, role.name);
}

function adoptDatabases(branchId: string, found: DatabaseSpecs, store: Store, { clock }: WorkTools): void {
  const now = clock.now().toISOString();
  const owners = new Map(found.map(({ name, ownerName }) => [name, ownerName]));
  for (const database of store.list("database", branchId)) {
    const owner_name = owners.get(database.name);
    owners.delete(database.name);
    const id = `${branchId}/${database.name}`;
    if (owner_name === undefined) store.remove("database", id);
    else if (owner_name !== database.owner_name) {
      const changed: DatabaseDocument = { ...database, owner_name, updated_at: now };
      store.update("database", id, changed);
    }
  }
  for (const [name, owner_name] of owners) insertDatabase({ store, clock }, branchId, { name, owner_name });
}

type DatabaseSpecs = FoundContents["databases"];
