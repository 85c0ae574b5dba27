import { createRequire } from "node:module";
import type * as random from "@pulumi/random";
import * as pulumi from "@pulumi/pulumi";
import { AppRole, type Project } from "../provider";

/** A role with least privilege, for the programs of a customer: it cannot make, change or drop anything. */
export interface TenantAppRole {
  /** Its name, unique among the tenant's roles. */
  name: string;
  /** The database that it may use; default the tenant's own. */
  database?: string;
  /** `readWrite` (select, insert, update, delete) or `readOnly` (select). Changes in place. */
  access: string;
}

/** What the app roles of one tenant are made from. */
export interface AppRolesOptions {
  /** Name of the component, which begins the names of all its resources. */
  readonly prefix: string;
  readonly project: Project;
  /** Owner's direct URI of each further database by name. */
  readonly databaseUris: Record<string, pulumi.Input<string>>;
  /** Another one makes new passwords. */
  readonly rotation: number;
  /** Another one applies everything anew. */
  readonly epoch: pulumi.Input<string>;
  readonly allowDelete: (item: string) => boolean;
  readonly optionsOf: (item: string) => pulumi.CustomResourceOptions;
  /** The component. */
  readonly parent: pulumi.Resource;
  /** Everything whose presence the grants depend on. */
  readonly dependsOn: pulumi.Resource[];
}

/** The app roles by name, each with a password that is generated once. */
export function tenantAppRoles(wanted: readonly TenantAppRole[], options: AppRolesOptions): Map<string, AppRole> {
  if (wanted.length === 0) return new Map();
  const { prefix, project, databaseUris, allowDelete, parent, dependsOn } = options;
  const { RandomPassword } = loadRandom();
  return new Map(
    wanted.map(({ name, database, access }) => {
      const password = new RandomPassword(
        `${prefix}-${name}`,
        { length: 32, special: false, keepers: { rotation: String(options.rotation) } },
        { parent, additionalSecretOutputs: ["result", "bcryptHash"] },
      );
      const role = new AppRole(
        `${prefix}-${name}`,
        {
          projectId: project.projectId,
          branchId: project.branchId,
          name,
          databaseName: database ?? project.databaseName,
          access,
          password: password.result,
          ownerUri: ownerUriOf(database, project, databaseUris),
          epoch: options.epoch,
          allowDelete: allowDelete(name),
        },
        { ...options.optionsOf(name), dependsOn },
      );
      return [name, role];
    }),
  );
}

function ownerUriOf(database: string | undefined, project: Project, uris: AppRolesOptions["databaseUris"]) {
  const own = project.directUri;
  if (database === undefined) return own;
  // The tenant's own database may be named here too; what it is called is known to the project only.
  return pulumi.all([uris[database], own]).apply(([uri, fallback]) => uri ?? fallback);
}

/** Loaded by tenants with an app role only: it costs each engine process a plugin. */
function loadRandom(): typeof random {
  return createRequire(__filename)("@pulumi/random") as typeof random;
}
