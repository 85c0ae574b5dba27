import type {
  DefaultEndpointSettings,
  EndpointUpdateRequest,
  PreloadLibraries,
  Project,
  ProjectAuditLogLevel,
  ProjectCreateRequest,
  ProjectListItem,
  ProjectSettingsData,
  ProjectUpdateRequest,
} from "@neondatabase/api-client";
import { hasUnknown, isRecord, type ProjectDeclared, type Values } from "../../fields";
import { defined } from "../defined";
import { annotationsOf, type Mark } from "../mark";

/** Decides which fields go into a request, by their paths. */
export type Chosen = (path: string) => boolean;

/**
 * The inputs as they are compared and sent: one way of writing each thing. A quota names all five limits, because whether Neon merges
 * or replaces a quota is undocumented; what is not given is unlimited.
 */
export function normalizeProjectInputs(inputs: Values): Values {
  const normal = { ...inputs };
  if (isRecord(inputs.quota) && !hasUnknown(inputs.quota)) {
    normal.quota = {
      activeTimeSeconds: 0,
      computeTimeSeconds: 0,
      writtenDataBytes: 0,
      dataTransferBytes: 0,
      logicalSizeBytes: 0,
      ...withoutNulls(inputs.quota),
    };
  }
  if (Array.isArray(inputs.allowedIps) && inputs.allowedIps.length === 1 && inputs.allowedIps[0] === "any") {
    normal.allowedIps = "any";
  }
  return normal;
}

const withoutNulls = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null));

/** The compute limits under their API names; the same in project defaults and in an endpoint. */
export function computeSettings(
  compute: NonNullable<ProjectDeclared["compute"]>,
): Pick<DefaultEndpointSettings, "autoscaling_limit_min_cu" | "autoscaling_limit_max_cu" | "suspend_timeout_seconds"> {
  return defined({
    autoscaling_limit_min_cu: compute.autoscalingLimitMinCu,
    autoscaling_limit_max_cu: compute.autoscalingLimitMaxCu,
    suspend_timeout_seconds: compute.suspendTimeoutSeconds,
  });
}

/** The compute settings as defaults of the project. */
function defaultSettings(compute: NonNullable<ProjectDeclared["compute"]>): DefaultEndpointSettings {
  return defined({ ...computeSettings(compute), pg_settings: compute.pgSettings });
}

/** The same for one compute, where the settings of Postgres have a place of their own. */
export function endpointSettings(compute: NonNullable<ProjectDeclared["compute"]>): EndpointUpdateRequest["endpoint"] {
  const { pgSettings } = compute;
  return defined({ ...computeSettings(compute), settings: pgSettings && { pg_settings: pgSettings } });
}

/** Libraries as requests hold them. */
export function preloadRequest(libraries: NonNullable<ProjectDeclared["preloadLibraries"]>): PreloadLibraries {
  return { use_defaults: libraries.useDefaults, enabled_libraries: libraries.enabledLibraries };
}

/** Libraries of an answer in the names of the inputs; undefined where it does not hold them. */
export function observedPreload(libraries: PreloadLibraries | undefined): Values | undefined {
  if (!libraries) return undefined;
  return { useDefaults: libraries.use_defaults ?? true, enabledLibraries: libraries.enabled_libraries ?? [] };
}

/** The `settings` of a request with the chosen fields. Quota and IP list are always sent whole. */
export function projectSettings(declared: ProjectDeclared, chosen: Chosen): ProjectSettingsData | undefined {
  const { quota, maintenanceWindow: window } = declared;
  const settings: ProjectSettingsData = defined({
    quota:
      quota && chosen("quota")
        ? {
            active_time_seconds: quota.activeTimeSeconds ?? 0,
            compute_time_seconds: quota.computeTimeSeconds ?? 0,
            written_data_bytes: quota.writtenDataBytes ?? 0,
            data_transfer_bytes: quota.dataTransferBytes ?? 0,
            logical_size_bytes: quota.logicalSizeBytes ?? 0,
          }
        : undefined,
    allowed_ips: chosen("allowedIps") || chosen("allowedIpsProtectedBranchesOnly") ? allowedIps(declared) : undefined,
    block_public_connections: chosen("blockPublicConnections") ? declared.blockPublicConnections : undefined,
    block_vpc_connections: chosen("blockVpcConnections") ? declared.blockVpcConnections : undefined,
    enable_logical_replication: chosen("enableLogicalReplication") ? declared.enableLogicalReplication : undefined,
    maintenance_window:
      window && chosen("maintenanceWindow")
        ? { weekdays: window.weekdays, start_time: window.startTime, end_time: window.endTime }
        : undefined,
    hipaa: chosen("hipaa") ? declared.hipaa : undefined,
    preload_libraries:
      declared.preloadLibraries && chosen("preloadLibraries") ? preloadRequest(declared.preloadLibraries) : undefined,
    audit_log_level: chosen("auditLogLevel") ? (declared.auditLogLevel as ProjectAuditLogLevel | undefined) : undefined,
  });
  return Object.keys(settings).length > 0 ? settings : undefined;
}

