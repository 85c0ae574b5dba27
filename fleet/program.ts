import * as pulumi from "@pulumi/pulumi";
import { TenantDatabase } from "../components";
import { isNeonError } from "../provider";
import { FleetError, isFleetError, loadFleet, policiesOf, resolveTenant, type TenantSpec } from "./config";
import type { AppliedMark } from "./engine/stackEngine";
import { checkProjectName, findHome } from "./home";
import { specHash } from "./plan";
import { configRevision, programVersion } from "./version";

/** What the driver hands to the program of one tenant (`NEON_TENANTS_SPEC`), so that it does not read the whole fleet file again. */
export interface HandedTenant {
  spec: TenantSpec;
  mark: AppliedMark;
  /** The fleet's ownership mark. */
  fleet: string;
}

/** The outputs of a tenant's stack: the same from every door. URIs are secret. */
export interface TenantOutputs {
  tenant: string;
  projectId: pulumi.Output<string>;
  branchId: pulumi.Output<string>;
  endpointId: pulumi.Output<string>;
  host: pulumi.Output<string>;
  pooledHost: pulumi.Output<string>;
  databaseName: pulumi.Output<string>;
  roleName: pulumi.Output<string>;
  directUri: pulumi.Output<string>;
  pooledUri: pulumi.Output<string>;
  /** Direct URI of every database by name. */
  uris: pulumi.Output<Record<string, string>>;
  /** Direct and pooled URI of every app role by name; only of a tenant that has some. */
  appRoleUris?: pulumi.Output<Record<string, string>>;
  appRolePooledUris?: pulumi.Output<Record<string, string>>;
  /** Host of every replica by name, and its direct URI as the owner; only of a tenant that has some. */
  replicaHosts?: pulumi.Output<Record<string, string>>;
  replicaUris?: pulumi.Output<Record<string, string>>;
  /** What was applied: hash, configuration revision, program version and the resolved entry (no secret). */
  applied: AppliedMark & { entry: TenantSpec };
}

/** The program of the stack that the engine runs. */
export function stackProgram(): Promise<TenantOutputs> {
  return sayingPlainly(() => declareTenant(handedOrRead(pulumi.getStack())));
}

/** The program of a tenant, for the door that has resolved the entry already and runs the program in its own process. */
export function handedProgram(handed: HandedTenant): () => Promise<TenantOutputs> {
  return () => sayingPlainly(() => declareTenant(handed));
}

/** A RunError is shown as a sentence; anything else as our bug, with its stack. */
async function sayingPlainly<T>(declare: () => T): Promise<T> {
  try {
    return declare();
  } catch (error) {
    if (isFleetError(error))
      throw new pulumi.RunError(`${error.code}: ${error.message}. ${error.hint ?? ""}`.trimEnd());
    if (isNeonError(error)) throw new pulumi.RunError(error.message);
    throw error;
  }
}

function handedOrRead(stack: string): HandedTenant {
  const handed = process.env.NEON_TENANTS_SPEC;
  if (handed) {
    const parsed = JSON.parse(handed) as HandedTenant;
    if (parsed.spec.tenant === stack) return parsed;
  }
  const home = findHome({ cwd: process.cwd(), env: process.env });
  const fleet = loadFleet(home.file);
  checkProjectName(pulumi.getProject(), fleet.name);
  const spec = resolveTenant(fleet, stack);
  const mark = { hash: specHash(spec, programVersion), revision: configRevision(home.file), version: programVersion };
  return { spec, mark, fleet: fleet.fleet };
}

function declareTenant({ spec, mark, fleet }: HandedTenant): TenantOutputs {
  if (spec.departed) {
    throw new FleetError("FLEET_TENANT_DEPARTED", `tenant ${spec.tenant} left on ${spec.departed.at}`, {
      hint: "To make it again, remove its `departed` line from tenants.state.yaml.",
    });
  }
  if (spec.region === undefined) {
    throw new FleetError("FLEET_REGION_MISSING", `tenant ${spec.tenant} has no region`, {
      hint: "Write region: into its entry or into defaults.",
    });
  }
  const database = new TenantDatabase(spec.tenant, {
    tenant: spec.tenant,
    fleet,
    projectName: spec.projectName,
    region: spec.region,
    pgVersion: spec.pgVersion,
    orgId: spec.organizationId,
    branchName: spec.branchName,
    databaseName: spec.databaseName,
    roleName: spec.roleName,
    databases: spec.databases,
    roles: spec.roles,
    appRoles: spec.appRoles,
    replicas: spec.replicas,
    allowDelete: spec.allowDelete,
    compute: spec.compute,
    quota: spec.quota,
    historyRetentionSeconds: spec.historyRetentionSeconds,
    allowedIps: spec.allowedIps === "any" ? ["any"] : spec.allowedIps,
    ...policiesOf(spec),
    protectedBranch: spec.protectedBranch,
    snapshots: spec.snapshots,
    rotation: spec.rotation,
    adopt: spec.adopt,
    protection: spec.protection,
    retainOnDelete: spec.retainOnDelete,
  });
  const { projectId, branchId, endpointId, host, pooledHost, databaseName, roleName } = database;
  return {
    tenant: spec.tenant,
    projectId,
    branchId,
    endpointId,
    host,
    pooledHost,
    databaseName,
    roleName,
    directUri: database.directUri,
    pooledUri: database.pooledUri,
    uris: database.uris,
    ...(spec.appRoles?.length
      ? { appRoleUris: database.appRoleUris, appRolePooledUris: database.appRolePooledUris }
      : {}),
    ...(spec.replicas?.length ? { replicaHosts: database.replicaHosts, replicaUris: database.replicaUris } : {}),
    applied: { ...mark, entry: spec },
  };
}
