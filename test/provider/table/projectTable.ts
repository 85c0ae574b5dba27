import { projectFields, type Values } from "../../../provider/fields";
import { nested, type Resource, type Row, unlessGone } from "./row";

const limit = (raw: string): Row => ({
  from: 3_600_000,
  to: 7_200_000,
  change: "inPlace",
  back: "maySuspend",
  raw: `project.settings.quota.${raw}`,
});

const flag = (raw: string): Row => ({ from: true, to: false, change: "reducesProtection", back: "inPlace", raw });

/** Every input of a Project. */
export const projectTable: Resource = {
  kind: "project",
  fields: projectFields,
  base: (_world, n) => ({
    name: `project ${n}`,
    regionId: "aws-eu-central-1",
    mark: { fleet: "fleet-1", stack: `stack-${n}`, resource: "neon:Project::p" },
  }),
  unlock: { deletionProtection: false, protectedBranch: false },
  look: async ({ api }, outputs) => {
    const projectId = String(outputs.projectId);
    const project = await unlessGone(api.getProject(projectId));
    if (!project) return undefined;
    const { branch } = await api.getBranch(projectId, String(outputs.branchId));
    return { project, branch, endpoint: await api.getEndpoint(projectId, String(outputs.endpointId)) };
  },
  change: async ({ api }, outputs, raw, value) => {
    const projectId = String(outputs.projectId);
    const body = nested(raw, value);
    if (body.project) {
      const { operations } = await api.updateProject(projectId, { project: body.project });
      await api.waitForOperations(operations);
      // The defaults say nothing of the compute that is there.
      const { default_endpoint_settings: settings } = body.project as { default_endpoint_settings?: Values };
      if (!settings) return;
      const { pg_settings, ...sizes } = settings;
      body.endpoint = pg_settings === undefined ? sizes : { settings: { pg_settings } };
    }
    if (body.branch) await api.updateBranch(projectId, String(outputs.branchId), { branch: body.branch });
    if (!body.endpoint) return;
    const { operations } = await api.updateEndpoint(projectId, String(outputs.endpointId), { endpoint: body.endpoint });
    await api.waitForOperations(operations);
  },
  rows: ({ orgId }, n) => ({
    name: { from: `project ${n}`, to: `renamed ${n}`, change: "inPlace", raw: "project.name" },
    regionId: { from: "aws-eu-central-1", to: "aws-us-east-2", change: "refused", raw: "project.region_id" },
    pgVersion: { from: 16, to: 17, change: "refused", raw: "project.pg_version" },
    orgId: { from: orgId, to: "org-another", change: "refused", raw: "project.org_id" },
    historyRetentionSeconds: {
      from: 3600,
      to: 7200,
      change: "inPlace",
      back: "reducesProtection",
      raw: "project.history_retention_seconds",
    },
    branchName: { from: "main", to: "production", change: "inPlace", raw: "branch.name" },
    roleName: { from: "boss", to: "chief", change: "refused" },
    databaseName: { from: "shop", to: "store", change: "refused" },
    "compute.autoscalingLimitMinCu": {
      from: 0.25,
      to: 0.5,
      change: "restartsCompute",
      raw: "endpoint.autoscaling_limit_min_cu",
      with: { compute: { autoscalingLimitMaxCu: 2 } },
    },
    "compute.autoscalingLimitMaxCu": {
      from: 2,
      to: 4,
      change: "restartsCompute",
      raw: "endpoint.autoscaling_limit_max_cu",
    },
    "compute.suspendTimeoutSeconds": {
      from: 60,
      to: 600,
      change: "inPlace",
      raw: "project.default_endpoint_settings.suspend_timeout_seconds",
    },
    "compute.pgSettings": {
      from: { work_mem: "8MB" },
      to: { work_mem: "16MB", jit: "off" },
      change: "restartsCompute",
      raw: "endpoint.settings.pg_settings",
    },
    "quota.activeTimeSeconds": limit("active_time_seconds"),
    "quota.computeTimeSeconds": limit("compute_time_seconds"),
    "quota.writtenDataBytes": limit("written_data_bytes"),
    "quota.dataTransferBytes": limit("data_transfer_bytes"),
    "quota.logicalSizeBytes": limit("logical_size_bytes"),
    allowedIps: {
      from: ["10.0.0.1"],
      to: "any",
      change: "reducesProtection",
      back: "inPlace",
      raw: "project.settings.allowed_ips.ips",
      rawTo: [],
    },
    allowedIpsProtectedBranchesOnly: {
      from: false,
      to: true,
      change: "reducesProtection",
      back: "inPlace",
      raw: "project.settings.allowed_ips.protected_branches_only",
      with: { allowedIps: ["10.0.0.1"] },
    },
    blockPublicConnections: flag("project.settings.block_public_connections"),
    blockVpcConnections: flag("project.settings.block_vpc_connections"),
    enableLogicalReplication: {
      from: false,
      to: true,
      change: "restartsCompute",
      back: "refused",
      raw: "project.settings.enable_logical_replication",
    },
    maintenanceWindow: {
      from: { weekdays: [7], startTime: "01:00", endTime: "02:00" },
      to: { weekdays: [1, 2], startTime: "03:00", endTime: "04:30" },
      change: "inPlace",
      raw: "project.settings.maintenance_window",
      rawFrom: { weekdays: [7], start_time: "01:00", end_time: "02:00" },
      rawTo: { weekdays: [1, 2], start_time: "03:00", end_time: "04:30" },
    },
    hipaa: { from: false, to: true, change: "inPlace", back: "refused", raw: "project.settings.hipaa" },
    auditLogLevel: {
      from: "extended",
      to: "base",
      change: "reducesProtection",
      back: "inPlace",
      raw: "project.settings.audit_log_level",
    },
    preloadLibraries: {
      from: { useDefaults: true, enabledLibraries: ["auto_explain"] },
      to: { useDefaults: false, enabledLibraries: ["pg_prewarm", "pg_stat_statements"] },
      change: "restartsCompute",
      raw: "project.settings.preload_libraries",
      rawFrom: { use_defaults: true, enabled_libraries: ["auto_explain"] },
      rawTo: { use_defaults: false, enabled_libraries: ["pg_prewarm", "pg_stat_statements"] },
    },
    protectedBranch: flag("branch.protected"),
    adopt: {
      from: { byName: true },
      to: { byName: true, apply: true },
      change: "inPlace",
      prepare: async ({ api }) => {
        const project = { name: `project ${n}`, region_id: "aws-eu-central-1" };
        const { operations } = await api.createProject({ project });
        await api.waitForOperations(operations);
      },
    },
    deletionProtection: { from: true, to: false, change: "reducesProtection", back: "inPlace" },
    recreateIfMissing: { from: false, to: true, change: "reducesProtection", back: "inPlace" },
  }),
};
