import type { AppRoleSpec, SnapshotsSpec, TenantSpec } from "../config";
import { appliedFields, canonicalJson } from "./appliedFields";
import type { ChangeClass, FieldChange } from "./plan";

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
    // Where both sides know the organization's id, its name is only what the file calls it.
    return [{ field, from, to, class: isLabel ? "inPlace" : changeClass(field, from, to, applied) }];
  });
}

function changeClass(field: string, from: unknown, to: unknown, applied: TenantSpec): ChangeClass {
  // Whether a value that was not set before equals what the project has is known to Neon only, so the provider decides that.
  if (immutable.has(field)) return from !== undefined && to !== undefined ? "refused" : "inPlace";
  const [group, name = ""] = split(field);
  switch (group) {
    case "compute":
      return "restartsCompute";
    case "quota":
      return asLimit(to) < asLimit(from) ? "maySuspend" : "inPlace";
    case "databases":
    case "roles":
    case "appRoles":
    case "replicas":
      if (to === undefined) return isDeletable(applied, name) ? "reducesProtection" : "refused";
      if (group === "replicas" && from !== undefined) return "restartsCompute";
      return group === "appRoles" && mayWrite(to) && from !== undefined && !mayWrite(from)
        ? "reducesProtection"
        : "inPlace";
    case "allowDelete":
      return to === undefined ? "inPlace" : "reducesProtection";
    case "historyRetentionSeconds":
      return asHistory(to) < asHistory(from) ? "reducesProtection" : "inPlace";
    case "snapshots":
      return thinsOut(from, to) ? "reducesProtection" : "inPlace";
    case "protection":
    case "protectedBranch":
      return from === true ? "reducesProtection" : "inPlace";
    case "allowedIps":
      return Array.isArray(from) && !Array.isArray(to) ? "reducesProtection" : "inPlace";
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

function mayWrite(appRole: unknown): boolean {
  return (appRole as AppRoleSpec).access === "readWrite";
}

/** Names of databases may hold dots themselves. */
function split(field: string): [string, string?] {
  const dot = field.indexOf(".");
  return dot < 0 ? [field] : [field.slice(0, dot), field.slice(dot + 1)];
}

/** At Neon, 0 and a limit that is missing are no limit. */
function asLimit(value: unknown): number {
  return typeof value === "number" && value > 0 ? value : Infinity;
}

function asHistory(value: unknown): number {
  return typeof value === "number" ? value : defaultHistorySeconds;
}
