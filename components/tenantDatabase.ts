import * as pulumi from "@pulumi/pulumi";
import { Database, Project, Role } from "../provider";
import { checkedRegion } from "./checkedRegion";
import { tenantAppRoles } from "./tenantAppRoles";
import type { TenantDatabaseArgs } from "./tenantDatabaseArgs";
import { projectPolicies } from "./tenantPolicies";
import { replicaUris, tenantReplicas } from "./tenantReplicas";
import { tenantSnapshots } from "./tenantSnapshots";
import { uriFor, uriTo } from "./tenantUris";
import { withPlan } from "./withPlan";

/**
 * One customer's database: a Neon project with its branch, owner role and database from a single call, then further roles and
 * databases, app roles and replicas. A change of plan updates it in place; nothing ever replaces it.
 *
 * @example
 * const acme = new TenantDatabase("acme", { tenant: "acme", region: "aws-eu-central-1", compute: { minCu: 0.25, maxCu: 2 } });
 * export const uri = acme.pooledUri;
 */
export class TenantDatabase extends pulumi.ComponentResource {
  /** Neon's id of the project. */
  readonly projectId!: pulumi.Output<string>;
  /** Id of the default branch. */
  readonly branchId!: pulumi.Output<string>;
  /** Id of the primary compute. */
  readonly endpointId!: pulumi.Output<string>;
  /** Host of direct connections: migrations, dumps, replication. */
  readonly host!: pulumi.Output<string>;
  /** Host of pooled connections (transaction mode). */
  readonly pooledHost!: pulumi.Output<string>;
  /** The project's own database. */
  readonly databaseName!: pulumi.Output<string>;
  /** The role that owns it. */
  readonly roleName!: pulumi.Output<string>;
  /** Direct connection string with the password; secret. */
  readonly directUri!: pulumi.Output<string>;
  /** Pooled connection string with the password; secret. */
  readonly pooledUri!: pulumi.Output<string>;
  /** Direct connection string of every database by its name, each as its owner; secret. */
  readonly uris!: pulumi.Output<Record<string, string>>;
  /** Pooled connection string of every database by its name, each as its owner; secret. */
  readonly pooledUris!: pulumi.Output<Record<string, string>>;
  /** Direct connection string of every further role by its name, to the tenant's own database; secret. */
  readonly roleUris!: pulumi.Output<Record<string, string>>;
  /** Pooled connection string of every further role by its name, to the tenant's own database; secret. */
  readonly rolePooledUris!: pulumi.Output<Record<string, string>>;

  /** Direct connection string of every app role by its name; secret. */
  readonly appRoleUris!: pulumi.Output<Record<string, string>>;
  /** Pooled connection string of every app role by its name; secret. */
  readonly appRolePooledUris!: pulumi.Output<Record<string, string>>;
  /** Host of every replica by its name. */
  readonly replicaHosts!: pulumi.Output<Record<string, string>>;
  /** Direct connection string of every replica by its name, as the owner to the tenant's own database; secret. */
  readonly replicaUris!: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: TenantDatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("neon-tenants:index:TenantDatabase", name, {}, opts);
    const limits = withPlan(args);
    const protection = args.protection ?? true;
    const retainOnDelete = args.retainOnDelete ?? false;
    // What is kept at Neon needs no lock of the engine's, which would keep it from being forgotten.
    const child: pulumi.CustomResourceOptions = {
      parent: this,
      protect: protection && !retainOnDelete,
      ...(retainOnDelete ? { retainOnDelete } : {}),
    };

    const project = new Project(
      name,
      {
        name: args.projectName ?? args.tenant,
        regionId: checkedRegion(args.region, args.allowedRegions),
        pgVersion: args.pgVersion,
        orgId: args.orgId,
        branchName: args.branchName,
        databaseName: args.databaseName,
        roleName: args.roleName,
        historyRetentionSeconds: limits.historyRetentionSeconds,
        compute: limits.compute && {
          autoscalingLimitMinCu: limits.compute.minCu,
          autoscalingLimitMaxCu: limits.compute.maxCu,
          suspendTimeoutSeconds: limits.compute.suspendSeconds,
          pgSettings: limits.compute.pgSettings,
        },
        quota: limits.quota,
        allowedIps: limits.allowedIps && isAny(limits.allowedIps) ? "any" : limits.allowedIps,
        ...projectPolicies(limits),
        protectedBranch: limits.protectedBranch,
        deletionProtection: protection,
        adopt: args.adopt,
        fleet: args.fleet,
      },
      child,
    );
    const allowDelete = (item: string) => !protection || (args.allowDelete?.includes(item) ?? false);

