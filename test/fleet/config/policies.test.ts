import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import { parse } from "yaml";
import { fleetJsonSchema, formatProblem, resolveTenant } from "../../../fleet/config";
import { base, head, marked, TempFolder } from "./support/tempFolder";

const folder = new TempFolder();
afterAll(() => folder.remove());

test("policies come from the entry, else from its plan, else from the defaults, each as a whole", () => {
  const fleet = folder.load(`${head}
defaults: { region: aws-eu-central-1, blockPublicConnections: true, retainOnDelete: true, preloadLibraries: { enabledLibraries: [pg_cron] } }
plans:
  regulated:
    hipaa: true
    auditLogLevel: full
    enableLogicalReplication: true
    allowedIpsProtectedBranchesOnly: true
    blockVpcConnections: true
    maintenanceWindow: { weekdays: [6, 7], startTime: 02:00, endTime: 03:30 }
tenants:
  a:
  b: { plan: regulated, blockPublicConnections: false, preloadLibraries: { useDefaults: false }, retainOnDelete: false }
`);
  expect(resolveTenant(fleet, "a")).toMatchObject({
    blockPublicConnections: true,
    retainOnDelete: true,
    preloadLibraries: { useDefaults: true, enabledLibraries: ["pg_cron"] },
  });
  expect(resolveTenant(fleet, "b")).toMatchObject({
    hipaa: true,
    auditLogLevel: "full",
    enableLogicalReplication: true,
    allowedIpsProtectedBranchesOnly: true,
    blockVpcConnections: true,
    maintenanceWindow: { weekdays: [6, 7], startTime: "02:00", endTime: "03:30" },
    blockPublicConnections: false,
    retainOnDelete: false,
    preloadLibraries: { useDefaults: false, enabledLibraries: [] },
  });
});

test("settings of Postgres are joined name by name, and numbers and switches become their texts", () => {
  const fleet = folder.load(`${head}
defaults: { region: aws-eu-central-1, compute: { min: 1, max: 1, pgSettings: { work_mem: 4MB, jit: true } } }
plans: { p: { compute: { pgSettings: { max_parallel_workers: 4, jit: off } } } }
tenants:
  a: { plan: p, compute: { pgSettings: { work_mem: 64MB, enable_seqscan: false, random_page_cost: 1.1 } } }
  b: { plan: p, compute: { min: 2, max: 2 }, replicas: [{ name: r, pgSettings: { jit: false }, disabled: true, preloadLibraries: {} }] }
`);
  expect(resolveTenant(fleet, "a").compute).toEqual({
    minCu: 1,
    maxCu: 1,
    pgSettings: {
      work_mem: "64MB",
      jit: "off",
      max_parallel_workers: "4",
      enable_seqscan: "off",
      random_page_cost: "1.1",
    },
  });
  const { compute, replicas } = resolveTenant(fleet, "b");
  expect(compute).toEqual({
    minCu: 2,
    maxCu: 2,
    pgSettings: { work_mem: "4MB", jit: "off", max_parallel_workers: "4" },
  });
  expect(replicas).toEqual([
    {
      name: "r",
      disabled: true,
      pgSettings: { jit: "off" },
      preloadLibraries: { useDefaults: true, enabledLibraries: [] },
    },
  ]);
});

test("a resolved tenant shares nothing with the fleet that it came from", () => {
  const window = "maintenanceWindow: { weekdays: [1], startTime: 01:00, endTime: 02:00 }";
  const settings = "compute: { pgSettings: { jit: on } }, preloadLibraries: { enabledLibraries: [x] }";
  const replicas = "replicas: [{ name: r, pgSettings: { jit: on } }]";
  const fleet = folder.load(`${base}tenants: { a: { ${window}, ${settings}, ${replicas} } }`);
  const spec = resolveTenant(fleet, "a");
  const before = structuredClone(spec);
  spec.maintenanceWindow!.weekdays.push(2);
  spec.compute!.pgSettings!.jit = "off";
  spec.preloadLibraries!.enabledLibraries.push("y");
  spec.replicas[0]!.pgSettings!.jit = "off";
  expect(resolveTenant(fleet, "a")).toEqual(before);
});

