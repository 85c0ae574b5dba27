import type * as pulumi from "@pulumi/pulumi";
import type { ProjectDeclared } from "../fields";

/** The primary compute: default of new computes, and applied to the one that is there. */
export interface ProjectComputeArgs {
  /** Smallest size in compute units: 0.25, 0.5, 1 to 16, then even numbers to 56. A change restarts the compute. Default Neon's own. */
  autoscalingLimitMinCu?: pulumi.Input<number>;
  /** Largest size in compute units; at most 8 above the smallest, or equal to it for a fixed size. A change restarts the compute. */
  autoscalingLimitMaxCu?: pulumi.Input<number>;
  /** Seconds without activity until the compute is suspended: -1 never, 0 (default) Neon's 300, else 60 to 604800. */
  suspendTimeoutSeconds?: pulumi.Input<number>;
  /** Settings of Postgres by name, such as `work_mem`; the whole set is sent. Default none. A change restarts the compute. */
  pgSettings?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** Libraries of `shared_preload_libraries`; which there are, `getAvailablePreloadLibraries` says. */
export interface PreloadLibrariesArgs {
  /** Load Neon's own libraries too. */
  useDefaults: pulumi.Input<boolean>;
  /** Names of further libraries, such as `pg_stat_statements`. */
  enabledLibraries: pulumi.Input<pulumi.Input<string>[]>;
}

/**
 * Limits per billing period. As soon as one is given all five are sent, and 0 is unlimited; so is what is not given.
 * When one is exceeded Neon suspends all computes until the period ends or the limit is raised.
 */
export interface ProjectQuotaArgs {
  /** Wall-clock seconds that computes may be active. */
  activeTimeSeconds?: pulumi.Input<number>;
  /** CU-seconds: active seconds multiplied by the compute's size. */
  computeTimeSeconds?: pulumi.Input<number>;
  /** Bytes written, over all branches. */
  writtenDataBytes?: pulumi.Input<number>;
  /** Bytes sent to clients. */
  dataTransferBytes?: pulumi.Input<number>;
  /** Bytes of each branch; never resets. */
  logicalSizeBytes?: pulumi.Input<number>;
}

/** When Neon may restart computes for maintenance. */
export interface ProjectMaintenanceWindowArgs {
  /** 1 (Monday) to 7 (Sunday). */
  weekdays: pulumi.Input<pulumi.Input<number>[]>;
  /** `HH:MM`, UTC. */
  startTime: pulumi.Input<string>;
  /** `HH:MM`, UTC. */
  endTime: pulumi.Input<string>;
}

/** An existing project that comes under management: made in the console, by another tool, or by an earlier life of this stack. */
export interface ProjectAdoptArgs {
  /** Its id. Either this or {@link byName}. */
  projectId?: pulumi.Input<string>;
  /** Consent to take over the one project whose name is exactly {@link ProjectArgs.name}; none, or two, is an error. */
  byName?: pulumi.Input<boolean>;
  /**
   * Where the project is not as declared, send the differences with the adoption. Default false: the first `up` changes nothing, and
   * fails with the list (`NEON_ADOPT_DIFFERS`).
   */
  apply?: pulumi.Input<boolean>;
  /**
   * For a project that does not store passwords (`store_passwords: false`): set a new password for the owner at the adoption, because
   * nobody can tell the old one (`resetProjectBranchRolePassword`). Programs that use the old one lose access. Default false.
   */
  resetPassword?: pulumi.Input<boolean>;
}

/**
 * Inputs of a {@link Project}. Only what is given is sent to Neon and watched for drift. There is no `apiKey`: it would land in the
 * state; it comes from the secret configuration `neon:apiKey` or from `NEON_API_KEY`.
 */
export interface ProjectArgs {
  /** Name at Neon (`createProject`, `updateProject`); not unique there. Renames in place. */
  name: pulumi.Input<string>;
  /** Region, such as `aws-eu-central-1`. A change is refused (`NEON_IMMUTABLE`). */
  regionId: pulumi.Input<string>;
  /** Major version of PostgreSQL. Default Neon's (17). A change is refused. */
  pgVersion?: pulumi.Input<number>;
  /** Organization. Default `neon:orgId`, then `NEON_ORG_ID`, then that of the key. A change is refused: transfer the project first. */
  orgId?: pulumi.Input<string>;
  /**
   * Identifies the fleet that owns the project: a uuid that never changes. Default the configuration `neon:fleet`; one of the two is
   * required. With the stack and the resource it marks the project, so that a create that was cut off is found again.
   */
  fleet?: pulumi.Input<string>;
  /** Seconds for which a branch can be restored, 0 to 2592000. Default depends on the plan. Lowering it gives up history. */
  historyRetentionSeconds?: pulumi.Input<number>;
  /** Name of the default branch. Default `main`. Renames in place. */
  branchName?: pulumi.Input<string>;
  /** First role, owner of the first database. Default `{databaseName}_owner`. A change is refused. */
  roleName?: pulumi.Input<string>;
  /** First database. Default `neondb`. A change is refused. */
  databaseName?: pulumi.Input<string>;
  /** The primary compute. */
  compute?: pulumi.Input<ProjectComputeArgs>;
  /** Limits per billing period. */
  quota?: pulumi.Input<ProjectQuotaArgs>;
  /**
   * Addresses that may connect (addresses, CIDR ranges, `a-b`), or the word `any`. Default any. An empty list is refused, and so is
   * taking a list out of the program: at Neon both open the database, which has to be written as `any`.
   */
  allowedIps?: pulumi.Input<"any" | pulumi.Input<string>[]>;
  /** The list holds for protected branches only. Default false. */
  allowedIpsProtectedBranchesOnly?: pulumi.Input<boolean>;
  /** Refuse connections from the public internet. Default false. */
  blockPublicConnections?: pulumi.Input<boolean>;
  /** Refuse connections from VPC endpoints. Default false. */
  blockVpcConnections?: pulumi.Input<boolean>;
  /** `wal_level=logical`. Default false. Restarts computes; cannot be undone. */
  enableLogicalReplication?: pulumi.Input<boolean>;
  /** When Neon may restart computes for maintenance. Default Neon's own choice. */
  maintenanceWindow?: pulumi.Input<ProjectMaintenanceWindowArgs>;
  /** HIPAA mode. Default false. Cannot be undone. */
  hipaa?: pulumi.Input<boolean>;
  /** `base`, `extended` or `full`. */
  auditLogLevel?: pulumi.Input<"base" | "extended" | "full">;
  /** Libraries that computes load when they start. Default Neon's own and no others. A change restarts computes. */
  preloadLibraries?: pulumi.Input<PreloadLibrariesArgs>;
  /** Neon's own protection of the default branch (`updateProjectBranch`; paid plans). Default false. */
  protectedBranch?: pulumi.Input<boolean>;
  /** The project cannot be deleted unless an earlier `up` wrote false here. Default true. Ours, not Neon's. */
  deletionProtection?: pulumi.Input<boolean>;
  /**
   * Takes over an existing project instead of making one (`getProject`; a project with another owner's mark is refused). Read at the
   * first `up` only; may stay or be taken away afterwards.
   */
  adopt?: pulumi.Input<ProjectAdoptArgs>;
  /** A project that vanished is made again, empty, instead of being an error (`NEON_PROJECT_VANISHED`). Default false. */
  recreateIfMissing?: pulumi.Input<boolean>;
}

/** True where two types have the same keys. */
export type SameKeys<A, B> = [Exclude<keyof A, keyof B>, Exclude<keyof B, keyof A>] extends [never, never]
  ? true
  : never;

/** Does not compile where the arguments and the field declarations name different inputs, or other types for them. */
export const projectArgsMatchFields: ProjectDeclared extends ProjectArgs
  ? SameKeys<Omit<ProjectArgs, "fleet">, ProjectDeclared>
  : never = true;
