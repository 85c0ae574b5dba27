import type * as pulumi from "@pulumi/pulumi";
import type { PreloadLibrariesArgs, ProjectArgs } from "../provider";

/** When Neon may restart computes for maintenance, UTC. */
export interface TenantMaintenanceWindow {
  /** 1 (Monday) to 7 (Sunday), at least one. */
  weekdays: number[];
  /** `HH:MM`. */
  startTime: pulumi.Input<string>;
  /** `HH:MM`. */
  endTime: pulumi.Input<string>;
}

/** Libraries of `shared_preload_libraries`; which there are, Neon's `getAvailablePreloadLibraries` says. */
export interface TenantPreloadLibraries {
  /** Load Neon's own libraries too. Default true. */
  useDefaults?: pulumi.Input<boolean>;
  /** Names of further libraries, such as `pg_cron`. Default none. */
  enabledLibraries?: string[];
}

/**
 * Who reaches a project and how Neon runs it (`ProjectSettingsData`). Only what is set is sent and watched; a plan may set all of it.
 */
export interface TenantPolicies {
  /** The list of `allowedIps` holds for protected branches only. Default false. True reduces protection. */
  allowedIpsProtectedBranchesOnly?: pulumi.Input<boolean>;
  /** Refuse connections from the public internet. Default false. Going back to false reduces protection. */
  blockPublicConnections?: pulumi.Input<boolean>;
  /** Refuse connections from VPC endpoints. Default false. Going back to false reduces protection. */
  blockVpcConnections?: pulumi.Input<boolean>;
  /** `wal_level=logical`. Default false. True restarts computes; back to false is refused (`NEON_IMMUTABLE`). */
  enableLogicalReplication?: pulumi.Input<boolean>;
  /** When Neon may restart computes for maintenance. Default Neon's own choice. Updates in place. */
  maintenanceWindow?: TenantMaintenanceWindow;
  /** HIPAA mode; the organization must have it. Default false. Back to false is refused (`NEON_IMMUTABLE`). */
  hipaa?: pulumi.Input<boolean>;
  /** `base`, `extended` or `full`: how much the audit log of a HIPAA project holds. A lower level reduces protection. */
  auditLogLevel?: pulumi.Input<string>;
  /** Libraries that computes load when they start. Default Neon's own and no others. A change restarts computes. */
  preloadLibraries?: TenantPreloadLibraries;
}

/** Every policy by its name; the list does not compile where one is missing. */
const policyNames = Object.keys({
  allowedIpsProtectedBranchesOnly: true,
  blockPublicConnections: true,
  blockVpcConnections: true,
  enableLogicalReplication: true,
  maintenanceWindow: true,
  hipaa: true,
  auditLogLevel: true,
  preloadLibraries: true,
} satisfies Record<keyof TenantPolicies, true>) as (keyof TenantPolicies)[];

/** The policies among other arguments: those of `own`, and where it sets none those of `below`. */
export function policiesOf(own: TenantPolicies, below: TenantPolicies = {}): TenantPolicies {
  return Object.fromEntries(policyNames.map((name) => [name, own[name] ?? below[name]]));
}

/** The policies as inputs of the project. */
export function projectPolicies(policies: TenantPolicies): Partial<ProjectArgs> {
  const { auditLogLevel, preloadLibraries, ...rest } = policiesOf(policies);
  return {
    ...rest,
    // The provider checks the word; a union in the arguments would keep the component from other languages.
    auditLogLevel: auditLogLevel as ProjectArgs["auditLogLevel"],
    preloadLibraries: preloadLibraries && preloadInputs(preloadLibraries),
  };
}

/** Both parts, because Neon takes them together. */
export function preloadInputs({ useDefaults, enabledLibraries }: TenantPreloadLibraries): PreloadLibrariesArgs {
  return { useDefaults: useDefaults ?? true, enabledLibraries: enabledLibraries ?? [] };
}
