import type { TenantSpec } from "../../../fleet/config";
import { consentNeeds, loweredQuotas, type Plan, planFleet, selectTenants, withQuotaUse } from "../../../fleet/plan";
import { planReport } from "../../../fleet/report/planReport";
import { fleetOf, knownOf, seen, specOf, version } from "./support";

/** The plan of tenants that were applied as the first and are asked for as the second. */
function planOf(tenants: Record<string, [before: Partial<TenantSpec> | undefined, after: Partial<TenantSpec>]>): Plan {
  const pairs = Object.entries(tenants);
  const before = pairs.flatMap(([key, [applied]]) => (applied ? [specOf(key, applied)] : []));
  return planFleet({
    fleet: fleetOf(pairs.map(([key, [, asked]]) => specOf(key, asked))),
    ledger: before.map((spec) => knownOf(spec)),
    observed: seen(...before.map(({ tenant }) => tenant)),
    programVersion: version,
  });
}

const hour = 3600;
const plan = planOf({
  a: [{ compute: { minCu: 1, maxCu: 1 } }, { compute: { minCu: 2, maxCu: 2 } }],
  b: [{ blockVpcConnections: true, compute: { minCu: 1 } }, { compute: { minCu: 2 } }],
  c: [{ quota: { activeTimeSeconds: 9 * hour } }, { quota: { activeTimeSeconds: hour } }],
  d: [{ displayName: "D" }, { displayName: "E" }],
  // Nothing of these is done.
  fresh: [undefined, { quota: { activeTimeSeconds: 1 } }],
  refused: [{ region: "aws-us-east-2", quota: {} }, { quota: { activeTimeSeconds: 1 } }],
});

describe("the classes that need a word", () => {
  test("are counted by changes and tenants, of what would be done only", () => {
    expect(consentNeeds(plan)).toEqual([
      { class: "restartsCompute", changes: 3, tenants: 2 },
      { class: "reducesProtection", changes: 1, tenants: 1 },
      { class: "maySuspend", changes: 1, tenants: 1 },
    ]);
  });

  test("are those that were not allowed, of the tenants that were chosen", () => {
    expect(consentNeeds(plan, ["restartsCompute", "maySuspend"])).toMatchObject([{ class: "reducesProtection" }]);
    expect(consentNeeds(selectTenants(plan, { only: ["a", "d"] }).plan)).toEqual([
      { class: "restartsCompute", changes: 2, tenants: 1 },
    ]);
    expect(consentNeeds(selectTenants(plan, { only: ["d", "fresh", "refused"] }).plan)).toEqual([]);
  });

  test("stand in the plan for people with the option that allows them", () => {
    expect(planReport(plan)).toContain("apply needs --allow restartsCompute,reducesProtection,maySuspend");
    expect(planReport(selectTenants(plan, { only: ["d"] }).plan)).not.toContain("--allow");
  });
});

describe("a quota that is lowered", () => {
  const classOf = (judged: Plan) => judged.entries.find(({ tenant }) => tenant === "c")!.changes[0]!.class;
  const judge = (use: object) => withQuotaUse(plan, new Map([["c", use]]));

  test("is looked for in what would be done", () => {
    expect(loweredQuotas(plan).map(({ entry, quotas }) => [entry.tenant, quotas])).toEqual([
      ["c", ["activeTimeSeconds"]],
    ]);
    const raised = planOf({ c: [{ quota: { activeTimeSeconds: hour } }, { quota: { activeTimeSeconds: 0 } }] });
    const off = planOf({ c: [{ replicas: [{ name: "r" }] }, { replicas: [{ name: "r", disabled: true }] }] });
    expect([raised, off].map((it) => loweredQuotas(it))).toEqual([[], []]);
    expect(consentNeeds(off)).toMatchObject([{ class: "maySuspend" }]);
  });

  test.each<[string, object, string, string]>([
    ["that leaves room is in place", { activeTimeSeconds: hour - 1 }, "inPlace", "(inPlace; 3599 used)"],
    ["that is used up may suspend", { activeTimeSeconds: hour }, "maySuspend", "3600 used: it would suspend at once"],
    ["of which Neon told nothing may suspend", {}, "maySuspend", "(maySuspend; present use unknown)"],
    [
      "of which nothing could be learnt may suspend",
      { error: "NEON_UNREACHABLE" },
      "maySuspend",
      "present use unknown: NEON_UNREACHABLE",
    ],
  ])("%s", (_, use, expected, text) => {
    const judged = judge(use);
    expect(classOf(judged)).toBe(expected);
    expect(judged.classes.maySuspend).toBe(plan.classes.maySuspend - (expected === "inPlace" ? 1 : 0));
    expect(planReport(judged)).toContain(text);
  });

  test("leaves the other tenants and changes as they are", () => {
    const judged = judge({ activeTimeSeconds: 0 });
    const others = (it: Plan) => it.entries.filter(({ tenant }) => tenant !== "c");
    expect(others(judged)).toEqual(others(plan));
    expect(judged.actions).toEqual(plan.actions);
  });
});
