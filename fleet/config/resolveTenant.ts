import type { Fleet, LimitSettings, TenantEntry } from "./fleet";
import { FleetError } from "./fleetError";
import { policiesOf } from "./policySpec";
import { suggest } from "./suggest";
import type { ComputeSpec, TenantSpec } from "./tenantSpec";
import { defined } from "./toFleet";

/** Layers of settings, the later ones winning field by field. Lists and policies are replaced as a whole, tags are joined. */
export function mergeLimits<Settings extends LimitSettings>(...layers: readonly Settings[]): Settings {
  return layers.reduce((below, above) =>
    defined({
      ...below,
      ...above,
      compute: joinCompute(below.compute, above.compute),
      quota: join(below.quota, above.quota),
      tags: join(below.tags, above.tags),
    }),
  );
}

function joinCompute(below?: ComputeSpec, above?: ComputeSpec): ComputeSpec | undefined {
  const pgSettings = join(below?.pgSettings, above?.pgSettings);
  const compute = join(below, above);
  return pgSettings === undefined ? compute : { ...compute, pgSettings };
}

function join<Value extends object>(below?: Value, above?: Value): Value | undefined {
  return below === undefined || above === undefined ? (above ?? below) : { ...below, ...above };
}

/** One tenant, resolved: defaults, then plan, then entry, then facts. Throws FLEET_TENANT_UNKNOWN for a key that the file does not list. */
export function resolveTenant(fleet: Fleet, key: string): TenantSpec {
  const entry = fleet.tenants.get(key);
  if (entry === undefined) {
    const near = suggest(key, fleet.tenants.keys());
    throw new FleetError("FLEET_TENANT_UNKNOWN", `${fleet.file} lists no tenant ${key}`, {
      hint: near === undefined ? "The command list shows every tenant." : `Did you mean ${near}?`,
    });
  }
  const planName = entry.plan ?? fleet.defaults.plan;
  const plan = (planName === undefined ? undefined : fleet.plans.get(planName)) ?? {};
  const settings = mergeLimits<TenantEntry>(fleet.defaults, plan, entry);
  const facts = fleet.facts.get(key);
  const organization = settings.organization ?? fleet.defaultOrganization;
  return defined<TenantSpec>({
    tenant: key,
    displayName: settings.displayName ?? key,
    projectName: key,
    plan: planName,
    region: settings.region,
    residency: settings.residency,
    pgVersion: settings.pgVersion,
    organization,
    organizationId: organization === undefined ? undefined : fleet.organizations.get(organization)?.id,
    branchName: settings.branchName,
    databaseName: settings.databaseName,
    roleName: settings.roleName,
    databases: (settings.databases ?? []).map((database) => ({ ...database })),
    roles: [...(settings.roles ?? [])],
    appRoles: (settings.appRoles ?? []).map((role) => ({ ...role })),
    replicas: (settings.replicas ?? []).map((replica) => structuredClone(replica)),
    allowDelete: [...(settings.allowDelete ?? [])],
    compute: structuredClone(settings.compute),
    historyRetentionSeconds: settings.historyRetentionSeconds,
    quota: settings.quota && { ...settings.quota },
    allowedIps: Array.isArray(settings.allowedIps) ? [...settings.allowedIps] : settings.allowedIps,
    ...policiesOf(settings),
    protectedBranch: settings.protectedBranch,
    protection: facts?.protection ?? settings.protection ?? true,
    retainOnDelete: settings.retainOnDelete,
    snapshots: settings.snapshots?.map((entry) => ({ ...entry })),
    rotation: settings.rotation,
    adopt: settings.adopt && { ...settings.adopt },
    tags: { ...settings.tags },
    departed: facts?.departed && { ...facts.departed },
  });
}

/** Every tenant of the file, in its order. */
export function resolveFleet(fleet: Fleet): TenantSpec[] {
  return [...fleet.tenants.keys()].map((key) => resolveTenant(fleet, key));
}
