import type { Fleet, LimitSettings, Organization, TenantEntry, TenantFacts, TenantSettings } from "./fleet";
import type { FleetFile, LimitsInFile, SettingsInFile, TenantInFile } from "./fleetSchema";
import { policiesOf, type PreloadLibrariesSpec } from "./policySpec";
import type { ComputeSpec, ReplicaSpec } from "./tenantSpec";
import type { StateFile } from "./stateSchema";

/** The limits of a plan, of the defaults or of a tenant, under the names of the API. Only what was written is present. */
export function toLimits(limits: LimitsInFile): LimitSettings {
  const { compute, history, quota, allowedIps, protectedBranch, tags, appRoles, replicas, snapshots } = limits;
  return defined({
    ...policiesOf({ ...limits, preloadLibraries: limits.preloadLibraries && toPreload(limits.preloadLibraries) }),
    compute: compute && toCompute(compute),
    historyRetentionSeconds: history,
    quota:
      quota &&
      defined({
        activeTimeSeconds: quota.activeTime,
        computeTimeSeconds: quota.computeTime,
        writtenDataBytes: quota.writtenData,
        dataTransferBytes: quota.dataTransfer,
        logicalSizeBytes: quota.logicalSize,
      }),
    allowedIps,
    protectedBranch,
    tags,
    appRoles: appRoles?.map((role) => defined(role)),
    replicas: replicas?.map(toReplica),
    snapshots: snapshots?.map(({ keep, ...at }) => defined({ ...at, retentionSeconds: keep })),
  });
}

function toCompute({ min, max, suspend, pgSettings }: NonNullable<LimitsInFile["compute"]>): ComputeSpec {
  return defined({ minCu: min, maxCu: max, suspendSeconds: suspend, pgSettings });
}

function toReplica(replica: NonNullable<LimitsInFile["replicas"]>[number]): ReplicaSpec {
  const { name, disabled, preloadLibraries, ...size } = replica;
  const own = defined({ disabled, preloadLibraries: preloadLibraries && toPreload(preloadLibraries) });
  return { name, ...toCompute(size), ...own };
}

/** Both parts, because Neon takes them together. */
function toPreload(libraries: NonNullable<LimitsInFile["preloadLibraries"]>): PreloadLibrariesSpec {
  return { useDefaults: libraries.useDefaults ?? true, enabledLibraries: libraries.enabledLibraries ?? [] };
}

export function toSettings(settings: SettingsInFile): TenantSettings {
  const { plan, region, residency, organization, postgres, branch, database, role, protection, retainOnDelete } =
    settings;
  return {
    ...defined({
      plan,
      region,
      residency,
      organization,
      pgVersion: postgres,
      branchName: branch,
      databaseName: database,
      roleName: role,
      protection,
      retainOnDelete,
    }),
    ...toLimits(settings),
  };
}

export function toEntry(tenant: TenantInFile): TenantEntry {
  const { displayName, databases, roles, allowDelete, rotation, adopt } = tenant;
  const own = { displayName, databases, roles, allowDelete, rotation };
  return { ...defined({ ...own, adopt: adopt && defined(adopt) }), ...toSettings(tenant) };
}

/** Everything that two sound files say. `order` holds the keys under `tenants` as the file lists them. */
export function toFleet(
  place: Pick<Fleet, "file" | "stateFile">,
  file: FleetFile,
  state: Partial<StateFile>,
  order: { tenants: readonly string[]; organizations: readonly string[] },
): Fleet {
  const organizations = order.organizations.map((name): Organization => {
    const { key, ...rest } = file.organizations![name]!;
    return { name, keyVariable: key, ...rest };
  });
  const secrets = file.secrets ?? { provider: "passphrase" };
  const salt = secrets.salt ?? state.secrets?.salt;
  return {
    ...place,
    name: file.name,
    fleet: file.fleet,
    organizations: new Map(organizations.map((organization) => [organization.name, organization])),
    defaultOrganization: organizations[0]?.name,
    secrets: salt !== undefined && secrets.provider === "passphrase" ? { ...secrets, salt } : secrets,
    defaults: toSettings(file.defaults ?? {}),
    plans: new Map(Object.entries(file.plans ?? {}).map(([name, plan]) => [name, toLimits(plan ?? {})])),
    residency: new Map(Object.entries(file.residency ?? {})),
    tenants: new Map(order.tenants.map((key) => [key, toEntry(file.tenants?.[key] ?? {})])),
    facts: new Map(Object.entries<TenantFacts>(state.tenants ?? {})),
  };
}

/** A copy without the keys that hold undefined, so that a merge never overwrites with nothing. */
export function defined<Value extends object>(value: Value): Value {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Value;
}
