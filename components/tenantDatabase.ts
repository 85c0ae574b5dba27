import * as pulumi from "@pulumi/pulumi";
import { Database, Project, Role } from "../provider";
import { type TenantAppRole, tenantAppRoles } from "./tenantAppRoles";
import { replicaUris, type TenantReplica, tenantReplicas } from "./tenantReplicas";

/** Sizes of the tenant's primary compute. */
export interface TenantCompute {
  /** Smallest size, in compute units (0.25, 0.5, 1 … 16, then even to 56). Changing it restarts the compute. */
  minCu?: pulumi.Input<number>;
  /** Largest size, in compute units; at most 8 above {@link minCu}. Changing it restarts the compute. */
  maxCu?: pulumi.Input<number>;
  /** Seconds without a query until the compute stops; -1 never, 0 Neon's default (300). Updates in place. */
  suspendSeconds?: pulumi.Input<number>;
}

/** The five limits of one billing period (`ProjectQuota`). 0 lifts a limit. Updates in place; lowering one may suspend the tenant. */
export interface TenantQuota {
  /** Wall-clock seconds that computes may be active. */
  activeTimeSeconds?: pulumi.Input<number>;
  /** CPU seconds: active seconds times compute units. */
  computeTimeSeconds?: pulumi.Input<number>;
  /** Bytes written over all branches. */
  writtenDataBytes?: pulumi.Input<number>;
  /** Bytes sent out through the proxy. */
  dataTransferBytes?: pulumi.Input<number>;
  /** Bytes of one branch; never resets. */
  logicalSizeBytes?: pulumi.Input<number>;
}

/** A database beside the one that comes with the project. */
export interface TenantExtraDatabase {
  /** Its name. Renames in place. */
  name: string;
  /** The role that owns it; default the tenant's own role. */
  owner?: string;
}

/** What one customer's database is. Every field can be changed later, except those that say they are refused. */
export interface TenantDatabaseArgs {
  /** The customer's key: the stack's name under the driver. */
  tenant: string;
  /** Ownership mark of the fleet (uuid): tells this fleet's projects from others in the same organization. */
  fleet?: string;
  /** Name of the Neon project; default {@link tenant}. Renames in place. */
  projectName?: pulumi.Input<string>;
  /** Neon region, such as `aws-eu-central-1`. A change is refused (`NEON_IMMUTABLE`). */
  region: pulumi.Input<string>;
  /** PostgreSQL major version, 14 to 18; default Neon's (17). A change is refused. */
  pgVersion?: pulumi.Input<number>;
  /** Organization id; default that of the key. A change is refused. */
  orgId?: pulumi.Input<string>;
  /** Name of the default branch; default `main`. Renames in place. */
  branchName?: pulumi.Input<string>;
  /** The database of the project; default `neondb`. A change is refused. */
  databaseName?: pulumi.Input<string>;
  /** The role that owns it; default `<database>_owner`. A change is refused. */
  roleName?: pulumi.Input<string>;
  /** Further databases. Removing one from the list is refused unless {@link allowDelete} named it before. */
  databases?: TenantExtraDatabase[];
  /** Further roles (members of `neon_superuser`, as all roles made by Neon's API). */
  roles?: string[];
  /**
   * Roles with least privilege and a generated password, made over SQL. Removing one is refused unless {@link allowDelete} named it
   * before.
   */
  appRoles?: TenantAppRole[];
  /** Counts the rotations of the app roles' passwords, default 0: another number makes new ones, once. */
  rotation?: number;
  /** Counts the restores of the default branch, default 0: another number applies app roles, passwords and grants anew. */
  restores?: number;
  /** Read-only computes. Removing one is refused unless {@link allowDelete} named it before. */
  replicas?: TenantReplica[];
  /** Names of further databases, roles, app roles and replicas whose deletion was allowed by an earlier, separate `up`. */
  allowDelete?: string[];
  compute?: TenantCompute;
  quota?: TenantQuota;
  /** Seconds of history kept for restores, 0 to 2,592,000. Lowering it gives up history. */
  historyRetentionSeconds?: pulumi.Input<number>;
  /** Addresses that may connect, or the single word `any`; unset leaves the list alone. */
  allowedIps?: string[];
  /** Neon's own protection of the default branch. */
  protectedBranch?: pulumi.Input<boolean>;
  /**
   * Both locks on the customer's data, default true: ours (`deletionProtection`) and the engine's (`protect`). To destroy, write
   * false and `up` once, then destroy.
   */
  protection?: boolean;
}

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
    const protection = args.protection ?? true;
    const child: pulumi.CustomResourceOptions = { parent: this, protect: protection };

    const project = new Project(
      name,
      {
        name: args.projectName ?? args.tenant,
        regionId: args.region,
        pgVersion: args.pgVersion,
        orgId: args.orgId,
        branchName: args.branchName,
        databaseName: args.databaseName,
        roleName: args.roleName,
        historyRetentionSeconds: args.historyRetentionSeconds,
        compute: args.compute && {
          autoscalingLimitMinCu: args.compute.minCu,
          autoscalingLimitMaxCu: args.compute.maxCu,
          suspendTimeoutSeconds: args.compute.suspendSeconds,
        },
        quota: args.quota,
        allowedIps: args.allowedIps && isAny(args.allowedIps) ? "any" : args.allowedIps,
        protectedBranch: args.protectedBranch,
        deletionProtection: protection,
        fleet: args.fleet,
      },
      child,
    );
    const allowDelete = (item: string) => !protection || (args.allowDelete?.includes(item) ?? false);

    // They go with the project: deleting it needs no call for each of them.
    const childOf = (item: string) => ({ ...child, deletedWith: project, protect: protection && !allowDelete(item) });
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
      uris[database] = pulumi
        .all([project.directUri, resource.name, owner, owner === undefined ? undefined : passwords.get(owner)])
        .apply(([uri, to, role, password]) => uriOf(uri, to, role, password));
    }

    const appRoles = tenantAppRoles(args.appRoles ?? [], {
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
    const replicas = tenantReplicas(args.replicas ?? [], { prefix: name, project, optionsOf: childOf });

    this.projectId = project.projectId;
    this.branchId = project.branchId;
    this.endpointId = project.endpointId;
    this.host = project.host;
    this.pooledHost = project.pooledHost;
    this.databaseName = project.databaseName;
    this.roleName = project.roleName;
    this.directUri = pulumi.secret(project.directUri);
    this.pooledUri = pulumi.secret(project.pooledUri);
    this.uris = pulumi.secret(
      pulumi
        .all([project.databaseName, project.directUri, pulumi.all(uris)])
        .apply(([own, uri, more]) => ({ [own]: uri, ...more })),
    );
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

/** The project's direct URI for another database, and another role where one owns it. */
function uriOf(uri: string, database: string, role: string | undefined, password: string | undefined): string {
  const url = new URL(uri);
  url.pathname = `/${encodeURIComponent(database)}`;
  if (role !== undefined && password !== undefined) {
    url.username = encodeURIComponent(role);
    url.password = encodeURIComponent(password);
  }
  return url.toString();
}
