import type { Project, ProjectDocument, RecoverableProjectDocument } from "../../store/documents";
import type { ApiContext } from "../context";
import { pickKnown } from "../pickKnown";
import { projectCounters, storageByteHours, storedBytes } from "../../usage/counters";
import { periodOf } from "../../usage/period";
import { organizationOf } from "../find";

/** What Neon puts where a date or a counter is only known to `getProject`. */
const zeroDate = "0001-01-01T00:00:00Z";

/** Neon's logical size limit of a branch on paid plans: 16 TiB. */
const logicalSizeLimitMib = 16 * 1024 * 1024;

/** Fields that `Project` and `ProjectListItem` share. */
function commonFields(project: ProjectDocument) {
  const quotaBytes = project.settings.quota.logical_size_bytes;
  const limitMib = quotaBytes > 0 ? Math.ceil(quotaBytes / 1024 / 1024) : logicalSizeLimitMib;
  return {
    id: project.id,
    platform_id: "aws",
    region_id: project.region_id,
    name: project.name,
    provisioner: "k8s-neonvm",
    default_endpoint_settings: project.default_endpoint_settings,
    settings: project.settings,
    pg_version: project.pg_version,
    proxy_host: `${project.region_id}.aws.neon.local`,
    branch_logical_size_limit: limitMib,
    branch_logical_size_limit_bytes: quotaBytes > 0 ? quotaBytes : limitMib * 1024 * 1024,
    store_passwords: project.store_passwords,
    cpu_used_sec: 0,
    creation_source: "console",
    history_retention_seconds: project.history_retention_seconds,
    created_at: project.created_at,
    updated_at: project.updated_at,
    ...(project.hipaa_enabled_at ? { hipaa_enabled_at: project.hipaa_enabled_at } : {}),
    synthetic_storage_size: 0,
    owner_id: project.org_id,
    org_id: project.org_id,
  };
}

/** A project as the answers of create, update and delete hold it: no owner, no billing period. */
export function projectView(project: ProjectDocument): Project {
  return {
    ...commonFields(project),
    data_storage_bytes_hour: 0,
    data_transfer_bytes: 0,
    written_data_bytes: 0,
    compute_time_seconds: 0,
    active_time_seconds: 0,
    consumption_period_start: zeroDate,
    consumption_period_end: zeroDate,
  };
}

/** A project as `getProject` answers: with its owner, and what it used in the billing period. */
export function projectDetails(project: ProjectDocument, context: ApiContext): Project {
  const organization = organizationOf(context, project);
  const { usage } = context;
  const { startMs, endMs } = periodOf(usage.nowMs(), usage.rules.periodAnchorDay);
  const periodEnd = new Date(endMs).toISOString();
  const lastActive = lastActiveAt(project, context);
  return {
    ...projectView(project),
    ...projectCounters(usage, project),
    data_storage_bytes_hour: storageByteHours(usage, project),
    synthetic_storage_size: storedBytes(usage, project.id),
    consumption_period_start: new Date(startMs).toISOString(),
    consumption_period_end: periodEnd,
    quota_reset_at: periodEnd,
    ...(lastActive ? { compute_last_active_at: lastActive.toISOString() } : {}),
    owner: {
      email: context.user.email,
      name: organization.name,
      branches_limit: 5000,
      subscription_type: organization.plan === "free" ? "free_v3" : `${organization.plan}_v3`,
    },
  };
}

function lastActiveAt(project: ProjectDocument, context: ApiContext): Date | undefined {
  const times = context.store
    .list("endpoint", project.id)
    .map(({ id }) => context.computes.stateOf(id)?.lastActiveAt?.getTime() ?? 0);
  const { lastActiveMs = 0 } = context.usage.meter.project(project.id, context.usage.nowMs());
  const latest = Math.max(lastActiveMs, ...times);
  return latest > 0 ? new Date(latest) : undefined;
}

/** A project as a list page holds it: with a part of the counters of the period, and until when a deleted one can be recovered. */
export function projectListItem(
  project: ProjectDocument & Partial<Pick<RecoverableProjectDocument, "deleted_at" | "recoverable_until">>,
  context: ApiContext,
) {
  const { usage } = context;
  const { active_time_seconds, cpu_used_sec } = projectCounters(usage, project);
  const { lastActiveMs } = usage.meter.project(project.id, usage.nowMs());
  return {
    ...commonFields(project),
    active_time: active_time_seconds,
    cpu_used_sec,
    synthetic_storage_size: storedBytes(usage, project.id),
    quota_reset_at: new Date(periodOf(usage.nowMs(), usage.rules.periodAnchorDay).endMs).toISOString(),
    ...(lastActiveMs === undefined ? {} : { compute_last_active_at: new Date(lastActiveMs).toISOString() }),
    org_name: organizationOf(context, project).name,
    ...pickKnown(project, ["deleted_at", "recoverable_until"]),
  };
}
