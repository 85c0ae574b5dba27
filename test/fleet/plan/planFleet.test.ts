import fc from "fast-check";
import type { TenantSpec } from "../../../fleet/config";
import { planFleet, type ChangeClass, type KnownTenant, type PlanInput } from "../../../fleet/plan";
import { specs } from "./arbitraries";
import { fleetOf, knownOf, seen, specOf, version } from "./support";

function planOf(input: Partial<PlanInput> & Pick<PlanInput, "fleet">) {
  return planFleet({ ledger: [], observed: [], programVersion: version, ...input });
}

/** The entry of one tenant that was applied as `before` and is asked to be `after`. */
function changed(before: Partial<TenantSpec>, after: Partial<TenantSpec>) {
  const known = knownOf(specOf("acme", before));
  return planOf({ fleet: fleetOf([specOf("acme", after)]), ledger: [known], observed: seen("acme") }).entries[0]!;
}

describe("what happens to a tenant", () => {
  const spec = specOf("acme");
  const fleet = fleetOf([spec]);
  const known = knownOf(spec);

  test.each<[string, KnownTenant[], ReturnType<typeof seen>, string, string[]]>([
    ["nobody knows it", [], [], "create", ["new"]],
    ["ledger and checkpoint agree", [known], seen("acme"), "unchanged", []],
    ["only a checkpoint is there", [], seen("acme"), "update", ["notInLedger"]],
    [
      "the checkpoint is another one",
      [known],
      [{ tenant: "acme", fingerprint: "other" }],
      "update",
      ["checkpointChanged"],
    ],
    [
      "the ledger saw no checkpoint",
      [{ ...known, fingerprint: undefined }],
      seen("acme"),
      "update",
      ["checkpointChanged"],
    ],
    ["the checkpoint is gone", [known], [], "update", ["checkpointMissing"]],
    [
      "neither checkpoint nor project is there",
      [{ ...known, projectId: undefined }],
      [],
      "create",
      ["checkpointMissing"],
    ],
    ["another hash was applied", [{ ...known, hash: "x" }], seen("acme"), "update", ["specChanged"]],
  ])("%s", (_, ledger, observed, action, reasons) => {
    expect(planOf({ fleet, ledger, observed }).entries[0]).toMatchObject({ tenant: "acme", action, reasons });
  });

  test("another version of the program applied it", () => {
    const plan = planOf({ fleet, ledger: [known], observed: seen("acme"), programVersion: "1.0.1" });
    expect(plan.entries[0]).toMatchObject({ action: "update", reasons: ["programChanged"], changes: [] });
  });

  test("it has left: nothing, whether it is still listed or not, and it is no loss", () => {
    const facts = { acme: { departed: { at: "2026-01-01T00:00:00Z", by: "ops" } } };
    const listed = planOf({
      fleet: fleetOf([specOf("acme", { region: "aws-us-east-2" })], facts),
      ledger: [known],
      observed: seen("acme"),
    });
    expect(listed.entries).toMatchObject([{ action: "departed", reasons: [], changes: [], refusals: [] }]);
    const removed = planOf({ fleet: fleetOf([], facts), ledger: [known], observed: seen("acme") });
    expect(removed.entries).toMatchObject([{ tenant: "acme", action: "departed" }]);
    expect(removed.stop).toBeUndefined();
  });

  test("its key differs from a known one in case only", () => {
    const plan = planOf({ fleet: fleetOf([specOf("ACME")]), ledger: [known], observed: seen("acme") });
    expect(plan.entries).toMatchObject([
      { tenant: "ACME", action: "refused", refusals: [{ code: "FLEET_TENANT_CASE" }] },
      { tenant: "acme", action: "unlisted" },
    ]);
  });
});

