import Ajv2020 from "ajv/dist/2020";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { fleetJsonSchema, loadFleet, resolveFleet } from "../../../fleet/config";

const file = join(__dirname, "../../../examples/fleet/tenants.yaml");
const example = parse(readFileSync(file, "utf8")) as { plans: Record<string, object>; tenants: Record<string, object> };
const validate = new Ajv2020({ strict: false }).compile(fleetJsonSchema());

test("the example fleet has twelve customers on three plans in three regions, acme first", () => {
  const specs = resolveFleet(loadFleet(file));
  expect(specs).toHaveLength(12);
  expect(specs[0]?.tenant).toBe("acme");
  expect(new Set(specs.map((spec) => spec.plan))).toEqual(new Set(["starter", "business", "enterprise"]));
  expect(new Set(specs.map((spec) => spec.region))).toEqual(
    new Set(["aws-eu-central-1", "aws-us-east-2", "aws-ap-southeast-2"]),
  );
  expect(specs.every((spec) => spec.protection)).toBe(true);
  expect(specs.find((spec) => spec.databases.length > 0)).toMatchObject({
    databases: [{ name: "reporting", owner: "reporting_owner" }],
    roles: ["reporting_owner"],
  });
});

test("an override of one limit keeps the plan's others", () => {
  const stark = resolveFleet(loadFleet(file)).find((spec) => spec.tenant === "stark");
  expect(stark?.quota).toEqual({
    activeTimeSeconds: 1_440_000,
    computeTimeSeconds: 1_440_000,
    writtenDataBytes: 100e9,
    dataTransferBytes: 80e9,
    logicalSizeBytes: 10e9,
  });
});

test("the JSON Schema for editors accepts the example", () => {
  expect(validate(example)).toBe(true);
  expect(fleetJsonSchema().$schema).toContain("2020-12");
});

test.each<[string, object]>([
  ["an unknown setting", { regoin: "x" }],
  ["a number without a unit", { quota: { activeTime: 10 } }],
  ["a wrong unit", { quota: { logicalSize: "10h" } }],
  ["an empty IP list", { allowedIps: [] }],
  ["a version that Neon does not run", { postgres: 13 }],
  ["a database without a name", { databases: [{ owner: "x" }] }],
])("the JSON Schema refuses %s", (_, entry) => {
  expect(validate({ ...example, tenants: { acme: entry } })).toBe(false);
});

test("the JSON Schema refuses a key that cannot name a tenant, and a file without the ownership mark", () => {
  expect(validate({ ...example, tenants: { "a b": {} } })).toBe(false);
  expect(validate({ ...example, fleet: undefined })).toBe(false);
});
