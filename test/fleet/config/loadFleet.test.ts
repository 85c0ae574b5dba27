import { FleetConfigError, formatProblem, isFleetError, loadFleet } from "../../../fleet/config";
import { base, head, marked, TempFolder } from "./support/tempFolder";

const folder = new TempFolder();
afterAll(() => folder.remove());

test("five different mistakes are five messages, each at its line and column", () => {
  const text = [
    "name: test-fleet",
    "fleet: 6f1c2a58-0d3e-4b7f-9a41-5c8e7d20b396",
    "plans:",
    "  pro:",
    "    quota: { computeTime: 10 hours }",
    "    compute: { min: 4, max: 2 }",
    "tenants:",
    "  acme:",
    "    plan: por",
    "    regoin: aws-us-east-2",
    "    allowedIps: []",
    "defaults: { region: aws-eu-central-1 }",
    "",
  ].join("\n");
  expect(folder.problems(text).map((problem) => formatProblem(problem).replace(folder.path, "."))).toEqual([
    './tenants.yaml:5:27 plans.pro.quota.computeTime: "10 hours" is not a duration; write 10h, 5m or 30s, or unlimited (did you mean 10h?)',
    "./tenants.yaml:6:14 plans.pro.compute: min 4 is larger than max 2",
    './tenants.yaml:9:11 tenants.acme.plan: "por" is not listed under plans (did you mean pro?)',
    './tenants.yaml:10:5 tenants.acme.regoin: there is no setting "regoin" here (did you mean region?)',
    "./tenants.yaml:11:17 tenants.acme.allowedIps: is an empty list, which opens the database to every address; write any if that is meant (did you mean any?)",
  ]);
});

test("the error counts the problems, names the file and says what to do", () => {
  const file = folder.write("tenants.yaml", `${base}tenants: { a: { plan: x, region: 5 } }`);
  const error = (() => {
    try {
      return loadFleet(file);
    } catch (caught) {
      return caught;
    }
  })();
  expect(error).toBeInstanceOf(FleetConfigError);
  expect(isFleetError(error)).toBe(true);
  expect(error).toMatchObject({
    code: "FLEET_CONFIG_INVALID",
    hint: expect.stringContaining("nothing was called") as string,
  });
  expect((error as Error).message).toContain(`2 problems in ${file}`);
});

/** Loads a text in which § marks each place that a problem is expected at, and compares places, codes and paths. */
function expectProblems(text: string, expected: string[]): void {
  const { text: plain, places } = marked(text);
  expect(folder.places(plain)).toEqual(expected.map((rest, index) => `${places[index]} ${rest}`.trim()));
}

