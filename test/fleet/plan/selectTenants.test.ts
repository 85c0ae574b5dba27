import fc from "fast-check";
import { exitCodeOf, planFleet, selectTenants, type Plan } from "../../../fleet/plan";
import { matchesGlob } from "../../../fleet/plan/matchesGlob";
import { fleetOf, knownOf, seen, specOf, version } from "./support";

function planOf(keys: string[], known: string[] = []): Plan {
  const ledger = known.map((key) => knownOf(specOf(key)));
  return planFleet({
    fleet: fleetOf(keys.map((key) => specOf(key))),
    ledger,
    observed: seen(...known),
    programVersion: version,
  });
}

const chosen = (plan: Plan, ...only: string[]) =>
  selectTenants(plan, { only }).plan.entries.map((entry) => entry.tenant);

describe("selection", () => {
  const plan = planOf(["acme", "eu-1", "eu-2", "us-1"], ["acme", "gone"]);

  test.each<[string[], string[]]>([
    [[], ["acme", "eu-1", "eu-2", "us-1", "gone"]],
    [
      ["eu-2", "acme"],
      ["acme", "eu-2"],
    ],
    [["eu-*"], ["eu-1", "eu-2"]],
    [["??-1"], ["eu-1", "us-1"]],
    [
      ["eu-*", "eu-1"],
      ["eu-1", "eu-2"],
    ],
    [["g*"], ["gone"]],
    [["*"], ["acme", "eu-1", "eu-2", "us-1", "gone"]],
  ])("%j chooses %j", (only, expected) => expect(chosen(plan, ...only)).toEqual(expected));

  test("what matches nobody is reported once, with the nearest tenant", () => {
    const { plan: selected, unknown } = selectTenants(plan, { only: ["acne", "acne", "eu-1", "ap-*", "ACME"] });
    expect(selected.entries.map((entry) => entry.tenant)).toEqual(["eu-1"]);
    expect(unknown).toEqual([
      { name: "acne", suggestion: "acme" },
      { name: "ap-*", suggestion: undefined },
      { name: "ACME", suggestion: "acme" },
    ]);
  });

  test("the counts are those of the selection, the stop that of the whole", () => {
    const broken = planOf(["a"], ["a", "b", "c", "d"]);
    const { plan: selected } = selectTenants(broken, { only: ["a"] });
    expect(selected.actions).toMatchObject({ unchanged: 1, unlisted: 0 });
    expect(selected.stop).toBe(broken.stop);
    expect(selected.stop).toBeDefined();
  });
});

test("a pattern matches as a regular expression of the same meaning does", () => {
  const letters = fc.stringMatching(/^[ab.]{0,8}$/);
  fc.assert(
    fc.property(letters, fc.stringMatching(/^[ab.*?]{0,6}$/), (text, pattern) => {
      const expression = pattern.replaceAll(".", "\\.").replaceAll("*", ".*").replaceAll("?", ".");
      expect(matchesGlob(text, pattern)).toBe(new RegExp(`^${expression}$`).test(text));
    }),
    { numRuns: 500 },
  );
});

describe("exit codes", () => {
  const done = planOf(["a"], ["a"]);
  const refused = { ...done, actions: { ...done.actions, refused: 1 } };
  const unlisted = planOf(["a"], ["a", "b"]);
  const stopped = planOf([], ["a", "b"]);

  test.each<[string, Plan, Parameters<typeof exitCodeOf>[1], number]>([
    ["done", done, undefined, 0],
    ["something to create", planOf(["a"]), undefined, 0],
    ["a tenant failed", done, { failed: 1 }, 1],
    ["a failure outweighs what is unlisted", unlisted, { failed: 1 }, 1],
    ["a refused tenant", refused, undefined, 2],
    ["an unlisted tenant", unlisted, {}, 3],
    ["a stopped plan", stopped, {}, 3],
    ["drift", done, { alerts: 2 }, 3],
    ["interrupted", refused, { interrupted: true, failed: 3 }, 130],
  ])("%s", (_, plan, outcome, code) => expect(exitCodeOf(plan, outcome)).toBe(code));
});
