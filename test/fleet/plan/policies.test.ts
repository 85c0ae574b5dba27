import type { TenantSpec } from "../../../fleet/config";
import { planFleet } from "../../../fleet/plan";
import { projectFields } from "../../../provider/fields";
import { fleetOf, knownOf, seen, specOf, version } from "./support";

/** The entry of a tenant that was applied as `before` and is asked for as `after`. */
function planned(before: Partial<TenantSpec>, after: Partial<TenantSpec>) {
  const plan = planFleet({
    fleet: fleetOf([specOf("acme", after)]),
    ledger: [knownOf(specOf("acme", before))],
    observed: seen("acme"),
    programVersion: version,
  });
  return plan.entries[0]!;
}

const libraries = (...enabledLibraries: string[]) => ({ useDefaults: true, enabledLibraries });
const replica = (more: object) => ({ replicas: [{ name: "x", ...more }] });

test.each<[string, Partial<TenantSpec>, Partial<TenantSpec>, string, string]>([
  ["the public is shut out", {}, { blockPublicConnections: true }, "blockPublicConnections", "inPlace"],
  [
    "the public is let in",
    { blockPublicConnections: true },
    { blockPublicConnections: false },
    "blockPublicConnections",
    "reducesProtection",
  ],
  ["a block is no longer set", { blockVpcConnections: true }, {}, "blockVpcConnections", "reducesProtection"],
  [
    "the IP list holds for some branches only",
    {},
    { allowedIpsProtectedBranchesOnly: true },
    "allowedIpsProtectedBranchesOnly",
    "reducesProtection",
  ],
  ["logical replication on", {}, { enableLogicalReplication: true }, "enableLogicalReplication", "restartsCompute"],
  ["logical replication left as it is", { enableLogicalReplication: true }, {}, "enableLogicalReplication", "inPlace"],
  ["HIPAA on", { hipaa: false }, { hipaa: true }, "hipaa", "inPlace"],
  ["less in the audit log", { auditLogLevel: "full" }, { auditLogLevel: "base" }, "auditLogLevel", "reducesProtection"],
  ["more in the audit log", { auditLogLevel: "base" }, { auditLogLevel: "full" }, "auditLogLevel", "inPlace"],
  [
    "another window",
    {},
    { maintenanceWindow: { weekdays: [1], startTime: "01:00", endTime: "02:00" } },
    "maintenanceWindow",
    "inPlace",
  ],
  ["a library", {}, { preloadLibraries: libraries("pg_cron") }, "preloadLibraries", "restartsCompute"],
  [
    "no libraries of their own any more",
    { preloadLibraries: libraries("pg_cron") },
    {},
    "preloadLibraries",
    "restartsCompute",
  ],
  ["a setting of Postgres", {}, { compute: { pgSettings: { jit: "off" } } }, "compute.pgSettings", "restartsCompute"],
  ["a replica off", replica({}), replica({ disabled: true }), "replicas.x", "maySuspend"],
  ["a replica on", replica({ disabled: true }), replica({}), "replicas.x", "inPlace"],
  ["a replica's rest", replica({ suspendSeconds: 60 }), replica({ suspendSeconds: 90 }), "replicas.x", "inPlace"],
  [
    "a replica's libraries",
    replica({}),
    replica({ preloadLibraries: libraries("a") }),
    "replicas.x",
    "restartsCompute",
  ],
  [
    "an address added",
    { allowedIps: ["10.0.0.1"] },
    { allowedIps: ["10.0.0.1", "10.0.0.2"] },
    "allowedIps",
    "reducesProtection",
  ],
  [
    "an address taken away",
    { allowedIps: ["10.0.0.1", "10.0.0.2"] },
    { allowedIps: ["10.0.0.2"] },
    "allowedIps",
    "inPlace",
  ],
  ["history no longer set", { historyRetentionSeconds: 900_000 }, {}, "historyRetentionSeconds", "inPlace"],
  [
    "another time until suspension",
    { compute: { suspendSeconds: 60 } },
    { compute: { suspendSeconds: 90 } },
    "compute.suspendSeconds",
    "inPlace",
  ],
  ["a destroy would keep the project", {}, { retainOnDelete: true }, "retainOnDelete", "inPlace"],
  ["a destroy would delete it", { retainOnDelete: true }, {}, "retainOnDelete", "reducesProtection"],
])("%s", (_, before, after, field, expected) => {
  const entry = planned(before, after);
  expect(entry.action).toBe("update");
  expect(entry.changes.map((change) => [change.field, change.class])).toEqual([[field, expected]]);
});

test.each([
  ["enableLogicalReplication" as const, "FLEET_LOGICAL_REPLICATION_IMMUTABLE"],
  ["hipaa" as const, "FLEET_HIPAA_IMMUTABLE"],
])("%s is never switched off: refused with the sentence of the provider", (field, code) => {
  const { action, refusals } = planned({ [field]: true }, { [field]: false });
  const { refusal } = projectFields[field];
  expect([action, refusals]).toEqual([
    "refused",
    [
      {
        code,
        reason: `${field} of acme cannot change from true to false: ${refusal!.reason}`,
        wayOut: refusal!.wayOut,
      },
    ],
  ]);
});

test("false where nothing was set before is left to the provider, which sees what is at Neon", () => {
  expect(planned({}, { hipaa: false })).toMatchObject({ action: "update", changes: [{ class: "inPlace" }] });
});
