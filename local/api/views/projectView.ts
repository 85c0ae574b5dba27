import type { Project, ProjectDocument } from "../../store/documents";
import type { ApiContext } from "../context";
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

/** A project as `getProject` answers: with its owner and the billing period, a calendar month in UTC. */
export function projectDetails(project: ProjectDocument, context: ApiContext): Project {
  const organization = organizationOf(context, project);
  const now = context.clock.now();
  const month = (offset: number) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset)).toISOString();
  const lastActive = lastActiveAt(project, context);
  return {
    ...projectView(project),
    consumption_period_start: month(0),
    consumption_period_end: month(1),
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
  const latest = Math.max(0, ...times);
  return latest > 0 ? new Date(latest) : undefined;
}

/** A project as a list page holds it: without the consumption of the period. */
export function projectListItem(project: ProjectDocument, context: ApiContext) {
  return { ...commonFields(project), active_time: 0, org_name: organizationOf(context, project).name };
}
