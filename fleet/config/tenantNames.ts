import type { Add } from "./crossChecks";
import type { SettingsInFile, TenantInFile } from "./fleetSchema";
import { suggest } from "./suggest";
import type { Path } from "./yamlSource";

/** Neon's name for the first database of a project, and through it for the first role, where nobody gave one. */
const defaultDatabase = "neondb";

/** What the first database of a tenant and its owner are called. */
export function firstNames(entry: TenantInFile, defaults: SettingsInFile): { database: string; role: string } {
  const database = entry.database ?? defaults.database ?? defaultDatabase;
  return { database, role: entry.role ?? defaults.role ?? `${database}_owner` };
}

/** Further databases and roles of a tenant: no name twice, and every owner exists. */
export function tenantNameProblems(
  path: Path,
  entry: TenantInFile,
  defaults: SettingsInFile,
  isCut: (part: string) => boolean,
  add: Add,
): void {
  const { database, role } = firstNames(entry, defaults);
  const roles = entry.roles ?? [];
  const databases = entry.databases ?? [];
  noDoubles([...path, "roles"], roles, isCut("role") ? undefined : role, "role", add);
  noDoubles(
    [...path, "databases"],
    databases.map((one) => one.name),
    isCut("database") ? undefined : database,
    "database",
    add,
    "name",
  );
  if (isCut("roles") || isCut("role")) return;
  for (const [index, { owner }] of databases.entries()) {
    if (owner === undefined || owner === role || roles.includes(owner)) continue;
    const suggestion = suggest(owner, [role, ...roles]);
    const sentence = `there is no role ${owner} in this tenant; list it under roles`;
    add([...path, "databases", index, "owner"], { code: "FLEET_REFERENCE_UNKNOWN", sentence, suggestion });
  }
}

function noDoubles(
  path: Path,
  names: string[],
  first: string | undefined,
  what: string,
  add: Add,
  field?: string,
): void {
  const seen = new Set(first === undefined ? [] : [first]);
  for (const [index, name] of names.entries()) {
    const place = field === undefined ? [...path, index] : [...path, index, field];
    const sentence =
      name === first
        ? `${name} is the first ${what}, which the project has anyway`
        : `the ${what} ${name} stands twice`;
    if (seen.has(name)) add(place, { code: "FLEET_NAME_TAKEN", sentence });
    seen.add(name);
  }
}