describe("what is wrong with a tenant stands at the value, or at the key of a value that is not there", () => {
  test.each([
    ["{ §plan: }", "FLEET_TYPE plan"],
    ["{ plan: §[] }", "FLEET_TYPE plan"],
    ["{ postgres: §13 }", "FLEET_VALUE postgres"],
    ["{ postgres: §'17' }", "FLEET_TYPE postgres"],
    ["{ region: §eu-central-1 }", "FLEET_VALUE region"],
    ["{ region: §Frankfurt }", "FLEET_VALUE region"],
    ["{ history: §31d }", "FLEET_UNIT history"],
    ["{ history: §0s }", "FLEET_UNIT history"],
    ["{ compute: { suspend: §59s } }", "FLEET_UNIT compute.suspend"],
    ["{ compute: { suspend: §8d } }", "FLEET_UNIT compute.suspend"],
    ["{ compute: { min: §0.3, max: 1 } }", "FLEET_VALUE compute.min"],
    ["{ compute: { min: §17, max: §17 } }", "FLEET_VALUE compute.min", "FLEET_VALUE compute.max"],
    ["{ compute: §{ min: 2, max: 1 } }", "FLEET_COMPUTE_RANGE compute"],
    ["{ compute: §{ min: 1, max: 10 } }", "FLEET_COMPUTE_RANGE compute"],
    ["{ compute: §{ min: 16, max: 18 } }", "FLEET_COMPUTE_RANGE compute"],
    ["{ compute: §{ min: 1 } }", "FLEET_COMPUTE_RANGE compute"],
    ["{ quota: { activeTime: §0 } }", "FLEET_UNIT quota.activeTime"],
    ["{ quota: { writtenData: §0GB } }", "FLEET_UNIT quota.writtenData"],
    ["{ quota: { logicalSize: §512 } }", "FLEET_UNIT quota.logicalSize"],
    ["{ quota: { §activeTme: 10h } }", "FLEET_KEY_UNKNOWN quota.activeTme"],
    ["{ allowedIps: §[] }", "FLEET_ALLOWED_IPS allowedIps"],
    ["{ allowedIps: §10.0.0.1 }", "FLEET_ALLOWED_IPS allowedIps"],
    ["{ allowedIps: [10.0.0.1, §10.0.0.999] }", "FLEET_ALLOWED_IPS allowedIps[1]"],
    ["{ allowedIps: [§0.0.0.0/0, §'::/0'] }", "FLEET_ALLOWED_IPS allowedIps[0]", "FLEET_ALLOWED_IPS allowedIps[1]"],
    [
      "{ allowedIps: [§10.0.0.9-10.0.0.1, §10.0.0.0/33] }",
      "FLEET_ALLOWED_IPS allowedIps[0]",
      "FLEET_ALLOWED_IPS allowedIps[1]",
    ],
    ["{ role: §pg_owner }", "FLEET_VALUE role"],
    ["{ role: §neon_superuser }", "FLEET_VALUE role"],
    ["{ database: §template1 }", "FLEET_VALUE database"],
    [`{ database: §${"ü".repeat(32)} }`, "FLEET_VALUE database"],
    ["{ databases: [{ name: x, owner: §nobody }] }", "FLEET_REFERENCE_UNKNOWN databases[0].owner"],
    ["{ databases: [{ name: x }, { name: §x }] }", "FLEET_NAME_TAKEN databases[1].name"],
    ["{ databases: [§{ owner: neondb_owner }] }", "FLEET_KEY_MISSING databases[0]"],
    ["{ database: app, databases: [{ name: §app }] }", "FLEET_NAME_TAKEN databases[0].name"],
    ["{ role: app, roles: [§app] }", "FLEET_NAME_TAKEN roles[0]"],
    ["{ displayName: §'' }", "FLEET_VALUE displayName"],
    ["{ displayName: §42 }", "FLEET_TYPE displayName"],
    ["{ protection: §yes }", "FLEET_TYPE protection"],
    ["{ organization: §other }", "FLEET_REFERENCE_UNKNOWN organization"],
    ["{ residency: §eu }", "FLEET_REFERENCE_UNKNOWN residency"],
    ["§5", "FLEET_TYPE"],
    ["§[]", "FLEET_TYPE"],
  ])("%s", (entry, ...expected) => {
    const withPath = expected.map((rest) => {
      const [code, path] = rest.split(" ");
      return `${code} tenants.a${path === undefined ? "" : `.${path}`}`;
    });
    expectProblems(`${base}tenants:\n  a: ${entry}\n`, withPath);
  });
});

describe("keys of tenants", () => {
  test.each([
    ["§con: {}", "FLEET_KEY_INVALID tenants.con"],
    ["§com1.acme: {}", 'FLEET_KEY_INVALID tenants."com1.acme"'],
    ["§a b: {}", 'FLEET_KEY_INVALID tenants."a b"'],
    ["§.a: {}", 'FLEET_KEY_INVALID tenants.".a"'],
    ["§a.: {}", 'FLEET_KEY_INVALID tenants."a."'],
    ["§x/y: {}", 'FLEET_KEY_INVALID tenants."x/y"'],
    [`§${"a".repeat(101)}: {}`, `FLEET_KEY_INVALID tenants.${"a".repeat(101)}`],
    ["a: {}\n  §A: {}", "FLEET_DUPLICATE_KEY tenants.A"],
    ["a: {}\n  §a: {}", "FLEET_DUPLICATE_KEY tenants.a"],
    ["§0123: {}", "FLEET_KEY_INVALID tenants"],
    ["§1.10: {}", "FLEET_KEY_INVALID tenants"],
    ["§~: {}", "FLEET_KEY_INVALID tenants"],
    ["§[x]: {}", "FLEET_KEY_INVALID tenants"],
    ["§__proto__: {}", "FLEET_KEY_INVALID tenants"],
    ["§<<: {}", "FLEET_YAML_ALIAS tenants"],
  ])("%s", (line, expected) => expectProblems(`${base}tenants:\n  ${line}\n`, [expected]));

  test("numbers that read back as written, names of object methods and an entry without a value are tenants, in the order of the file", () => {
    const fleet = folder.load(
      `${base}tenants:\n  zeta: {}\n  42:\n  constructor: { plan: toString }\nplans: { toString: }\n`,
    );
    expect([...fleet.tenants.keys()]).toEqual(["zeta", "42", "constructor"]);
  });
});

