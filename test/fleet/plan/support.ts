import type { Fleet, TenantFacts, TenantSpec } from "../../../fleet/config";
import { specHash, type KnownTenant, type ObservedTenant } from "../../../fleet/plan";

export const version = "1.0.0";

export function specOf(tenant: string, more: Partial<TenantSpec> = {}): TenantSpec {
  return {
    tenant,
    displayName: tenant,
    projectName: tenant,
    region: "aws-eu-central-1",
    databases: [],
    roles: [],
    appRoles: [],
    replicas: [],
    allowDelete: [],
    protection: true,
    tags: {},
    ...more,
  };
}

/** A fleet whose tenants are resolved to these specs. */
export function fleetOf(specs: readonly TenantSpec[], facts: Record<string, TenantFacts> = {}): Fleet {
  const organizations = new Map(
    specs.flatMap((spec) =>
      spec.organization === undefined
        ? []
        : [[spec.organization, { name: spec.organization, keyVariable: "KEY", id: spec.organizationId }] as const],
    ),
  );
  const entry = ({ projectName: _, departed: __, tenant: ___, organizationId: ____, ...settings }: TenantSpec) =>
    settings;
  return {
    file: "tenants.yaml",
    stateFile: "tenants.state.yaml",
    name: "fleet",
    fleet: "6f1c2a58-0d3e-4b7f-9a41-5c8e7d20b396",
    organizations,
    secrets: { provider: "passphrase" },
    defaults: {},
    plans: new Map(specs.flatMap((spec) => (spec.plan === undefined ? [] : [[spec.plan, {}]]))),
    residency: new Map(),
    tenants: new Map(specs.map((spec) => [spec.tenant, entry(spec)])),
    facts: new Map(Object.entries(facts)),
  };
}

/** What the ledger holds after a spec was applied. */
export function knownOf(spec: TenantSpec, more: Partial<KnownTenant> = {}): KnownTenant {
  return {
    tenant: spec.tenant,
    hash: specHash(spec, version),
    programVersion: version,
    spec,
    projectId: `project-of-${spec.tenant}`,
    fingerprint: `state of ${spec.tenant}`,
    ...more,
  };
}

export function seen(...tenants: string[]): ObservedTenant[] {
  return tenants.map((tenant) => ({ tenant, fingerprint: `state of ${tenant}` }));
}
