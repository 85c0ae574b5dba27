import fc from "fast-check";
import type { TenantSpec } from "../../../fleet/config";
import { specOf } from "./support";

const seconds = fc.integer({ min: 0, max: 1e6 });
const bytes = fc.integer({ min: 0, max: 1e12 });
const name = fc.constantFrom("app", "data", "reporting", "with.dot");

const pgSettings = fc.dictionary(fc.constantFrom("work_mem", "jit"), fc.constantFrom("1", "2"));
const preloadLibraries = fc.record({
  useDefaults: fc.boolean(),
  enabledLibraries: fc.array(fc.constantFrom("pg_cron", "timescaledb"), { maxLength: 2 }),
});

/** Optional fields that are missing are really missing, as a resolved tenant has them. */
const optional = fc.record(
  {
    plan: fc.constantFrom("starter", "business"),
    pgVersion: fc.integer({ min: 14, max: 18 }),
    organization: fc.constantFrom("main", "second"),
    branchName: name,
    databaseName: name,
    roleName: name,
    compute: fc.record(
      {
        minCu: fc.integer({ min: 1, max: 4 }),
        maxCu: fc.integer({ min: 4, max: 8 }),
        suspendSeconds: seconds,
        pgSettings,
      },
      { requiredKeys: [] },
    ),
    historyRetentionSeconds: seconds,
    quota: fc.record(
      {
        activeTimeSeconds: seconds,
        computeTimeSeconds: seconds,
        writtenDataBytes: bytes,
        dataTransferBytes: bytes,
        logicalSizeBytes: bytes,
      },
      { requiredKeys: [] },
    ),
    allowedIps: fc.oneof(fc.constant("any" as const), fc.array(fc.ipV4(), { minLength: 1, maxLength: 3 })),
    allowedIpsProtectedBranchesOnly: fc.boolean(),
    blockPublicConnections: fc.boolean(),
    blockVpcConnections: fc.boolean(),
    enableLogicalReplication: fc.boolean(),
    maintenanceWindow: fc.record({
      weekdays: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
      startTime: fc.constantFrom("01:00", "02:00"),
      endTime: fc.constantFrom("03:00", "04:00"),
    }),
    hipaa: fc.boolean(),
    auditLogLevel: fc.constantFrom("base" as const, "extended" as const, "full" as const),
    preloadLibraries,
    retainOnDelete: fc.boolean(),
    protectedBranch: fc.boolean(),
    protection: fc.boolean(),
    tags: fc.dictionary(name, name, { maxKeys: 2 }),
    databases: fc.uniqueArray(fc.record({ name, owner: name }, { requiredKeys: ["name"] }), {
      selector: (it) => it.name,
      maxLength: 3,
    }),
    roles: fc.uniqueArray(name, { maxLength: 3 }),
    appRoles: fc.uniqueArray(
      fc.record(
        { name, access: fc.constantFrom("readWrite" as const, "readOnly" as const), database: name },
        { requiredKeys: ["name", "access"] },
      ),
      { selector: (it) => it.name, maxLength: 2 },
    ),
    replicas: fc.uniqueArray(
      fc.record(
        {
          name,
          minCu: fc.integer({ min: 1, max: 4 }),
          suspendSeconds: seconds,
          pgSettings,
          disabled: fc.boolean(),
          preloadLibraries,
        },
        { requiredKeys: ["name"] },
      ),
      { selector: (it) => it.name, maxLength: 2 },
    ),
    allowDelete: fc.uniqueArray(name, { maxLength: 2 }),
    displayName: fc.string({ minLength: 1 }),
    region: fc.constantFrom("aws-eu-central-1", "aws-us-east-2"),
  },
  { requiredKeys: [] },
);

export function specs(tenant: string): fc.Arbitrary<TenantSpec> {
  return optional.map((more) => specOf(tenant, more));
}