    // They go with the project: deleting it needs no call for each of them.
    const childOf = (item: string) => ({
      ...child,
      deletedWith: project,
      protect: child.protect && !allowDelete(item),
    });
    // The project is this tenant's alone: a role or database of a declared name in it is what a killed run made.
    const place = { projectId: project.projectId, branchId: project.branchId };

    const passwords = new Map<string, pulumi.Output<string | undefined>>();
    const roles = (args.roles ?? []).map((role) => {
      const resource = new Role(
        `${name}-${role}`,
        { ...place, name: role, allowDelete: allowDelete(role), adoptExisting: !allowDelete(role) },
        childOf(role),
      );
      passwords.set(role, resource.password);
      return resource;
    });

    const uris: Record<string, pulumi.Input<string>> = {};
    const pooledUris: Record<string, pulumi.Input<string>> = {};
    const databases: Database[] = [];
    for (const { name: database, owner } of args.databases ?? []) {
      const resource = new Database(
        `${name}-${database}`,
        {
          ...place,
          name: database,
          ownerName: owner ?? project.roleName,
          allowDelete: allowDelete(database),
          adoptExisting: !allowDelete(database),
        },
        { ...childOf(database), dependsOn: roles },
      );
      databases.push(resource);
      const as = { role: owner, password: owner === undefined ? undefined : passwords.get(owner) };
      uris[database] = uriTo(project.directUri, resource.name, as);
      pooledUris[database] = uriTo(project.pooledUri, resource.name, as);
    }

    const appRoles = tenantAppRoles(limits.appRoles ?? [], {
      prefix: name,
      project,
      databaseUris: uris,
      rotation: args.rotation ?? 0,
      epoch: epochOf(project.branchId, args),
      allowDelete,
      optionsOf: childOf,
      parent: this,
      dependsOn: [...roles, ...databases],
    });
    const replicas = tenantReplicas(limits.replicas ?? [], { prefix: name, project, optionsOf: childOf });
    tenantSnapshots(limits.snapshots ?? [], { prefix: name, project, options: { ...child, deletedWith: project } });

    this.projectId = project.projectId;
    this.branchId = project.branchId;
    this.endpointId = project.endpointId;
    this.host = project.host;
    this.pooledHost = project.pooledHost;
    this.databaseName = project.databaseName;
    this.roleName = project.roleName;
    this.directUri = pulumi.secret(project.directUri);
    this.pooledUri = pulumi.secret(project.pooledUri);
    this.uris = databaseUris(project.databaseName, project.directUri, uris);
    this.pooledUris = databaseUris(project.databaseName, project.pooledUri, pooledUris);
    this.roleUris = roleUris(project.directUri, passwords);
    this.rolePooledUris = roleUris(project.pooledUri, passwords);
    this.appRoleUris = pulumi.secret(byName(appRoles, (role) => role.uri));
    this.appRolePooledUris = pulumi.secret(byName(appRoles, (role) => role.pooledUri));
    this.replicaHosts = byName(replicas, (replica) => replica.host);
    this.replicaUris = replicaUris(replicas, project);
    this.registerOutputs({ projectId: this.projectId });
  }
}

function isAny(list: string[]): boolean {
  return list.length === 1 && list[0] === "any";
}

/** A restore takes roles and grants back, and a database that came later must be closed to the roles that are there. */
function epochOf(branchId: pulumi.Output<string>, args: TenantDatabaseArgs): pulumi.Output<string> {
  const names = (args.databases ?? []).map((database) => database.name).sort();
  return pulumi.interpolate`${branchId}/${args.restores ?? 0}${names.map((name) => `/${name}`).join("")}`;
}

function byName<R>(resources: ReadonlyMap<string, R>, value: (resource: R) => pulumi.Output<string>) {
  return pulumi.all(Object.fromEntries([...resources].map(([name, resource]) => [name, value(resource)])));
}

function databaseUris(
  own: pulumi.Input<string>,
  uri: pulumi.Input<string>,
  more: Record<string, pulumi.Input<string>>,
) {
  const all = pulumi.all([own, uri, pulumi.all(more)]);
  return pulumi.secret(all.apply(([name, ownUri, others]) => ({ [name]: ownUri, ...others })));
}

/** A role without a known password has no URI: that of the owner would be somebody else's. */
function roleUris(
  uri: pulumi.Input<string>,
  passwords: ReadonlyMap<string, pulumi.Output<string | undefined>>,
): pulumi.Output<Record<string, string>> {
  const all = pulumi.all([uri, pulumi.all(Object.fromEntries(passwords))]);
  return pulumi.secret(
    all.apply(([ownUri, known]) =>
      Object.fromEntries(
        Object.entries(known).flatMap(([role, password]): [string, string][] =>
          password === undefined ? [] : [[role, uriFor(ownUri, { role, password })]],
        ),
      ),
    ),
  );
}
