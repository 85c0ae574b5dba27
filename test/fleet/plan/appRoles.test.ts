import type { TenantSpec } from "../../../fleet/config";
import { planFleet } from "../../../fleet/plan";
import { fleetOf, knownOf, seen, specOf, version } from "./support";

const reader = { name: "x", access: "readOnly" as const };
const writer = { name: "x", access: "readWrite" as const };

/** The plan of a tenant that was applied as `before` and is asked for as `after`. */
function planned(before: Partial<TenantSpec>, after: Partial<TenantSpec>) {
  const plan = planFleet({
    fleet: fleetOf([specOf("acme", after)]),
    ledger: [knownOf(specOf("acme", before))],
    observed: seen("acme"),
    programVersion: version,
  });
  return plan.entries[0]!;
}

test.each<[string, Partial<TenantSpec>, Partial<TenantSpec>, string, string]>([
  ["an app role added", {}, { appRoles: [writer] }, "appRoles.x", "inPlace"],
  ["one that may now write", { appRoles: [reader] }, { appRoles: [writer] }, "appRoles.x", "reducesProtection"],
  ["one that may no longer write", { appRoles: [writer] }, { appRoles: [reader] }, "appRoles.x", "inPlace"],
  [
    "one in another database",
    { appRoles: [reader] },
    { appRoles: [{ ...reader, database: "y" }] },
    "appRoles.x",
    "inPlace",
  ],
  [
    "one dropped with consent",
    { appRoles: [reader], allowDelete: ["x"] },
    { allowDelete: ["x"] },
    "appRoles.x",
    "reducesProtection",
  ],
  [
    "one dropped unprotected",
    { appRoles: [reader], protection: false },
    { protection: false },
    "appRoles.x",
    "reducesProtection",
  ],
  ["a replica added", {}, { replicas: [{ name: "x" }] }, "replicas.x", "inPlace"],
  [
    "a larger replica",
    { replicas: [{ name: "x" }] },
    { replicas: [{ name: "x", minCu: 1, maxCu: 2 }] },
    "replicas.x",
    "restartsCompute",
  ],
  [
    "a replica dropped with consent",
    { replicas: [{ name: "x" }], allowDelete: ["x"] },
    { allowDelete: ["x"] },
    "replicas.x",
    "reducesProtection",
  ],
])("%s", (_, before, after, field, expected) => {
  const entry = planned(before, after);
  expect(entry.action).toBe("update");
  expect(entry.changes.map((change) => [change.field, change.class])).toEqual([[field, expected]]);
});

test.each<[string, Partial<TenantSpec>, Partial<TenantSpec>, string]>([
  ["an app role dropped", { appRoles: [reader] }, {}, "FLEET_APP_ROLE_DELETE_REFUSED"],
  ["a replica dropped", { replicas: [{ name: "x" }] }, {}, "FLEET_REPLICA_DELETE_REFUSED"],
  [
    "one dropped with its consent at once",
    { appRoles: [reader] },
    { allowDelete: ["x"] },
    "FLEET_APP_ROLE_DELETE_REFUSED",
  ],
])("%s is refused, with the reason and the way out", (_, before, after, code) => {
  const { action, refusals } = planned(before, after);
  expect([action, refusals.map((refusal) => refusal.code)]).toEqual(["refused", [code]]);
  expect(refusals[0]!.reason).toContain("x of acme");
  expect(refusals[0]!.wayOut).toContain("allowDelete: [x]");
});

test("an entry that was applied before there were app roles and replicas is unchanged", () => {
  const { appRoles: _roles, replicas: _replicas, ...old } = specOf("acme");
  const plan = planFleet({
    fleet: fleetOf([specOf("acme")]),
    ledger: [knownOf(old as TenantSpec)],
    observed: seen("acme"),
    programVersion: version,
  });
  expect(plan.entries[0]!.action).toBe("unchanged");
});
