import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { engineEnv } from "../support/engine";

jest.setTimeout(300_000);

const served = path.resolve(__dirname, "../../../dist/components/servePlugin.js");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "neon-tenants-schema-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

interface Property {
  type?: string;
  $ref?: string;
  secret?: boolean;
  items?: Property;
  additionalProperties?: Property;
}
interface Schema {
  name: string;
  types: Record<string, { properties: Record<string, Property> }>;
  resources: Record<
    string,
    {
      isComponent: boolean;
      inputProperties: Record<string, Property>;
      requiredInputs: string[];
      properties: Record<string, Property>;
    }
  >;
}

test("pulumi package get-schema prints the component as programs in other languages see it", async () => {
  const plugin = path.join(folder, "pulumi-resource-neon-tenants");
  fs.writeFileSync(plugin, `#!/bin/sh\nexec "${process.execPath}" "${served}" "$@"\n`, { mode: 0o755 });
  const env = { ...process.env, ...(await engineEnv()), PULUMI_HOME: path.join(folder, "home") };
  const { stdout } = await promisify(execFile)("pulumi", ["package", "get-schema", plugin], {
    cwd: folder,
    env,
    maxBuffer: 1 << 26,
  });
  const schema = JSON.parse(stdout) as Schema;
  const component = schema.resources["neon-tenants:index:TenantDatabase"]!;
  expect([schema.name, component.isComponent]).toEqual(["neon-tenants", true]);
  expect(component.requiredInputs.toSorted()).toEqual(["region", "tenant"]);
  expect(component.inputProperties).toMatchObject({
    region: { type: "string" },
    plan: { $ref: "#/types/neon-tenants:index:TenantPlan" },
    adopt: { $ref: "#/types/neon-tenants:index:TenantAdopt" },
    allowedRegions: { type: "array", items: { type: "string" } },
    databases: { type: "array", items: { $ref: "#/types/neon-tenants:index:TenantExtraDatabase" } },
    snapshots: { type: "array", items: { $ref: "#/types/neon-tenants:index:TenantSnapshots" } },
    rotation: { type: "number" },
    blockPublicConnections: { type: "boolean" },
    auditLogLevel: { type: "string" },
    maintenanceWindow: { $ref: "#/types/neon-tenants:index:TenantMaintenanceWindow" },
    preloadLibraries: { $ref: "#/types/neon-tenants:index:TenantPreloadLibraries" },
  });
  const properties = (name: string) => schema.types[`neon-tenants:index:${name}`]!.properties;
  for (const name of ["hipaa", "enableLogicalReplication", "maintenanceWindow"]) {
    expect(properties("TenantPlan")[name]).toMatchObject(component.inputProperties[name]!);
  }
  expect(properties("TenantCompute").pgSettings).toMatchObject({
    type: "object",
    additionalProperties: { type: "string" },
  });
  expect(Object.keys(component.properties)).toEqual(
    expect.arrayContaining(["projectId", "directUri", "pooledUri", "uris", "pooledUris", "roleUris", "appRoleUris"]),
  );
  expect(Object.keys(schema.types["neon-tenants:index:TenantQuota"]!.properties)).toHaveLength(5);
  expect(stdout).not.toContain("[object Object]");
});
