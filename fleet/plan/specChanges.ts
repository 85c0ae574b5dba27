import type { TenantSpec } from "../config";
import { appliedFields, canonicalJson } from "./appliedFields";
import type { ChangeClass, FieldChange } from "./plan";

/** Neon keeps this much history where nobody said otherwise (paid plans). */
const defaultHistorySeconds = 86_400;
const immutable = new Set(["region", "pgVersion", "organization", "databaseName", "roleName"]);

/** Every field that differs between what was applied and what is asked for, with what the change does, in the order of the fields. */
export function specChanges(applied: TenantSpec, asked: TenantSpec): FieldChange[] {
  const before = appliedFields(applied);
  const after = appliedFields(asked);
  // Where only one side knows the organization's id, the name they share says that it is the same one.
  if (applied.organization === asked.organization && !(applied.organizationId && asked.organizationId)) {
    before.delete("organization");
    after.delete("organization");
  }
  const fields = new Set([...before.keys(), ...after.keys()]);
  return [...fields].flatMap((field) => {
    const [from, to] = [before.get(field), after.get(field)];
    if (canonicalJson(from) === canonicalJson(to)) return [];
    return [{ field, from, to, class: changeClass(field, from, to, applied) }];
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
      if (to !== undefined) return "inPlace";
      return applied.allowDelete?.includes(name) ? "reducesProtection" : "refused";
    case "allowDelete":
      return to === undefined ? "inPlace" : "reducesProtection";
    case "historyRetentionSeconds":
      return asHistory(to) < asHistory(from) ? "reducesProtection" : "inPlace";
    case "protection":
    case "protectedBranch":
      return from === true ? "reducesProtection" : "inPlace";
    case "allowedIps":
      return Array.isArray(from) && !Array.isArray(to) ? "reducesProtection" : "inPlace";
    default:
      return "inPlace";
  }
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
