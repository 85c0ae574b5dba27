import fc from "fast-check";
import { specHash } from "../../../fleet/plan";
import { specChanges } from "../../../fleet/plan/specChanges";
import { specs } from "./arbitraries";
import { specOf, version } from "./support";

/** The same value with the keys of every object in another order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, part]) => [key, reversed(part)]),
  );
}

test("the order of keys does not count", () => {
  fc.assert(
    fc.property(specs("a"), (spec) =>
      expect(specHash(reversed(spec) as typeof spec, version)).toBe(specHash(spec, version)),
    ),
  );
});

test("the hash differs exactly where a change is listed", () => {
  fc.assert(
    fc.property(specs("a"), specs("a"), (one, other) => {
      const same = specHash(one, version) === specHash(other, version);
      expect(specChanges(one, other).length === 0).toBe(same);
    }),
  );
});

test("a tenant has no changes against itself", () => {
  fc.assert(fc.property(specs("a"), (spec) => expect(specChanges(spec, structuredClone(spec))).toEqual([])));
});

const plain = specOf("a");
test.each([
  ["displayName", { displayName: "A" }],
  ["projectName", { projectName: "b" }],
  ["plan", { plan: "pro" }],
  ["region", { region: "aws-us-east-2" }],
  ["residency", { residency: "eu" }],
  ["pgVersion", { pgVersion: 18 }],
  ["organization", { organization: "main" }],
  ["organizationId", { organizationId: "org-x" }],
  ["branchName", { branchName: "main" }],
  ["databaseName", { databaseName: "app" }],
  ["roleName", { roleName: "app" }],
  ["databases", { databases: [{ name: "x" }] }],
  ["databases.owner", { databases: [{ name: "x", owner: "y" }] }],
  ["roles", { roles: ["x"] }],
  ["appRoles", { appRoles: [{ name: "x", access: "readOnly" as const }] }],
  ["appRoles.access", { appRoles: [{ name: "x", access: "readWrite" as const }] }],
  ["replicas", { replicas: [{ name: "x" }] }],
  ["allowDelete", { allowDelete: ["x"] }],
  ["compute.minCu", { compute: { minCu: 1 } }],
  ["compute.maxCu", { compute: { maxCu: 1 } }],
  ["compute.suspendSeconds", { compute: { suspendSeconds: 1 } }],
  ["compute.pgSettings", { compute: { pgSettings: { jit: "off" } } }],
  ["replicas.pgSettings", { replicas: [{ name: "x", pgSettings: { jit: "off" } }] }],
  ["allowedIpsProtectedBranchesOnly", { allowedIpsProtectedBranchesOnly: false }],
  ["blockPublicConnections", { blockPublicConnections: false }],
  ["blockVpcConnections", { blockVpcConnections: false }],
  ["enableLogicalReplication", { enableLogicalReplication: false }],
  ["maintenanceWindow", { maintenanceWindow: { weekdays: [1], startTime: "01:00", endTime: "02:00" } }],
  ["hipaa", { hipaa: false }],
  ["auditLogLevel", { auditLogLevel: "base" as const }],
  ["preloadLibraries", { preloadLibraries: { useDefaults: true, enabledLibraries: [] } }],
  ["retainOnDelete", { retainOnDelete: false }],
  ["historyRetentionSeconds", { historyRetentionSeconds: 0 }],
  ["quota.activeTimeSeconds", { quota: { activeTimeSeconds: 1 } }],
  ["quota.computeTimeSeconds", { quota: { computeTimeSeconds: 1 } }],
  ["quota.writtenDataBytes", { quota: { writtenDataBytes: 1 } }],
  ["quota.dataTransferBytes", { quota: { dataTransferBytes: 1 } }],
  ["quota.logicalSizeBytes", { quota: { logicalSizeBytes: 1 } }],
  ["allowedIps", { allowedIps: "any" as const }],
  ["protectedBranch", { protectedBranch: false }],
  ["protection", { protection: false }],
  ["tags", { tags: { tier: "gold" } }],
])("%s counts", (_, more) => expect(specHash({ ...plain, ...more }, version)).not.toBe(specHash(plain, version)));

test("the tenant and the program's version count; that the tenant has left does not", () => {
  expect(specHash(specOf("b"), version)).not.toBe(specHash(plain, version));
  expect(specHash(plain, "1.0.1")).not.toBe(specHash(plain, version));
  expect(specHash({ ...plain, departed: { at: "2026-01-01T00:00:00Z", by: "x" } }, version)).toBe(
    specHash(plain, version),
  );
});

test("the hash of a tenant stays what it is: a ledger of an earlier release must still agree", () => {
  expect(specHash(specOf("acme", { quota: { activeTimeSeconds: 3600 } }), version)).toMatchInlineSnapshot(
    `"fff9214bb58f1243d9d40458f28b41ee1ca7544baa9c0dc22db8dbd36e736122"`,
  );
});
