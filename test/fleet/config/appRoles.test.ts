import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import { parse } from "yaml";
import { fleetJsonSchema, formatProblem, loadFleet, resolveFleet, resolveTenant } from "../../../fleet/config";
import { base, head, marked, TempFolder } from "./support/tempFolder";

const folder = new TempFolder();
afterAll(() => folder.remove());

test("app roles and replicas come from the entry, else from its plan, else from the defaults", () => {
  const fleet = folder.load(`${head}
defaults: { region: aws-eu-central-1, appRoles: [{ name: web, access: readWrite }] }
plans: { big: { appRoles: [{ name: report, access: readOnly }], replicas: [{ name: second, min: 0.25, max: 1, suspend: 5m }] } }
tenants: { a: {}, b: { plan: big }, c: { plan: big, appRoles: [], replicas: [] } }
`);
  const web = { name: "web", access: "readWrite" };
  const second = { name: "second", minCu: 0.25, maxCu: 1, suspendSeconds: 300 };
  expect(resolveTenant(fleet, "a")).toMatchObject({ appRoles: [web], replicas: [] });
  expect(resolveTenant(fleet, "b")).toMatchObject({ appRoles: [{ name: "report" }], replicas: [second] });
  expect(resolveTenant(fleet, "c")).toMatchObject({ appRoles: [], replicas: [] });
});

test("a resolved tenant shares nothing with the fleet that it came from", () => {
  const fleet = folder.load(
    `${base}tenants: { a: { appRoles: [{ name: x, access: readOnly }], replicas: [{ name: r }] } }`,
  );
  const spec = resolveTenant(fleet, "a");
  spec.appRoles[0]!.access = "readWrite";
  spec.replicas[0]!.name = "changed";
  expect(resolveTenant(fleet, "a")).toMatchObject({ appRoles: [{ access: "readOnly" }], replicas: [{ name: "r" }] });
});

describe("what is wrong stands at its place", () => {
  const role = "access: readOnly";
  test.each([
    ["{ appRoles: [{ name: web, access: §readwrit }] }", "FLEET_VALUE appRoles[0].access"],
    ["{ appRoles: [{ name: web, access: §[] }] }", "FLEET_TYPE appRoles[0].access"],
    [`{ appRoles: [{ name: §pg_web, ${role} }] }`, "FLEET_VALUE appRoles[0].name"],
    [`{ appRoles: [{ name: web, ${role} }, { name: §web, ${role} }] }`, "FLEET_NAME_TAKEN appRoles[1].name"],
    [`{ appRoles: [{ name: §neondb_owner, ${role} }] }`, "FLEET_NAME_TAKEN appRoles[0].name"],
    [`{ roles: [web], appRoles: [{ name: §web, ${role} }] }`, "FLEET_NAME_TAKEN appRoles[0].name"],
    [`{ appRoles: [{ name: web, ${role}, database: §oter }] }`, "FLEET_REFERENCE_UNKNOWN appRoles[0].database"],
    ["{ replicas: [{ name: a }, { name: §a }] }", "FLEET_NAME_TAKEN replicas[1].name"],
    ["{ replicas: [{ name: a, min: §0.3, max: 1 }] }", "FLEET_VALUE replicas[0].min"],
    ["{ replicas: [§{ name: a, min: 2, max: 1 }] }", "FLEET_COMPUTE_RANGE replicas[0]"],
    ["{ replicas: [{ name: §'' }] }", "FLEET_VALUE replicas[0].name"],
  ])("%s", (entry, expected) => {
    const { text, places } = marked(`${base}tenants: { a: ${entry} }`);
    const [code, path] = expected.split(" ");
    expect(folder.places(text)).toEqual([`${places[0]} ${code} tenants.a.${path}`]);
  });

  test("a missing access is named", () => {
    const problems = folder.problems(`${base}tenants: { a: { appRoles: [{ name: web }] } }`);
    expect(problems.map((problem) => problem.code)).toEqual(["FLEET_KEY_MISSING"]);
  });

  test("a near miss is suggested", () => {
    const [problem] = folder.problems(`${base}tenants: { a: { appRoles: [{ name: web, access: read-write }] } }`);
    expect(formatProblem(problem!)).toContain("(did you mean readWrite?)");
  });

  test("one that comes from a plan stands at the tenant that it does not fit", () => {
    const plans = "plans: { p: { appRoles: [{ name: web, access: readOnly, database: reports }] } }\n";
    const { text, places } = marked(
      `${base}${plans}tenants: { good: { plan: p, databases: [{ name: reports }] }, §bad: { plan: p } }`,
    );
    expect(folder.places(text)).toEqual([`${places[0]} FLEET_REFERENCE_UNKNOWN tenants.bad`]);
  });
});

test("the JSON Schema accepts the example, which has an app role, and refuses another access", () => {
  const file = join(__dirname, "../../../examples/fleet/tenants.yaml");
  const example = parse(readFileSync(file, "utf8")) as object;
  expect(resolveFleet(loadFleet(file)).flatMap((spec) => spec.appRoles.map((role) => [spec.tenant, role]))).toEqual([
    ["umbrella", { name: "web", access: "readWrite" }],
  ]);
  const validate = new Ajv2020({ strict: false }).compile(fleetJsonSchema());
  expect(validate(example)).toBe(true);
  for (const access of ["readWrite", "all"]) {
    const tenants = { a: { appRoles: [{ name: "web", access }] } };
    expect(validate({ ...example, tenants })).toBe(access === "readWrite");
  }
});
