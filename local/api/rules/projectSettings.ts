import type * as neon from "@neondatabase/api-client";
import type { CompleteEndpointDefaults, CompleteProjectSettings, Plain } from "../../store/documents";
import { ApiError, badRequest } from "../apiError";
import type { LocalOrganization } from "../callers";
import { keysOf, pickKnown } from "../pickKnown";
import type { CompleteAccessRules } from "./accessRules";
import { allowedSuspendTimeout, checkComputeSize, type ComputeFacts, namesSize } from "./computeSize";
import { checkPgSettings } from "./pgSettings";
import { checkSettingsFeatures, type PlanFacts } from "./planFeatures";
import { checkPreloadLibraries } from "./preloadLibraries";

export type SettingsInput = Plain<neon.ProjectSettingsData>;
export type EndpointDefaultsInput = Plain<neon.DefaultEndpointSettings>;

/** Settings of a project that names none. A quota of 0 is no limit. */
export const defaultSettings: CompleteProjectSettings = {
  quota: {
    active_time_seconds: 0,
    compute_time_seconds: 0,
    written_data_bytes: 0,
    data_transfer_bytes: 0,
    logical_size_bytes: 0,
  },
  allowed_ips: { ips: [], protected_branches_only: false },
  enable_logical_replication: false,
  maintenance_window: { weekdays: [7], start_time: "04:00", end_time: "05:00" },
  block_public_connections: false,
  block_vpc_connections: false,
  audit_log_level: "base",
  hipaa: false,
  preload_libraries: { use_defaults: true, enabled_libraries: [] },
};

/** Sizes of a project that names none, as a live `createProject` answered (2025-09). */
export const defaultEndpointSettings: CompleteEndpointDefaults = {
  autoscaling_limit_min_cu: 0.25,
  autoscaling_limit_max_cu: 0.25,
  suspend_timeout_seconds: 0,
  pg_settings: {},
};

/** What decides over a change of settings besides the settings. */
export interface SettingsFacts extends PlanFacts {
  pgVersion: number;
  organization: Pick<LocalOrganization, "allowHipaa" | "plan">;
  /** What becomes of the keys of an object that are not named. */
  patch: CompleteAccessRules["settingsPatch"];
}

/** The settings after a change; throws what Neon refuses. Lists and scalars are replaced; what is not named stays. */
export function changedSettings(
  stored: CompleteProjectSettings,
  input: SettingsInput = {},
  facts: SettingsFacts,
): CompleteProjectSettings {
  const merged = mergeSettings(stored, input, facts.patch);
  checkSettings(stored, merged);
  checkSettingsFeatures(stored, merged, facts);
  if (merged.hipaa && !stored.hipaa && facts.organization.allowHipaa === false) {
    throw new ApiError(403, "HIPAA is not allowed for this organization");
  }
  if (input.preload_libraries) checkPreloadLibraries(facts.pgVersion, merged.preload_libraries.enabled_libraries);
  return merged;
}

function mergeSettings(
  stored: CompleteProjectSettings,
  input: SettingsInput,
  patch: SettingsFacts["patch"],
): CompleteProjectSettings {
  const base = patch === "merge" ? stored : defaultSettings;
  const merged = mergeKnown(stored, input as Partial<CompleteProjectSettings>);
  merged.quota = input.quota ? mergeKnown(base.quota, input.quota) : stored.quota;
  merged.allowed_ips = input.allowed_ips ? mergeKnown(base.allowed_ips, input.allowed_ips) : stored.allowed_ips;
  merged.preload_libraries = input.preload_libraries
    ? mergeKnown(base.preload_libraries, input.preload_libraries)
    : stored.preload_libraries;
  merged.maintenance_window = mergeKnown(stored.maintenance_window, input.maintenance_window);
  return merged;
}

function mergeKnown<T extends object>(stored: T, input: Partial<T> | undefined): T {
  return { ...stored, ...pickKnown<Partial<T>>(input, keysOf(stored)) };
}

function checkSettings(stored: CompleteProjectSettings, merged: CompleteProjectSettings): void {
  if (stored.enable_logical_replication && !merged.enable_logical_replication) {
    throw badRequest("logical replication cannot be disabled once it has been enabled");
  }
  if (stored.hipaa && !merged.hipaa) throw badRequest("HIPAA cannot be disabled once it has been enabled");
  const { weekdays, start_time, end_time } = merged.maintenance_window;
  const daysFit = weekdays.length > 0 && weekdays.every((day) => day >= 1 && day <= 7);
  const timesFit = [start_time, end_time].every((time) => /^([01]\d|2[0-3]):[0-5]\d$/.test(time));
  if (!daysFit || !timesFit) throw badRequest('maintenance_window needs weekdays 1 to 7 and times of the form "HH:MM"');
}

const endpointDefaultKeys = [
  "autoscaling_limit_min_cu",
  "autoscaling_limit_max_cu",
  "suspend_timeout_seconds",
  "pg_settings",
  "pgbouncer_settings",
] as const;

export type EndpointDefaultsFacts = ComputeFacts & { pgVersion: number };

/** The defaults of a new project: a size that is not named follows the one that is. */
export function newEndpointDefaults(
  input: EndpointDefaultsInput = {},
  facts: EndpointDefaultsFacts,
): CompleteEndpointDefaults {
  const { autoscaling_limit_min_cu: min, autoscaling_limit_max_cu: max } = input;
  const base = { ...defaultEndpointSettings };
  if (min !== undefined && max === undefined) {
    base.autoscaling_limit_max_cu = Math.max(min, base.autoscaling_limit_max_cu);
  }
  return mergeEndpointDefaults(base, input, facts);
}

export function mergeEndpointDefaults(
  stored: CompleteEndpointDefaults,
  input: EndpointDefaultsInput = {},
  facts: EndpointDefaultsFacts,
): CompleteEndpointDefaults {
  // `pg_settings` is one value: to leave a key out is how it is unset.
  const merged = { ...stored, ...pickKnown(input, endpointDefaultKeys) };
  if (namesSize(input)) checkComputeSize(merged.autoscaling_limit_min_cu, merged.autoscaling_limit_max_cu, facts.plan);
  if (input.suspend_timeout_seconds !== undefined) {
    merged.suspend_timeout_seconds = allowedSuspendTimeout(input.suspend_timeout_seconds, facts);
  }
  if (input.pg_settings) checkPgSettings(input.pg_settings, facts.pgVersion);
  return merged;
}
