import { adoptChecks } from "./adoptChecks";
import { computeRangeFault } from "./computeSizes";
import { extraChecks } from "./extraChecks";
import type { LimitSettings } from "./fleet";
import type { FleetFile } from "./fleetSchema";
import { describe } from "./leaf";
import { defaultRegionCheck, regionCheck } from "./regions";
import type { Problem } from "./problem";
import { mergeLimits } from "./resolveTenant";
import type { StateFile } from "./stateSchema";
import { suggest } from "./suggest";
import { tenantNameProblems } from "./tenantNames";
import { toLimits } from "./toFleet";
import type { Finding, Path, YamlSource } from "./yamlSource";

/** Adds a problem at the value of a path, or at its key. */
export type Add = (path: Path, finding: Finding, at?: "key") => void;

/** What only several places together show to be wrong. It judges the sound part of a file; `isCut` says what was left out of it. */
export function crossChecks(file: Partial<FleetFile>, source: YamlSource, isCut: (path: Path) => boolean): Problem[] {
  const problems: Problem[] = [];
  const add: Add = (path, finding, at) => problems.push(source.problemAt(path, finding, at));
  secretsCheck(file, add);
  organizationsCheck(file, add);
  const references = referenceCheck(source.value, add);
  references(["defaults"], file.defaults);
  defaultRegionCheck(file, add);
  computeCheck(file, isCut, add);
  extraChecks(file, isCut, add);
  adoptChecks(file, isCut, add);
  for (const [key, written] of Object.entries(file.tenants ?? {})) {
    const path = ["tenants", key];
    const entry = written ?? {};
    references(path, entry);
    regionCheck(path, file, entry, isCut, add);
    tenantNameProblems(path, entry, file.defaults ?? {}, (part) => isCut([...path, part]), add);
  }
  return problems;
}

/** The salt opens every state of the fleet: two different ones would leave half of the stacks unreadable. */
export function saltCheck(file: Partial<FleetFile>, state: Partial<StateFile>, stateSource: YamlSource): Problem[] {
  const [ours, decided] = [file.secrets?.salt, state.secrets?.salt];
  if (ours === undefined || decided === undefined || ours === decided) return [];
  const sentence = "is not the salt of the fleet file, and only one of them opens the states; keep the one that does";
  return [stateSource.problemAt(["secrets", "salt"], { code: "FLEET_SECRETS", sentence })];
}

function secretsCheck({ secrets }: Partial<FleetFile>, add: Add): void {
  if (secrets === undefined) return;
  const service = secrets.provider !== "passphrase";
  if (service && secrets.salt !== undefined) {
    const sentence = `a salt belongs to the provider passphrase, not to ${describe(secrets.provider)}`;
    add(["secrets", "salt"], { code: "FLEET_SECRETS", sentence });
  }
  if (!service && secrets.encryptedKey !== undefined) {
    const sentence = "an encrypted key belongs to a key service, not to the provider passphrase";
    add(["secrets", "encryptedKey"], { code: "FLEET_SECRETS", sentence });
  }
}

function organizationsCheck({ organizations = {} }: Partial<FleetFile>, add: Add): void {
  const seen = new Map<string, string>();
  for (const [name, { id }] of Object.entries(organizations)) {
    if (id === undefined) continue;
    const twin = seen.get(id);
    const sentence = `is the id of the organization ${twin} as well, so its limits would be counted twice`;
    if (twin !== undefined) add(["organizations", name, "id"], { code: "FLEET_NAME_TAKEN", sentence });
    seen.set(id, name);
  }
}

const referred = { plan: "plans", residency: "residency", organization: "organizations" } as const;

/** A name counts as known when the file lists it at all: what is wrong inside it has its own message. */
function referenceCheck(root: unknown, add: Add) {
  const names = Object.fromEntries(
    Object.values(referred).map((section) => {
      const map = (root as Record<string, unknown> | null)?.[section];
      return [section, new Set(typeof map === "object" && map !== null ? Object.keys(map) : [])];
    }),
  );
  return (path: Path, settings: Partial<Record<keyof typeof referred, string>> | undefined): void => {
    for (const [field, section] of Object.entries(referred) as [keyof typeof referred, string][]) {
      const name = settings?.[field];
      if (name === undefined || names[section]!.has(name)) continue;
      const known = [...names[section]!];
      const suggestion = suggest(name, known);
      const others = known.length === 0 ? `, and the file has no ${section}` : `; there are ${known.join(", ")}`;
      const sentence = `${describe(name)} is not listed under ${section}${suggestion === undefined ? others : ""}`;
      add([...path, field], { code: "FLEET_REFERENCE_UNKNOWN", sentence, suggestion });
    }
  };
}

function computeCheck(file: Partial<FleetFile>, isCut: (path: Path) => boolean, add: Add): void {
  const check = (path: Path, own: { compute?: object } | null | undefined, layers: LimitSettings[]): void => {
    if (own?.compute === undefined || isCut([...path, "compute"])) return;
    const sentence = computeRangeFault(mergeLimits({}, ...layers).compute ?? {});
    if (sentence !== undefined) add([...path, "compute"], { code: "FLEET_COMPUTE_RANGE", sentence });
  };
  const defaults = toLimits(file.defaults ?? {});
  const plans = new Map(Object.entries(file.plans ?? {}).map(([name, plan]) => [name, toLimits(plan ?? {})]));
  check(["defaults"], file.defaults, [defaults]);
  for (const [name, plan] of plans) check(["plans", name], plan, [defaults, plan]);
  for (const [key, entry] of Object.entries(file.tenants ?? {})) {
    const plan = entry?.plan ?? file.defaults?.plan;
    const known = plan === undefined ? {} : plans.get(plan);
    if (entry === null || known === undefined || isCut(["plans", plan ?? "", "compute"])) continue;
    check(["tenants", key], entry, [defaults, known, toLimits(entry)]);
  }
}
