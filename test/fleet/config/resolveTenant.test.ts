import { FleetError, resolveFleet, resolveTenant } from "../../../fleet/config";
import { base, head, TempFolder } from "./support/tempFolder";

const folder = new TempFolder();
afterEach(() => folder.write("tenants.state.yaml", ""));
afterAll(() => folder.remove());

test("the defaults hold below the plan, the plan below the entry, the entry below what commands decided", () => {
  folder.write("tenants.state.yaml", "tenants: { a: { protection: false } }");
  const fleet = folder.load(`${head}
defaults: { plan: small, region: aws-eu-central-1, history: 1d, protection: true, quota: { activeTime: 1h, writtenData: 1GB } }
plans: { small: { history: 2d, quota: { activeTime: 2h, computeTime: 2h } } }
tenants: { a: { quota: { computeTime: unlimited } }, b: { history: 3d } }
`);
  expect(resolveTenant(fleet, "a")).toMatchObject({
    plan: "small",
    historyRetentionSeconds: 172_800,
    quota: { activeTimeSeconds: 7200, computeTimeSeconds: 0, writtenDataBytes: 1e9 },
    protection: false,
  });
  expect(resolveTenant(fleet, "b")).toMatchObject({ historyRetentionSeconds: 259_200, protection: true });
});

test("what nobody set stays undefined, so that nothing is sent for it", () => {
  const [spec] = resolveFleet(folder.load(`${base}tenants: { a: }`));
  expect(spec).toEqual({
    tenant: "a",
    displayName: "a",
    projectName: "a",
    region: "aws-eu-central-1",
    databases: [],
    roles: [],
    appRoles: [],
    replicas: [],
    allowDelete: [],
    protection: true,
    tags: {},
  });
});

test("lists replace those below them, tags join them", () => {
  const fleet = folder.load(`${head}
defaults: { region: aws-eu-central-1, allowedIps: [10.0.0.1], tags: { tier: free, team: core } }
tenants: { a: { allowedIps: any, tags: { tier: gold } }, b: { allowedIps: [10.0.0.2] } }
`);
  expect(resolveTenant(fleet, "a")).toMatchObject({ allowedIps: "any", tags: { tier: "gold", team: "core" } });
  expect(resolveTenant(fleet, "b").allowedIps).toEqual(["10.0.0.2"]);
});

test("the first organization is the default, in the order of the file", () => {
  const fleet = folder.load(`${base}
organizations: { "9": { key: KEY_NINE, id: org-nine }, "1": { key: KEY_ONE, plan: scale, projectLimit: 5 } }
tenants: { a: {}, b: { organization: "1" } }
`);
  expect(resolveTenant(fleet, "a")).toMatchObject({ organization: "9", organizationId: "org-nine" });
  expect(resolveTenant(fleet, "b")).toMatchObject({ organization: "1" });
  expect(fleet.organizations.get("1")).toEqual({ name: "1", keyVariable: "KEY_ONE", plan: "scale", projectLimit: 5 });
});

test("the salt may stand in either file, and two different ones are refused", () => {
  const [one, two] = ["v1:AAAA:v1:BBBB:CCCC", "v1:AAAA:v1:BBBB:DDDD"];
  const withSalt = (salt: string) => `${base}secrets: { provider: passphrase, salt: "${salt}" }\ntenants: {}\n`;
  folder.write("tenants.state.yaml", `secrets: { salt: "${one}" }\n`);
  expect(folder.load(`${base}tenants: {}`).secrets).toEqual({ provider: "passphrase", salt: one });
  expect(folder.load(withSalt(one)).secrets.salt).toBe(one);
  const [problem] = folder.problems(withSalt(two));
  expect(problem).toMatchObject({
    file: folder.file("tenants.state.yaml"),
    line: 1,
    column: 18,
    code: "FLEET_SECRETS",
  });
});

test("an unknown tenant is named, with the nearest one", () => {
  const fleet = folder.load(`${base}tenants: { acme: {}, globex: {} }`);
  expect(() => resolveTenant(fleet, "acne")).toThrow(FleetError);
  expect(() => resolveTenant(fleet, "acne")).toThrow(
    expect.objectContaining({ code: "FLEET_TENANT_UNKNOWN", hint: "Did you mean acme?" }) as Error,
  );
});

test("a resolved tenant shares nothing with the fleet that it came from", () => {
  const fleet = folder.load(
    `${base}tenants: { a: { databases: [{ name: x }], roles: [r], quota: { activeTime: 1h } } }`,
  );
  const spec = resolveTenant(fleet, "a");
  spec.databases[0]!.name = "changed";
  spec.roles.push("changed");
  spec.quota!.activeTimeSeconds = 1;
  expect(resolveTenant(fleet, "a")).toMatchObject({
    databases: [{ name: "x" }],
    roles: ["r"],
    quota: { activeTimeSeconds: 3600 },
  });
});