describe("the top of the file", () => {
  test("what is missing, misspelt or malformed is said at once", () => {
    expect(folder.places("naem: x\nfleet: 6F1C2A58-0D3E-4B7F-9A41-5C8E7D20B396\n")).toEqual([
      "1:1 FLEET_KEY_MISSING",
      "1:1 FLEET_KEY_MISSING",
      "1:1 FLEET_KEY_UNKNOWN naem",
      "2:8 FLEET_VALUE fleet",
    ]);
  });

  test.each([
    ["organizations: { main: { key: §a-b } }", "FLEET_VALUE organizations.main.key"],
    ["organizations: { §main: { id: org-x } }", "FLEET_KEY_MISSING organizations.main"],
    ["organizations: { a: { key: A, id: org-x }, b: { key: B, id: §org-x } }", "FLEET_NAME_TAKEN organizations.b.id"],
    ["secrets: { provider: §vault }", "FLEET_VALUE secrets.provider"],
    ["secrets: { provider: passphrase, salt: §abc }", "FLEET_VALUE secrets.salt"],
    ["secrets: { provider: passphrase, encryptedKey: §abc }", "FLEET_SECRETS secrets.encryptedKey"],
    ["residency: { eu: §[] }", "FLEET_VALUE residency.eu"],
    ["plans: { a: {}, §A: {} }", "FLEET_DUPLICATE_KEY plans.A"],
    ["defaults: { plan: §pro }", "FLEET_REFERENCE_UNKNOWN defaults.plan"],
    ["defaults: { compute: §{ min: 4, max: 2 } }", "FLEET_COMPUTE_RANGE defaults.compute"],
  ])("%s", (line, expected) => expectProblems(`${head}tenants: {}\n${line}\n`, [expected]));
});

describe("residency", () => {
  const rules = `${head}residency: { eu: [aws-eu-central-1, aws-eu-west-2] }\n`;

  test("a region outside the rule is refused where the tenant sets it, or the rule", () => {
    const text = [
      "defaults: { region: aws-us-east-2 }",
      "tenants:",
      "  a: { residency: eu, region: §aws-us-east-1 }",
      "  b: { residency: §eu }",
      "  c: { residency: eu, region: aws-eu-west-2 }",
    ].join("\n");
    expectProblems(rules + text, [
      "FLEET_REGION_NOT_RESIDENT tenants.a.region",
      "FLEET_REGION_NOT_RESIDENT tenants.b.residency",
    ]);
  });

  test("a tenant without any region is refused, and a wrong default is one problem however many tenants share it", () => {
    expectProblems(`${rules}tenants: { §a: { residency: eu } }`, ["FLEET_KEY_MISSING tenants.a"]);
    expectProblems(`${rules}defaults: { residency: eu, region: §aws-us-east-1 }\ntenants: { a: {}, b: {} }`, [
      "FLEET_REGION_NOT_RESIDENT defaults.region",
    ]);
  });

  test("a default rule holds for a tenant that sets its region, and for one that leaves both to the defaults", () => {
    expectProblems(`${rules}defaults: { residency: eu }\ntenants: { a: { region: §aws-us-east-1 } }`, [
      "FLEET_REGION_NOT_RESIDENT tenants.a.region",
    ]);
    expectProblems(`${rules}defaults: { residency: eu }\ntenants: { §a: {} }`, ["FLEET_KEY_MISSING tenants.a"]);
  });
});

describe("limits of several layers", () => {
  test("two ends that fit alone and not together are refused where the second one is set", () => {
    const text = [
      "defaults: { region: aws-eu-central-1, compute: { min: 2, max: 4 } }",
      "plans: { small: { compute: §{ max: 1 } }, large: { compute: { max: 8 } } }",
      "tenants: { a: { plan: large, compute: §{ max: 0.5 } }, b: { plan: large } }",
    ].join("\n");
    expectProblems(`${head}${text}`, [
      "FLEET_COMPUTE_RANGE plans.small.compute",
      "FLEET_COMPUTE_RANGE tenants.a.compute",
    ]);
  });

  test("a size that is refused itself is not judged as a range", () => {
    expectProblems(
      `${base}plans: { p: { compute: { min: §3.5, max: 2 } } }\ntenants: { a: { plan: p, compute: { max: 1 } } }`,
      ["FLEET_VALUE plans.p.compute.min"],
    );
  });
});
