import fc from "fast-check";
import type { Spec } from "./tenantWorld";

const gib = 1024 ** 3;
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });

const sizes = fc
  .tuple(fc.constantFrom(0.25, 0.5, 1, 2, 4), fc.constantFrom(0, 1, 4))
  .map(([minCu, more]) => ({ minCu, maxCu: more === 0 ? minCu : Math.ceil(minCu + more) }));
const suspendSeconds = fc.constantFrom(-1, 0, 60, 600);
const pgSettings = fc.constantFrom({ work_mem: "8MB" }, { work_mem: "16MB", jit: "off" });
const limit = fc.constantFrom(0, 3_600, gib, 100 * gib);

const compute = fc
  .record({ sizes: optional(sizes), suspendSeconds: optional(suspendSeconds), pgSettings: optional(pgSettings) })
  .map(({ sizes: both, ...rest }) => ({ ...both, ...rest }));
const quota = fc.record(
  {
    activeTimeSeconds: limit,
    computeTimeSeconds: limit,
    writtenDataBytes: limit,
    dataTransferBytes: limit,
    logicalSizeBytes: limit,
  },
  { requiredKeys: [] },
);
const time = fc.constantFrom("00:00", "05:30", "23:59");
const snapshots = fc.uniqueArray(
  fc.record({ frequency: fc.constantFrom("daily", "weekly"), hour: fc.nat({ max: 23 }) }),
  { maxLength: 2, selector: ({ frequency }) => frequency },
);
const addresses = fc.oneof(
  fc.constant(["any"]),
  fc.uniqueArray(fc.constantFrom("10.0.0.0/8", "192.168.1.1", "2001:db8::/32", "172.16.0.1-172.16.0.9"), {
    minLength: 1,
  }),
);

/** Names of what a tenant may have beside its project. */
const names = {
  roles: ["batch", "etl"],
  databases: ["reports", "ledger"],
  appRoles: ["web", "analyst"],
  replicas: ["bi", "spare"],
} as const;
const subsetOf = (list: readonly string[]) => fc.subarray([...list]);

/** Everything of a spec that stands for itself, each key drawn alone. */
const settings = {
  compute: optional(compute),
  quota: optional(quota),
  historyRetentionSeconds: optional(fc.constantFrom(0, 3_600, 604_800)),
  branchName: optional(fc.constantFrom("main", "production")),
  protectedBranch: optional(fc.boolean()),
  blockPublicConnections: optional(fc.boolean()),
  blockVpcConnections: optional(fc.boolean()),
  enableLogicalReplication: optional(fc.boolean()),
  maintenanceWindow: optional(
    fc.record({ weekdays: fc.subarray([1, 2, 6, 7], { minLength: 1 }), startTime: time, endTime: time }),
  ),
  hipaa: optional(fc.boolean()),
  auditLogLevel: optional(fc.constantFrom("base", "extended", "full")),
  preloadLibraries: optional(
    fc.record({
      useDefaults: fc.boolean(),
      enabledLibraries: fc.subarray(["auto_explain", "pg_prewarm", "pg_stat_statements"]),
    }),
  ),
  snapshots: optional(snapshots),
  rotation: fc.nat({ max: 1 }),
  restores: fc.nat({ max: 1 }),
  protection: fc.option(fc.boolean(), { nil: undefined, freq: 4 }),
};

/** What is drawn key by key; {@link specOf} makes a spec of it whose parts fit each other. */
const drawn = fc.record({
  ...settings,
  ips: optional(fc.record({ list: addresses, protectedBranchesOnly: optional(fc.boolean()) })),
  roles: subsetOf(names.roles),
  databases: subsetOf(names.databases),
  appRoles: subsetOf(names.appRoles),
  replicas: subsetOf(names.replicas),
  owners: fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 2 })),
  uses: fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 2 })),
  writes: fc.tuple(fc.boolean(), fc.boolean()),
  replicaSizes: optional(sizes),
  replicaSuspend: optional(suspendSeconds),
  removable: fc.constantFrom("all", "all", "some", "none"),
  /** Where it stands makes no difference: beside the others, or in the plan. */
  inPlan: fc.subarray([...policyKeys()]),
  fixed: fc.record({
    region: fc.constantFrom("aws-eu-central-1", "aws-us-east-2"),
    pgVersion: optional(fc.constantFrom(16, 17)),
    databaseName: optional(fc.constantFrom("app", "neondb")),
    roleName: optional(fc.constantFrom("owner", "neondb_owner")),
  }),
});
type Drawn = typeof drawn extends fc.Arbitrary<infer T> ? T : never;

function policyKeys() {
  return [
    "quota",
    "historyRetentionSeconds",
    "protectedBranch",
    "blockPublicConnections",
    "blockVpcConnections",
    "enableLogicalReplication",
    "maintenanceWindow",
    "hipaa",
    "auditLogLevel",
    "preloadLibraries",
    "snapshots",
    "compute",
  ] as const;
}

function specOf(from: Drawn): Spec {
  const { ips, roles, databases, appRoles, replicas, owners, uses, writes, removable, inPlan, fixed, ...rest } = from;
  const { replicaSizes, replicaSuspend, ...own } = rest;
  const all = Object.values(names).flat();
  const allowDelete = { all, some: all.filter((_, index) => index % 2 === 0), none: [] }[removable];
  const moved = Object.fromEntries(inPlan.map((key) => [key, own[key]]));
  const left = Object.fromEntries(Object.entries(own).filter(([key]) => !(inPlan as readonly string[]).includes(key)));
  return compact({
    ...left,
    ...fixed,
    plan: inPlan.length > 0 ? compact(moved) : undefined,
    allowedIps: ips?.list,
    allowedIpsProtectedBranchesOnly: ips?.protectedBranchesOnly,
    roles,
    databases: databases.map((name, index) => compact({ name, owner: roles[owners[index]!] })),
    appRoles: appRoles.map((name, index) =>
      compact({ name, database: databases[uses[index]!], access: writes[index] ? "readWrite" : "readOnly" }),
    ),
    replicas: replicas.map((name) => compact({ name, ...replicaSizes, suspendSeconds: replicaSuspend })),
    allowDelete: allowDelete.length > 0 ? allowDelete : undefined,
  }) as Spec;
}

/** Without what is undefined, and with the prototypes of a program's objects, which those of fast-check lack. */
const compact = <T extends object>(values: T): T => JSON.parse(JSON.stringify(values)) as T;

/** What cannot change follows the first one most of the time: otherwise nearly every change would be refused. */
const rarely = fc.constantFrom(...Array<boolean>(11).fill(false), true);

/** Two specs: the second has some of its parts from the first, and others of its own. */
export const twoSpecs: fc.Arbitrary<{ a: Spec; b: Spec }> = fc
  .tuple(drawn, drawn, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), rarely)
  .map(([first, second, keeps, isOther]) => {
    const keys = Object.keys(first) as (keyof Drawn)[];
    const mixed = Object.fromEntries(keys.map((key, index) => [key, (keeps[index] ? first : second)[key]])) as Drawn;
    // What follows from the names of the first database and role is compared, so a second spec does not leave them out.
    const { databaseName, roleName } = first.fixed;
    const other = { ...second.fixed, databaseName: second.fixed.databaseName ?? databaseName };
    const fixed = isOther ? { ...other, roleName: second.fixed.roleName ?? roleName } : first.fixed;
    return { a: specOf(first), b: specOf({ ...mixed, fixed }) };
  });
