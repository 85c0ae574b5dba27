import fc from "fast-check";
import { stringify } from "yaml";
import { FleetConfigError, resolveTenant, type TenantSpec } from "../../../fleet/config";
import { fleets, type FleetPair, type Pair } from "./support/arbitraries";
import { TempFolder } from "./support/tempFolder";

const folder = new TempFolder();
afterAll(() => folder.remove());

/** What layers of settings come to, worked out without the code under test. */
function layered(layers: Pair[]): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const { resolved } of layers) {
    for (const [field, value] of Object.entries(resolved)) {
      const isGroup = field === "compute" || field === "quota";
      result[field] = isGroup ? { ...(result[field] as object), ...(value as object) } : value;
    }
  }
  return result;
}

function expectedSpec(fleet: FleetPair, index: number): TenantSpec {
  const { key, plan, settings, displayName } = fleet.tenants[index]!;
  const layers = [fleet.defaults, ...(plan === undefined ? [] : [fleet.plans[plan]!]), settings];
  const merged = layered(layers);
  return {
    protection: true,
    ...merged,
    tenant: key,
    displayName: displayName ?? key,
    projectName: key,
    ...(plan === undefined ? {} : { plan: `plan${plan}` }),
    databases: [],
    roles: [],
    appRoles: [],
    replicas: [],
    allowDelete: [],
    tags: {},
  };
}

test("a valid fleet, written as YAML or JSON, resolves to what its layers mean to the API", () => {
  fc.assert(
    fc.property(fleets, fc.constantFrom("yaml", "json"), (fleet, form) => {
      const text = form === "json" ? JSON.stringify(fleet.file, null, 2) : stringify(fleet.file);
      const loaded = folder.load(text, `tenants.${form}`);
      expect([...loaded.tenants.keys()].toSorted()).toEqual(Object.keys(fleet.file.tenants).toSorted());
      fleet.tenants.forEach(({ key }, index) => {
        expect(resolveTenant(loaded, key)).toEqual(expectedSpec(fleet, index));
      });
    }),
    { numRuns: 150 },
  );
});

test("whatever is broken in a fleet file, every problem stands inside the file and in order", () => {
  const wound = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat({ max: 12 }),
    put: fc.oneof(
      fc.constantFrom(
        "",
        ":",
        "- ",
        "{",
        "]",
        "*a",
        "&a ",
        "\t",
        "\n",
        "\r\n",
        "  ",
        "'",
        '"',
        "!x ",
        "|",
        "? ",
        "é",
        "\u0000",
      ),
      fc.string({ maxLength: 8 }),
    ),
  });
  let wounded = 0;
  fc.assert(
    fc.property(fleets, fc.array(wound, { minLength: 1, maxLength: 4 }), (fleet, wounds) => {
      let text = stringify(fleet.file);
      for (const { at, length, put } of wounds) {
        const start = Math.floor(at * text.length);
        text = text.slice(0, start) + put + text.slice(start + length);
      }
      try {
        folder.load(text);
      } catch (error) {
        if (!(error instanceof FleetConfigError)) throw error;
        wounded++;
        const lines = text.split("\n");
        expect(error.problems.length).toBeGreaterThan(0);
        let before = [0, 0];
        for (const { line, column } of error.problems) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(line).toBeLessThanOrEqual(lines.length);
          expect(column).toBeGreaterThanOrEqual(1);
          expect(column).toBeLessThanOrEqual(lines[line - 1]!.length + 1);
          expect(line > before[0]! || (line === before[0] && column >= before[1]!)).toBe(true);
          before = [line, column];
        }
      }
    }),
    { numRuns: 300 },
  );
  expect(wounded).toBeGreaterThan(50);
});