/** The flag alone never carries a list: an empty one would open the database. */
function allowedIps(declared: ProjectDeclared): ProjectSettingsData["allowed_ips"] {
  const { allowedIps: ips, allowedIpsProtectedBranchesOnly: only } = declared;
  if (ips === undefined && only === undefined) return undefined;
  return defined({ ips: ips === "any" ? [] : ips, protected_branches_only: only ?? (ips ? false : undefined) });
}

/** The one POST (`createProject`): branch, role, database, compute defaults, settings, quota and ownership mark. */
export function createRequest(declared: ProjectDeclared, mark: Mark, orgId: string | undefined): ProjectCreateRequest {
  return {
    project: defined({
      name: declared.name,
      region_id: declared.regionId,
      pg_version: declared.pgVersion,
      org_id: orgId,
      history_retention_seconds: declared.historyRetentionSeconds,
      branch: defined({
        name: declared.branchName,
        role_name: declared.roleName,
        database_name: declared.databaseName,
        annotations: annotationsOf(mark),
      }),
      default_endpoint_settings: declared.compute && defaultSettings(declared.compute),
      settings: projectSettings(declared, () => true),
    }),
  };
}

/** The PATCH (`updateProject`) with the chosen fields; undefined where none of them belongs to the project itself. */
export function updateRequest(declared: ProjectDeclared, chosen: Chosen): ProjectUpdateRequest["project"] | undefined {
  const project = defined({
    name: chosen("name") ? declared.name : undefined,
    history_retention_seconds: chosen("historyRetentionSeconds") ? declared.historyRetentionSeconds : undefined,
    default_endpoint_settings: chosen("compute") && declared.compute ? defaultSettings(declared.compute) : undefined,
    settings: projectSettings(declared, chosen),
  });
  return Object.keys(project).length > 0 ? project : undefined;
}

/** What a project says about the inputs, in their names; fields that the answer does not carry are missing. */
export function observedProject(project: Project | ProjectListItem): Values {
  const { settings = {}, default_endpoint_settings: compute = {} } = project;
  const { quota, allowed_ips: allowed, maintenance_window: window } = settings;
  return defined({
    name: project.name,
    regionId: project.region_id,
    pgVersion: project.pg_version,
    orgId: project.org_id,
    historyRetentionSeconds: project.history_retention_seconds,
    compute: observedCompute(compute),
    quota: project.settings && {
      activeTimeSeconds: quota?.active_time_seconds ?? 0,
      computeTimeSeconds: quota?.compute_time_seconds ?? 0,
      writtenDataBytes: quota?.written_data_bytes ?? 0,
      dataTransferBytes: quota?.data_transfer_bytes ?? 0,
      logicalSizeBytes: quota?.logical_size_bytes ?? 0,
    },
    allowedIps: project.settings && (allowed?.ips?.length ? allowed.ips : "any"),
    allowedIpsProtectedBranchesOnly: project.settings && (allowed?.protected_branches_only ?? false),
    blockPublicConnections: project.settings && (settings.block_public_connections ?? false),
    blockVpcConnections: project.settings && (settings.block_vpc_connections ?? false),
    enableLogicalReplication: settings.enable_logical_replication,
    maintenanceWindow: window && {
      weekdays: window.weekdays,
      startTime: window.start_time,
      endTime: window.end_time,
    },
    hipaa: settings.hipaa,
    auditLogLevel: settings.audit_log_level,
    preloadLibraries: observedPreload(settings.preload_libraries),
  });
}

/** The compute settings of an answer, of a project's defaults or of a compute, in the names of the inputs. */
export function observedCompute(settings: {
  autoscaling_limit_min_cu?: number;
  autoscaling_limit_max_cu?: number;
  suspend_timeout_seconds?: number;
  pg_settings?: Record<string, string>;
  settings?: { pg_settings?: Record<string, string> };
}): Values {
  return defined({
    autoscalingLimitMinCu: settings.autoscaling_limit_min_cu,
    autoscalingLimitMaxCu: settings.autoscaling_limit_max_cu,
    suspendTimeoutSeconds: settings.suspend_timeout_seconds,
    pgSettings: settings.pg_settings ?? settings.settings?.pg_settings,
  });
}
