import { computeRangeFault } from "./computeSizes";
import type { Add } from "./crossChecks";
import type { FleetFile, LimitsInFile, TenantInFile } from "./fleetSchema";
import { suggest } from "./suggest";
import { firstNames } from "./tenantNames";
import { toLimits } from "./toFleet";
import type { Path } from "./yamlSource";

/** App roles and replicas wherever they are listed: no name twice in a list, sizes that go together, and a place in each tenant. */
export function extraChecks(file: Partial<FleetFile>, isCut: (path: Path) => boolean, add: Add): void {
  listCheck(["defaults"], file.defaults, add);
  for (const [name, plan] of Object.entries(file.plans ?? {})) listCheck(["plans", name], plan, add);
  for (const [key, entry] of Object.entries(file.tenants ?? {})) {
    listCheck(["tenants", key], entry, add);
    tenantCheck(["tenants", key], file, entry ?? {}, isCut, add);
  }
}

function listCheck(path: Path, settings: LimitsInFile | null | undefined, add: Add): void {
  for (const [list, what] of [
    ["appRoles", "app role"],
    ["replicas", "replica"],
  ] as const) {
    const seen = new Set<string>();
    for (const [index, { name }] of (settings?.[list] ?? []).entries()) {
      const sentence = `the ${what} ${name} stands twice`;
      if (seen.has(name)) add([...path, list, index, "name"], { code: "FLEET_NAME_TAKEN", sentence });
      seen.add(name);
    }
  }
  for (const [index, replica] of (toLimits(settings ?? {}).replicas ?? []).entries()) {
    const sentence = computeRangeFault(replica);
    if (sentence !== undefined) add([...path, "replicas", index], { code: "FLEET_COMPUTE_RANGE", sentence });
  }
}

/** A list of the plan or of the defaults is judged with each tenant's own names, and the message then stands at the tenant. */
function tenantCheck(
  path: Path,
  file: Partial<FleetFile>,
  entry: TenantInFile,
  isCut: (path: Path) => boolean,
  add: Add,
): void {
  const planName = entry.plan ?? file.defaults?.plan;
  const plan = planName === undefined ? undefined : file.plans?.[planName];
  if (["roles", "role", "databases", "database", "appRoles", "plan"].some((part) => isCut([...path, part]))) return;
  const roles = entry.appRoles ?? plan?.appRoles ?? file.defaults?.appRoles ?? [];
  const { database, role } = firstNames(entry, file.defaults ?? {});
  const databases = [database, ...(entry.databases ?? []).map((one) => one.name)];
  for (const [index, appRole] of roles.entries()) {
    const at = (field: string): [Path, ("key" | undefined)?] =>
      entry.appRoles ? [[...path, "appRoles", index, field]] : [path, "key"];
    if (appRole.name === role || entry.roles?.includes(appRole.name)) {
      const [place, key] = at("name");
      const sentence = `the app role ${appRole.name} has the name of another role of this tenant`;
      add(place, { code: "FLEET_NAME_TAKEN", sentence }, key);
    }
    if (appRole.database !== undefined && !databases.includes(appRole.database)) {
      const [place, key] = at("database");
      const suggestion = suggest(appRole.database, databases);
      const sentence = `there is no database ${appRole.database} in this tenant for the app role ${appRole.name}`;
      add(place, { code: "FLEET_REFERENCE_UNKNOWN", sentence, suggestion }, key);
    }
  }
}
