/** When Neon may restart computes for maintenance, UTC. */
export interface MaintenanceWindowSpec {
  /** 1 (Monday) to 7 (Sunday). */
  weekdays: number[];
  /** `HH:MM`. */
  startTime: string;
  /** `HH:MM`. */
  endTime: string;
}

/** Libraries that computes load when they start (`preload_libraries`). */
export interface PreloadLibrariesSpec {
  /** Neon's own libraries too. */
  useDefaults: boolean;
  /** Names of further ones. */
  enabledLibraries: string[];
}

/** Who reaches a project and how Neon runs it (`ProjectSettingsData`). What nobody set is undefined: Neon keeps what it has. */
export interface PolicySpec {
  /** The list of addresses holds for protected branches only. */
  allowedIpsProtectedBranchesOnly?: boolean;
  /** Connections from the public internet are refused. */
  blockPublicConnections?: boolean;
  /** Connections from VPC endpoints are refused. */
  blockVpcConnections?: boolean;
  /** `wal_level=logical`. Neon never switches it off again. */
  enableLogicalReplication?: boolean;
  maintenanceWindow?: MaintenanceWindowSpec;
  /** HIPAA mode. Neon never switches it off again. */
  hipaa?: boolean;
  /** How much the audit log of a HIPAA project holds. */
  auditLogLevel?: "base" | "extended" | "full";
  preloadLibraries?: PreloadLibrariesSpec;
}

/** Every policy by its name; the list does not compile where one is missing. */
export const policyNames = Object.keys({
  allowedIpsProtectedBranchesOnly: true,
  blockPublicConnections: true,
  blockVpcConnections: true,
  enableLogicalReplication: true,
  maintenanceWindow: true,
  hipaa: true,
  auditLogLevel: true,
  preloadLibraries: true,
} satisfies Record<keyof PolicySpec, true>) as readonly (keyof PolicySpec)[];

/** A copy of the policies among other settings; only what was set is present. */
export function policiesOf(settings: PolicySpec): PolicySpec {
  const set = policyNames.flatMap((name) => (settings[name] === undefined ? [] : [[name, settings[name]] as const]));
  return structuredClone(Object.fromEntries(set));
}
