import type * as neon from "@neondatabase/api-client";
import type { Plain } from "./neonTypes";

/** What is stored of a project: what Neon shows, except what is computed when it is shown. */
export interface ProjectDocument {
  id: string;
  org_id: string;
  name: string;
  region_id: string;
  pg_version: number;
  store_passwords: boolean;
  history_retention_seconds: number;
  default_endpoint_settings: CompleteEndpointDefaults;
  settings: CompleteProjectSettings;
  hipaa_enabled_at?: string;
  created_at: string;
  updated_at: string;
}

/** Defaults of new computes, every field present. */
export interface CompleteEndpointDefaults {
  autoscaling_limit_min_cu: number;
  autoscaling_limit_max_cu: number;
  suspend_timeout_seconds: number;
  pg_settings: Record<string, string>;
  pgbouncer_settings?: Record<string, string>;
}

/** Settings as they are always shown: some clients fail where an optional one is absent. */
export interface CompleteProjectSettings {
  quota: Required<Plain<neon.ProjectQuota>>;
  allowed_ips: Required<Plain<neon.AllowedIps>>;
  enable_logical_replication: boolean;
  maintenance_window: Plain<neon.MaintenanceWindow>;
  block_public_connections: boolean;
  block_vpc_connections: boolean;
  audit_log_level: "base" | "extended" | "full";
  hipaa: boolean;
  preload_libraries: Required<Plain<neon.PreloadLibraries>>;
}

/** A deleted project until its data goes. Its branches and endpoints are `deletedBranch` and `deletedEndpoint` meanwhile. */
export interface RecoverableProjectDocument extends ProjectDocument {
  deleted_at: string;
  recoverable_until: string;
}
