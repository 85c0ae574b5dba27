import fc from "fast-check";
import { formatDataSize, formatDuration } from "../../../../fleet/config";

/** One setting as the file has it, and as the API gets it. */
export interface Pair {
  written: Record<string, unknown>;
  resolved: Record<string, unknown>;
}

const sizes = [0.25, 0.5, ...Array.from({ length: 16 }, (_, index) => index + 1)];
const regions = ["aws-eu-central-1", "aws-us-east-2", "aws-ap-southeast-2"];

function one(field: string, apiField: string, value: fc.Arbitrary<[unknown, unknown]>): fc.Arbitrary<Pair> {
  return fc
    .option(value, { nil: undefined })
    .map((pair) =>
      pair === undefined
        ? { written: {}, resolved: {} }
        : { written: { [field]: pair[0] }, resolved: { [apiField]: pair[1] } },
    );
}

function all(...pairs: fc.Arbitrary<Pair>[]): fc.Arbitrary<Pair> {
  return fc.tuple(...pairs).map((parts) => ({
    written: Object.assign({}, ...parts.map((part) => part.written)) as Record<string, unknown>,
    resolved: Object.assign({}, ...parts.map((part) => part.resolved)) as Record<string, unknown>,
  }));
}

function group(field: string, apiField: string, fields: fc.Arbitrary<Pair>): fc.Arbitrary<Pair> {
  return one(
    field,
    apiField,
    fields.map((pair) => [pair.written, pair.resolved]),
  );
}

const same = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<[unknown, unknown]> => value.map((it) => [it, it]);
const duration = (min: number, max: number) =>
  fc.integer({ min, max }).map((seconds): [unknown, unknown] => [formatDuration(seconds), seconds]);
const timeQuota = fc.oneof(duration(1, 1e9), fc.constant<[unknown, unknown]>(["unlimited", 0]));
const sizeQuota = fc.oneof(
  fc.integer({ min: 1, max: 1e15 }).map((bytes): [unknown, unknown] => [formatDataSize(bytes), bytes]),
  fc.constant<[unknown, unknown]>(["unlimited", 0]),
);

/** Both ends together, so that any layer over any other stays a valid range. */
const range = fc
  .tuple(fc.constantFrom(...sizes), fc.constantFrom(...sizes))
  .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
  .filter(([min, max]) => max - min <= 8)
  .map(([min, max]): Pair => ({ written: { min, max }, resolved: { minCu: min, maxCu: max } }));

const suspend = fc.oneof(duration(60, 604_800), fc.constantFrom<[unknown, unknown][]>(["never", -1], ["default", 0]));

const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((part) => String(part).padStart(2, "0")).join(":"));
const libraries = fc.record(
  { useDefaults: fc.boolean(), enabledLibraries: fc.array(fc.constantFrom("pg_cron", "timescaledb")) },
  { requiredKeys: [] },
);

/** Policies are written in the words of the API; every layer of them replaces the one below as a whole. */
const policies = all(
  ...["allowedIpsProtectedBranchesOnly", "blockPublicConnections", "blockVpcConnections"].map((name) =>
    one(name, name, same(fc.boolean())),
  ),
  ...["enableLogicalReplication", "hipaa"].map((name) => one(name, name, same(fc.boolean()))),
  one("auditLogLevel", "auditLogLevel", same(fc.constantFrom("base", "extended", "full"))),
  one(
    "maintenanceWindow",
    "maintenanceWindow",
    same(
      fc.record({
        weekdays: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 3 }),
        startTime: time,
        endTime: time,
      }),
    ),
  ),
  one(
    "preloadLibraries",
    "preloadLibraries",
    libraries.map((it): [unknown, unknown] => [it, { useDefaults: true, enabledLibraries: [], ...it }]),
  ),
);

/** Limits of a plan. */
export const limits = all(
  group("compute", "compute", all(range, one("suspend", "suspendSeconds", suspend))),
  one(
    "history",
    "historyRetentionSeconds",
    fc.oneof(duration(1, 2_592_000), fc.constant<[unknown, unknown]>(["none", 0])),
  ),
  group(
    "quota",
    "quota",
    all(
      one("activeTime", "activeTimeSeconds", timeQuota),
      one("computeTime", "computeTimeSeconds", timeQuota),
      one("writtenData", "writtenDataBytes", sizeQuota),
      one("dataTransfer", "dataTransferBytes", sizeQuota),
      one("logicalSize", "logicalSizeBytes", sizeQuota),
    ),
  ),
  one(
    "allowedIps",
    "allowedIps",
    same(
      fc.oneof(fc.constant("any"), fc.array(fc.ipV4(), { minLength: 1, maxLength: 3 }), fc.constant(["10.0.0.0/8"])),
    ),
  ),
  one("protectedBranch", "protectedBranch", same(fc.boolean())),
  policies,
);

/** Settings of the defaults or of a tenant, without references. */
export const settings = all(
  limits,
  one("region", "region", same(fc.constantFrom(...regions))),
  one("postgres", "pgVersion", same(fc.integer({ min: 14, max: 18 }))),
  one("branch", "branchName", same(fc.constantFrom("main", "production", "preview/pr-1"))),
  one("database", "databaseName", same(fc.constantFrom("app", "data base", "größe"))),
  one("role", "roleName", same(fc.constantFrom("app_owner", "owner.of app"))),
  one("protection", "protection", same(fc.boolean())),
  one("retainOnDelete", "retainOnDelete", same(fc.boolean())),
);

export const tenantKey = fc
  .stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,20}$/)
  .filter((key) => !/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(key) && !key.endsWith("."));

export interface FleetPair {
  /** The file, as an object to be written as YAML or JSON. */
  file: { tenants: Record<string, Record<string, unknown>> } & Record<string, unknown>;
  defaults: Pair;
  plans: Pair[];
  /** In the order of the file; each with the plan that it names, if any. */
  tenants: { key: string; plan?: number; settings: Pair; displayName?: string }[];
}

/** A valid fleet file, with what each layer of it means to the API. */
export const fleets: fc.Arbitrary<FleetPair> = fc
  .record({
    // Every tenant needs a region, if only from the defaults.
    defaults: settings.map(({ written, resolved }) => ({
      written: { region: regions[0], ...written },
      resolved: { region: regions[0], ...resolved },
    })),
    plans: fc.array(limits, { minLength: 1, maxLength: 3 }),
    tenants: fc.uniqueArray(
      fc.record(
        {
          key: tenantKey,
          plan: fc.nat(),
          settings,
          displayName: fc.string({ minLength: 1, maxLength: 30, unit: "grapheme" }),
        },
        { requiredKeys: ["key", "settings"] },
      ),
      { maxLength: 6, selector: (tenant) => tenant.key.toLowerCase() },
    ),
  })
  .map(({ defaults, plans, tenants }) => {
    const placed = tenants.map((tenant) => ({
      ...tenant,
      ...(tenant.plan === undefined ? {} : { plan: tenant.plan % plans.length }),
    }));
    const file = {
      name: "random-fleet",
      fleet: "6f1c2a58-0d3e-4b7f-9a41-5c8e7d20b396",
      defaults: defaults.written,
      plans: Object.fromEntries(plans.map((plan, index) => [`plan${index}`, plan.written])),
      tenants: Object.fromEntries(
        placed.map(({ key, plan, settings: own, displayName }) => [
          key,
          {
            ...own.written,
            ...(plan === undefined ? {} : { plan: `plan${plan}` }),
            ...(displayName === undefined ? {} : { displayName }),
          },
        ]),
      ),
    };
    return { file, defaults, plans, tenants: placed };
  });
