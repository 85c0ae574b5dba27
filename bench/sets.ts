export type SetName = "plain" | "full";
export const setNames: readonly SetName[] = ["plain", "full"];

/**
 * What a tenant of each set is, as its entry in `tenants.yaml`: the one place that says so, for every way. `plain` is one project;
 * `full` adds a second database, an app role with a random password, and a replica.
 */
const entries: Record<SetName, object> = {
  plain: {},
  full: {
    databases: [{ name: "reports" }],
    appRoles: [{ name: "app", access: "readWrite" }],
    replicas: [{ name: "reporting", min: 0.25, max: 0.5 }],
  },
};

const fleetId = "3d0f7b52-6c1e-4a8b-9f35-7e2d1c04ab68";

/** The fleet's name, and so the Pulumi project's. */
export const fleetName = "bench";

export interface FleetFileOptions {
  set: SetName;
  tenants: readonly string[];
  /** What of the file's `secrets` is not the default. */
  secrets?: { provider: string; salt?: string; encryptedKey?: string };
  /** Tenants that get the one change: more history, which updates in place. */
  changed?: readonly string[];
}

/** The text of a fleet file as an object. Nothing is protected, so that a destroy is one operation, whichever way. */
export function fleetFile({ set, tenants, secrets, changed = [] }: FleetFileOptions): object {
  const changes = new Set(changed);
  return {
    name: fleetName,
    fleet: fleetId,
    secrets: secrets ?? { provider: "passphrase" },
    defaults: { plan: "small", region: "aws-eu-central-1", database: "app", protection: false },
    plans: {
      small: { compute: { min: 0.25, max: 0.5, suspend: "5m" }, history: "6h", quota: { computeTime: "10h" } },
    },
    tenants: Object.fromEntries(
      tenants.map((tenant) => [tenant, { ...entries[set], ...(changes.has(tenant) ? { history: "12h" } : {}) }]),
    ),
  };
}

/** Names of equal length, in order. */
export function tenantNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `tenant-${String(index).padStart(5, "0")}`);
}
