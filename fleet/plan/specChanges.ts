import type { AppRoleSpec, ReplicaSpec, SnapshotsSpec, TenantSpec } from "../config";
import { appliedFields, canonicalJson } from "./appliedFields";
import type { ChangeClass, FieldChange } from "./plan";
import { projectChange, replicaClass } from "./providerChange";

/** Neon keeps this much history where nobody said otherwise (paid plans). */
const defaultHistorySeconds = 86_400;
const immutable = new Set(["region", "pgVersion", "organization", "organizationId", "databaseName", "roleName"]);

/** Every field that differs between what was applied and what is asked for, with what the change does. */
export function specChanges(applied: TenantSpec, asked: TenantSpec): FieldChange[] {
  const before = appliedFields(applied);
  const after = appliedFields(asked);
  const fields = new Set([...before.keys(), ...after.keys()]);
  return [...fields].flatMap((field) => {
    const [from, to] = [before.get(field), after.get(field)];
    if (canonicalJson(from) === canonicalJson(to)) return [];
    const isLabel = field === "organization" && applied.organizationId && asked.organizationId;
    const change = projectChange(field, from, to) ?? { class: changeClass(field, from, to, applied) };
    // Where both sides know the organization's id, its name is only what the file calls it.
    return [{ field, from, to, ...(isLabel ? { class: "inPlace" } : change) }];
  });
}

function changeClass(field: string, from: unknown, to: unknown, applied: TenantSpec): ChangeClass {
  // Whether a value that was not set before equals what the project has is known to Neon only, so the provider decides that.
  if (immutable.has(field)) return from !== undefined && to !== undefined ? "refused" : "inPlace";
  const [group, name = ""] = split(field);
  switch (group) {
    case "databases":
    case "roles":
    case "appRoles":
    case "replicas":
      if (to === undefined) return isDeletable(applied, name) ? "reducesProtection" : "refused";
      if (group === "replicas") return from === undefined ? "inPlace" : replicaClass(replicaOf(from), replicaOf(to));
      return group === "appRoles" && mayWrite(to) && from !== undefined && !mayWrite(from)
        ? "reducesProtection"
        : "inPlace";
    case "allowDelete":
      return to === undefined ? "inPlace" : "reducesProtection";
    case "historyRetentionSeconds":
      // Where it is no longer set, Neon keeps what it has.
      return to !== undefined && asHistory(to) < asHistory(from) ? "reducesProtection" : "inPlace";
    case "snapshots":
      return thinsOut(from, to) ? "reducesProtection" : "inPlace";
    case "protection":
    case "retainOnDelete":
      return from === true ? "reducesProtection" : "inPlace";
    default:
      return "inPlace";
  }
}

/** Fewer snapshots, or snapshots that are kept less long, guard the data less. */
function thinsOut(from: unknown, to: unknown): boolean {
  const entries = (value: unknown) => (value ?? []) as SnapshotsSpec[];
  const keptFor = ({ retentionSeconds = Infinity }: SnapshotsSpec) => retentionSeconds;
  const isCovered = (former: SnapshotsSpec) =>
    entries(to).some((it) => it.frequency === former.frequency && keptFor(it) >= keptFor(former));
  return !entries(from).every(isCovered);
}

/** The consent counts only once it was applied, in an apply before the one that drops. */
function isDeletable(applied: TenantSpec, name: string): boolean {
  return applied.protection === false || (applied.allowDelete ?? []).includes(name);
}

/** The name is the field's, and never differs. */
function replicaOf(value: unknown): ReplicaSpec {
  return value as ReplicaSpec;
}

function mayWrite(appRole: unknown): boolean {
  return (appRole as AppRoleSpec).access === "readWrite";
}

/** Names of databases may hold dots themselves. */
function split(field: string): [string, string?] {
  const dot = field.indexOf(".");
  return dot < 0 ? [field] : [field.slice(0, dot), field.slice(dot + 1)];
}

function asHistory(value: unknown): number {
  return typeof value === "number" ? value : defaultHistorySeconds;
}