describe("classes of changes", () => {
  const gb = 1e9;
  test.each<[string, Partial<TenantSpec>, Partial<TenantSpec>, string, ChangeClass]>([
    ["a larger compute", { compute: { maxCu: 1 } }, { compute: { maxCu: 2 } }, "compute.maxCu", "restartsCompute"],
    ["a smaller compute", { compute: { minCu: 2 } }, { compute: { minCu: 1 } }, "compute.minCu", "restartsCompute"],
    [
      "a quota lowered",
      { quota: { logicalSizeBytes: 2 * gb } },
      { quota: { logicalSizeBytes: gb } },
      "quota.logicalSizeBytes",
      "maySuspend",
    ],
    [
      "a quota raised",
      { quota: { logicalSizeBytes: gb } },
      { quota: { logicalSizeBytes: 2 * gb } },
      "quota.logicalSizeBytes",
      "inPlace",
    ],
    [
      "a quota lifted",
      { quota: { logicalSizeBytes: gb } },
      { quota: { logicalSizeBytes: 0 } },
      "quota.logicalSizeBytes",
      "inPlace",
    ],
    ["a quota no longer set", { quota: { logicalSizeBytes: gb } }, {}, "quota.logicalSizeBytes", "inPlace"],
    ["a quota where there was none", {}, { quota: { logicalSizeBytes: gb } }, "quota.logicalSizeBytes", "maySuspend"],
    [
      "a quota where it was unlimited",
      { quota: { activeTimeSeconds: 0 } },
      { quota: { activeTimeSeconds: 9 } },
      "quota.activeTimeSeconds",
      "maySuspend",
    ],
    [
      "history lowered",
      { historyRetentionSeconds: 9 },
      { historyRetentionSeconds: 8 },
      "historyRetentionSeconds",
      "reducesProtection",
    ],
    [
      "history raised",
      { historyRetentionSeconds: 8 },
      { historyRetentionSeconds: 9 },
      "historyRetentionSeconds",
      "inPlace",
    ],
    [
      "less history than Neon's default",
      {},
      { historyRetentionSeconds: 3600 },
      "historyRetentionSeconds",
      "reducesProtection",
    ],
    ["protection off", { protection: true }, { protection: false }, "protection", "reducesProtection"],
    ["protection on", { protection: false }, { protection: true }, "protection", "inPlace"],
    ["the branch no longer protected", { protectedBranch: true }, {}, "protectedBranch", "reducesProtection"],
    ["the IP list opened", { allowedIps: ["10.0.0.1"] }, { allowedIps: "any" }, "allowedIps", "reducesProtection"],
    ["the IP list closed", { allowedIps: "any" }, { allowedIps: ["10.0.0.1"] }, "allowedIps", "inPlace"],
    ["another display name", { displayName: "A" }, { displayName: "B" }, "displayName", "inPlace"],
    ["another plan with the same limits", { plan: "a" }, { plan: "b" }, "plan", "inPlace"],
    ["another branch name", { branchName: "a" }, { branchName: "b" }, "branchName", "inPlace"],
    ["a database added", {}, { databases: [{ name: "x" }] }, "databases.x", "inPlace"],
    [
      "a database's owner",
      { databases: [{ name: "x" }] },
      { databases: [{ name: "x", owner: "y" }] },
      "databases.x",
      "inPlace",
    ],
    [
      "a database dropped with consent",
      { databases: [{ name: "x.y" }], allowDelete: ["x.y"] },
      { allowDelete: ["x.y"] },
      "databases.x.y",
      "reducesProtection",
    ],
    [
      "a role dropped without protection",
      { roles: ["x"], protection: false },
      { protection: false },
      "roles.x",
      "reducesProtection",
    ],
    ["consent to a deletion", {}, { allowDelete: ["x"] }, "allowDelete.x", "reducesProtection"],
    ["a version where none was set", {}, { pgVersion: 17 }, "pgVersion", "inPlace"],
    [
      "an organization renamed in the file",
      { organization: "a", organizationId: "org-x" },
      { organization: "b", organizationId: "org-x" },
      "organization",
      "inPlace",
    ],
  ])("%s", (_, before, after, field, expected) => {
    const entry = changed(before, after);
    expect(entry.action).toBe("update");
    expect(entry.changes.map((change) => [change.field, change.class])).toEqual([[field, expected]]);
  });

  test.each<[string, Partial<TenantSpec>, Partial<TenantSpec>, string]>([
    ["the region", { region: "aws-us-east-2" }, {}, "FLEET_REGION_IMMUTABLE"],
    ["the version", { pgVersion: 16 }, { pgVersion: 17 }, "FLEET_POSTGRES_IMMUTABLE"],
    ["the organization", { organization: "a" }, { organization: "b" }, "FLEET_ORGANIZATION_IMMUTABLE"],
    [
      "the organization's id",
      { organization: "a", organizationId: "org-x" },
      { organization: "a", organizationId: "org-y" },
      "FLEET_ORGANIZATION_IMMUTABLE",
    ],
    ["the first database", { databaseName: "a" }, { databaseName: "b" }, "FLEET_DATABASE_IMMUTABLE"],
    ["the first role", { roleName: "a" }, { roleName: "b" }, "FLEET_ROLE_IMMUTABLE"],
    ["a database dropped", { databases: [{ name: "x" }] }, {}, "FLEET_DATABASE_DELETE_REFUSED"],
    [
      "a database dropped with its consent at once",
      { databases: [{ name: "x" }] },
      { allowDelete: ["x"] },
      "FLEET_DATABASE_DELETE_REFUSED",
    ],
    ["a role dropped", { roles: ["x"] }, {}, "FLEET_ROLE_DELETE_REFUSED"],
    ["the IP list dropped", { allowedIps: ["10.0.0.1"] }, {}, "FLEET_ALLOWED_IPS_REMOVED"],
  ])("%s is refused, with the reason and the way out", (_, before, after, code) => {
    const entry = changed(before, after);
    expect(entry.action).toBe("refused");
    expect(entry.refusals.map((refusal) => refusal.code)).toEqual([code]);
    expect(entry.refusals[0]!.reason).toContain("acme");
    expect(entry.refusals[0]!.wayOut).not.toBe("");
  });

  test("changes are counted by class, tenants by action", () => {
    const before = specOf("a", { quota: { activeTimeSeconds: 10 }, compute: { minCu: 1, maxCu: 2 } });
    const after = specOf("a", { quota: { activeTimeSeconds: 5 }, compute: { minCu: 2, maxCu: 4 } });
    const plan = planOf({ fleet: fleetOf([after, specOf("b")]), ledger: [knownOf(before)], observed: seen("a") });
    expect(plan.classes).toEqual({ inPlace: 0, restartsCompute: 2, reducesProtection: 0, maySuspend: 1, refused: 0 });
    expect(plan.actions).toEqual({ create: 1, update: 1, unchanged: 0, refused: 0, unlisted: 0, departed: 0 });
  });
});

