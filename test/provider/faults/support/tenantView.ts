import { isRecord, type Values } from "../../../../provider/fields";
import type { Entry } from "./standInEngine";
import type { TenantWorld } from "./tenantWorld";

/** What the API shows of the settings of one tenant, without ids, hosts, passwords, times and counters. */
export interface TenantView {
  readonly project: Values;
  readonly branch: Values;
  readonly endpoints: readonly Values[];
  readonly roles: readonly string[];
  readonly databases: readonly string[];
  readonly schedule: unknown;
}

/** A tenant that can be looked at. */
export type Seen = Pick<TenantWorld, "api" | "tenant"> & { projectIds(): Promise<string[]> };

/** The only project of the tenant; fails where there is none or another one beside it. */
export async function onlyProject(world: Seen): Promise<string> {
  const ids = await world.projectIds();
  if (ids.length !== 1 || ids[0] === undefined) throw new Error(`${ids.length} projects of ${world.tenant}`);
  return ids[0];
}

export async function tenantView(world: Seen): Promise<TenantView> {
  const { api } = world;
  const id = await onlyProject(world);
  const project = await api.getProject(id);
  const branches = await api.listBranches(id);
  const [only, ...more] = branches;
  if (!only || more.length > 0) throw new Error(`${branches.length} branches of ${world.tenant}`);
  const { branch } = only;
  const roles = await api.listRoles(id, branch.id);
  const databases = await api.listDatabases(id, branch.id);
  return {
    project: {
      name: project.name.replace(world.tenant, "tenant"),
      region: project.region_id,
      version: project.pg_version,
      organization: project.org_id,
      history: project.history_retention_seconds,
      settings: { ...project.settings, allowed_ips: sortedList(project.settings?.allowed_ips) },
      defaults: project.default_endpoint_settings,
    },
    branch: { name: branch.name, protected: branch.protected },
    endpoints: (await api.listEndpoints(id))
      .map((endpoint) => ({
        name: endpoint.name ?? "",
        type: endpoint.type,
        sizes: [endpoint.autoscaling_limit_min_cu, endpoint.autoscaling_limit_max_cu],
        suspend: endpoint.suspend_timeout_seconds,
        disabled: endpoint.disabled,
        settings: endpoint.settings,
      }))
      .sort((a, b) => `${a.type} ${a.name}`.localeCompare(`${b.type} ${b.name}`)),
    roles: roles.map(({ name, authentication_method: method }) => `${name} ${method ?? ""}`).sort(),
    databases: databases.map(({ name, owner_name: owner }) => `${name} of ${owner}`).sort(),
    schedule: await api.getSnapshotSchedule(id, branch.id),
  };
}

/** The order of a list of addresses has no meaning. */
const sortedList = (list: { ips?: string[] } | undefined) => ({ ...list, ips: [...(list?.ips ?? [])].sort() });

/**
 * The state with everything replaced that is another in each life of a tenant: ids, hosts, passwords, times. What stays is what the
 * user declared and how it is kept.
 */
export function normalizedState({ engine, tenant }: TenantWorld): Values[] {
  const names = new Map<string, string>([[tenant, "tenant"]]);
  for (const { name, type, outputs } of engine.entries) {
    const kind = type.replace(/^.*[:/]/, "");
    for (const key of [...individual, "result"]) {
      const value = outputs[key];
      if (typeof value === "string" && !names.has(value)) {
        names.set(value, `<${kind} ${name.replace(tenant, "tenant")} ${key}>`);
      }
    }
  }
  // The project's own come first: the others repeat them.
  const ordered = [...names].sort(([a], [b]) => b.length - a.length);
  const replaced = (value: unknown): unknown => {
    if (typeof value === "string") {
      return ordered.reduce((text, [from, to]) => text.replaceAll(from, to), value);
    }
    if (Array.isArray(value)) return value.map(replaced);
    if (!isRecord(value)) return value;
    return Object.fromEntries(
      Object.keys(value)
        .sort()
        .map((key) => [key, replaced(value[key])]),
    );
  };
  return engine.entries
    .map((entry) => replaced(comparable(entry)) as Values)
    .sort((a, b) => String(a.urn).localeCompare(String(b.urn)));
}

const individual = ["projectId", "branchId", "endpointId", "host", "pooledHost", "rolePassword", "password"];

function comparable({ outputs, secrets, ...entry }: Entry): Values {
  const { createdAt, databaseId, adopted: _adopted, ...rest } = outputs;
  return {
    ...entry,
    secrets: [...secrets].sort(),
    outputs: {
      ...rest,
      ...(typeof createdAt === "string" ? { createdAt: "a time" } : {}),
      ...(typeof databaseId === "number" ? { databaseId: "a number" } : {}),
    },
  };
}