describe("what is wrong stands at its place", () => {
  const time = "startTime: 01:00, endTime: 02:00";
  test.each([
    ["{ blockPublicConnections: §yes }", "FLEET_TYPE blockPublicConnections"],
    ["{ §blockPublicConnection: true }", "FLEET_KEY_UNKNOWN blockPublicConnection"],
    ["{ auditLogLevel: §everything }", "FLEET_VALUE auditLogLevel"],
    [`{ maintenanceWindow: { weekdays: [§0], ${time} } }`, "FLEET_VALUE maintenanceWindow.weekdays[0]"],
    [`{ maintenanceWindow: { weekdays: §[], ${time} } }`, "FLEET_VALUE maintenanceWindow.weekdays"],
    [
      "{ maintenanceWindow: { weekdays: [1], startTime: §24:00, endTime: 02:00 } }",
      "FLEET_VALUE maintenanceWindow.startTime",
    ],
    ["{ preloadLibraries: { enabledLibraries: §pg_cron } }", "FLEET_TYPE preloadLibraries.enabledLibraries"],
    ["{ compute: { pgSettings: { §work-mem: 64MB } } }", "FLEET_KEY_INVALID compute.pgSettings.work-mem"],
    ["{ compute: { pgSettings: { work_mem: §[64MB] } } }", "FLEET_TYPE compute.pgSettings.work_mem"],
    ["{ replicas: [{ name: r, disabled: §never }] }", "FLEET_TYPE replicas[0].disabled"],
  ])("%s", (entry, expected) => {
    const { text, places } = marked(`${base}tenants: { a: ${entry} }`);
    const [code, path] = expected.split(" ");
    expect(folder.places(text)).toEqual([`${places[0]} ${code} tenants.a.${path}`]);
  });

  test("a part of a window that is missing is named, a near miss suggested", () => {
    const window = "{ maintenanceWindow: { weekdays: [1], startTime: 01:00 }, auditLogLevel: extendet }";
    const [missing, miss] = folder.problems(`${base}tenants: { a: ${window} }`);
    expect(formatProblem(missing!)).toContain("endTime is missing");
    expect(formatProblem(miss!)).toContain("(did you mean extended?)");
  });
});

test("a plan may set a policy, but not whether a destroy keeps the project", () => {
  const { text, places } = marked(`${base}plans: { p: { hipaa: true, §retainOnDelete: true } }\ntenants: {}\n`);
  expect(folder.places(text)).toEqual([`${places[0]} FLEET_KEY_UNKNOWN plans.p.retainOnDelete`]);
});

test("the JSON Schema takes the policies of a tenant and refuses what the file would refuse", () => {
  const example = parse(readFileSync(join(__dirname, "../../../examples/fleet/tenants.yaml"), "utf8")) as object;
  const validate = new Ajv2020({ strict: false }).compile(fleetJsonSchema());
  const isValid = (entry: object) => validate({ ...example, tenants: { a: entry } });
  const window = { weekdays: [1], startTime: "01:00", endTime: "02:00" };
  const good = { hipaa: true, maintenanceWindow: window, compute: { pgSettings: { work_mem: "4MB", jit: true } } };
  expect(isValid(good)).toBe(true);
  for (const wrong of [
    { hipaa: "yes" },
    { maintenanceWindow: { ...window, startTime: "1:00" } },
    { maintenanceWindow: { ...window, weekdays: [8] } },
    { compute: { pgSettings: { work_mem: ["4MB"] } } },
    { auditLogLevel: "none" },
  ]) {
    expect([wrong, isValid(wrong)]).toEqual([wrong, false]);
  }
});