describe("entries that disappear", () => {
  const tenants = (count: number) =>
    Array.from({ length: count }, (_, index) => specOf(`t${String(index).padStart(3, "0")}`));
  const lose = (lost: number, known: number, more: Partial<PlanInput> = {}) => {
    const all = tenants(known);
    return planOf({
      fleet: fleetOf(all.slice(lost)),
      ledger: all.map((spec) => knownOf(spec)),
      observed: seen(...all.map((spec) => spec.tenant)),
      ...more,
    });
  };

  test("one of twelve is unlisted and left alone, and the others are planned", () => {
    const plan = lose(1, 12);
    expect(plan.entries.at(-1)).toMatchObject({ tenant: "t000", action: "unlisted", projectId: "project-of-t000" });
    expect(plan.actions).toMatchObject({ unlisted: 1, unchanged: 11 });
    expect(plan.stop).toBeUndefined();
  });

  test.each([
    [1, 1, false],
    [2, 12, true],
    [5, 100, false],
    [6, 100, true],
    [12, 12, true],
  ])("%d of %d stop the run: %s", (lost, known, stops) => {
    const { stop } = lose(lost, known);
    expect(stop === undefined).toBe(!stops);
    if (stops) expect(stop).toMatchObject({ code: "FLEET_TENANTS_LOST", lost, known });
    expect(lose(lost, known, { allowUnlisted: true }).stop).toBeUndefined();
  });

  test("a tenant known by its checkpoint alone is unlisted too", () => {
    expect(planOf({ fleet: fleetOf([]), observed: seen("acme") }).entries).toMatchObject([
      { tenant: "acme", action: "unlisted" },
    ]);
  });
});

/** A fleet file, a ledger and checkpoints that agree in part. */
const situations = fc
  .record({
    keys: fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e", "F", "f"), { minLength: 1 }),
    listed: fc.infiniteStream(fc.boolean()),
    known: fc.infiniteStream(fc.boolean()),
    seen: fc.infiniteStream(fc.boolean()),
    same: fc.infiniteStream(fc.boolean()),
  })
  .chain(({ keys, ...coins }) =>
    fc
      .record({ before: fc.tuple(...keys.map(specs)), after: fc.tuple(...keys.map(specs)) })
      .map(({ before, after }) => {
        const flip = (coin: fc.Stream<boolean>): boolean => coin.next().value === true;
        const asked = keys.map((_, index) => (flip(coins.same) ? before[index]! : after[index]!));
        return {
          listed: asked.filter(() => flip(coins.listed)),
          ledger: before.filter(() => flip(coins.known)).map((spec) => knownOf(spec)),
          observed: seen(...keys.filter(() => flip(coins.seen))),
        };
      }),
  );

test("whatever file, ledger and checkpoints say: every tenant has one entry, and none is to be destroyed", () => {
  fc.assert(
    fc.property(situations, ({ listed, ledger, observed }) => {
      const plan = planOf({ fleet: fleetOf(listed), ledger, observed });
      const everyone = [...listed, ...ledger, ...observed].map(({ tenant }) => tenant);
      expect(plan.entries.map((entry) => entry.tenant).toSorted()).toEqual([...new Set(everyone)].toSorted());
      for (const entry of plan.entries) {
        const isListed = listed.some((spec) => spec.tenant === entry.tenant);
        const actions = isListed ? ["create", "update", "unchanged", "refused"] : ["unlisted"];
        expect(actions).toContain(entry.action);
        expect(entry.action === "refused").toBe(entry.refusals.length > 0);
      }
    }),
  );
});

test("whatever else changes with it, another region is refused", () => {
  fc.assert(
    fc.property(specs("acme"), specs("acme"), (before, after) => {
      const moved = { ...after, region: `${before.region}-elsewhere` };
      const [entry] = planOf({ fleet: fleetOf([moved]), ledger: [knownOf(before)], observed: seen("acme") }).entries;
      expect(entry!.action).toBe("refused");
      expect(entry!.refusals.map((refusal) => refusal.code)).toContain("FLEET_REGION_IMMUTABLE");
    }),
  );
});

test("what was applied as it is asked for is unchanged", () => {
  fc.assert(
    fc.property(specs("acme"), (spec) => {
      const fleet = fleetOf([spec]);
      const applied = planOf({ fleet }).entries[0]!.spec!;
      const plan = planOf({ fleet, ledger: [knownOf(applied)], observed: seen("acme") });
      expect(plan.entries[0]).toMatchObject({ action: "unchanged", changes: [] });
    }),
  );
});
