import { join } from "node:path";
import { FleetConfigError, loadFleet } from "../../../fleet/config";
import { base, head, TempFolder } from "./support/tempFolder";

const folder = new TempFolder();
afterAll(() => folder.remove());

test("a fleet file may be JSON, indented with tabs too", () => {
  const file = {
    name: "json-fleet",
    fleet: "6f1c2a58-0d3e-4b7f-9a41-5c8e7d20b396",
    defaults: { region: "aws-eu-central-1" },
    tenants: { acme: { history: "6h" } },
  };
  const fleet = folder.load(JSON.stringify(file, null, "\t"), "tenants.json");
  expect(fleet.tenants.get("acme")).toEqual({ historyRetentionSeconds: 21_600 });
  expect(fleet.stateFile).toBe(folder.file("tenants.state.yaml"));
});

test("a byte order mark and Windows line ends change nothing, positions included", () => {
  const text = `${base}tenants:\n  a: { plan: none }\n`;
  expect(folder.places(`\uFEFF${text.replaceAll("\n", "\r\n")}`)).toEqual(folder.places(text));
});

test.each([
  ["tenants: [", "FLEET_YAML_SYNTAX"],
  ["a: b: c", "FLEET_YAML_SYNTAX"],
  ["tenants:\n\ta: {}", "FLEET_YAML_SYNTAX"],
  ["name: x\n---\nname: y", "FLEET_YAML_SYNTAX"],
  ["name: !secret x", "FLEET_YAML_SYNTAX"],
  ["[".repeat(20_000), "FLEET_YAML_SYNTAX"],
  ["", "FLEET_TYPE"],
  ["# nothing", "FLEET_TYPE"],
  ["- a", "FLEET_TYPE"],
  ["text", "FLEET_TYPE"],
])("%.20p is one problem", (text, code) => {
  const problems = folder.problems(text);
  expect(problems.map((problem) => problem.code)).toEqual([code]);
});

test("aliases share values, and a problem inside one stands at its anchor", () => {
  const offices = "defaults: { region: aws-eu-central-1, allowedIps: &offices [192.0.2.1] }\n";
  expect(folder.load(`${head}${offices}tenants: { a: { allowedIps: *offices } }`).tenants.get("a")).toEqual({
    allowedIps: ["192.0.2.1"],
  });
  expect(folder.places(`${head}plans: { p: &p { history: 99d }, q: *p }\ntenants: {}`)).toEqual([
    "3:27 FLEET_UNIT plans.p.history",
    "3:27 FLEET_UNIT plans.q.history",
  ]);
});

test.each([
  ["an alias without an anchor", "tenants: { a: *missing }"],
  ["an alias that holds itself", "tenants: { a: &a { tags: *a } }"],
  ["merge keys", "tenants: { a: &a {}, b: { <<: *a } }"],
])("%s is named", (_, text) => {
  expect(folder.problems(base + text).map((problem) => problem.code)).toEqual(["FLEET_YAML_ALIAS"]);
});

test("aliases that multiply are refused instead of expanded", () => {
  const levels = "abcdefghij".split("").map((name, index, all) => {
    const below = index === 0 ? "x" : `*${all[index - 1]}`;
    return `${name}: &${name} [${Array.from({ length: 9 }, () => below).join(", ")}]`;
  });
  expect(folder.problems(levels.join("\n")).some((problem) => problem.code === "FLEET_YAML_ALIAS")).toBe(true);
});

test("an API key in the file is named without being repeated", () => {
  const key = "napi_canary0123456789abcdef";
  const text = `${head}organizations: { main: { key: ${key} } }\ntenants: { ${key}: { displayName: ${key}, region: ${key} } }`;
  const problems = folder.problems(text);
  expect(problems.map((problem) => problem.code)).toEqual(Array(4).fill("FLEET_API_KEY_IN_FILE"));
  expect(new FleetConfigError(problems).message).not.toContain("canary");
});

describe("a file that cannot be read", () => {
  test("is named when it does not exist, or is a folder", () => {
    for (const [file, sentence] of [
      [join(folder.path, "nowhere.yaml"), "there is no such file"],
      [folder.path, "this is a folder, not a file"],
    ] as const) {
      expect(() => loadFleet(file)).toThrow(`${file}:1:1 ${sentence}`);
    }
  });

  test("is refused when it is not UTF-8, at the first broken character", () => {
    const text = Buffer.concat([Buffer.from(`${head}tenants: {}\n# caf`), Buffer.from([0xe9]), Buffer.from("\n")]);
    expect(folder.places(text)).toEqual(["4:6 FLEET_FILE_UNREADABLE"]);
  });
});
