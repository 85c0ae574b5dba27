import type { Add } from "./crossChecks";
import type { FleetFile, TenantInFile } from "./fleetSchema";
import type { Path } from "./yamlSource";

/** Every tenant has a region, and where a residency rule holds for it, one that the rule allows. */
export function regionCheck(
  path: Path,
  file: Partial<FleetFile>,
  entry: TenantInFile,
  isCut: (path: Path) => boolean,
  add: Add,
): void {
  if (isCut([...path, "region"]) || isCut(["defaults", "region"])) return;
  const region = entry.region ?? file.defaults?.region;
  const rule = entry.residency ?? file.defaults?.residency;
  const allowed = allowedBy(rule, file);
  if (region === undefined) {
    const which = allowed === undefined ? "" : `; the rule ${rule} allows ${allowed.join(", ")}`;
    const sentence = `the setting region is missing; write it here or into defaults${which}`;
    return add(path, { code: "FLEET_KEY_MISSING", sentence }, "key");
  }
  // What the defaults get wrong by themselves is one problem there, not one for every tenant.
  if (entry.region === undefined && entry.residency === undefined) return;
  const place = [...path, entry.region === undefined ? "residency" : "region"];
  if (allowed !== undefined && !allowed.includes(region)) add(place, outside(region, rule!, allowed));
}

/** The region among the defaults against the rule among the defaults. */
export function defaultRegionCheck(file: Partial<FleetFile>, add: Add): void {
  const { region, residency: rule } = file.defaults ?? {};
  const allowed = allowedBy(rule, file);
  if (region === undefined || allowed === undefined || allowed.includes(region)) return;
  add(["defaults", "region"], outside(region, rule!, allowed));
}

/** Undefined where no rule holds, or where the rule itself has a problem that is said elsewhere. */
function allowedBy(rule: string | undefined, file: Partial<FleetFile>): readonly string[] | undefined {
  const rules = file.residency ?? {};
  return rule !== undefined && Object.hasOwn(rules, rule) ? rules[rule] : undefined;
}

function outside(region: string, rule: string, allowed: readonly string[]) {
  const sentence = `${region} is outside the residency rule ${rule}, which allows ${allowed.join(", ")}`;
  return { code: "FLEET_REGION_NOT_RESIDENT" as const, sentence };
}
