import { z } from "zod";
import { type Declared, field, group } from "./field";
import { guard, isIpEntry, opensNetwork, quota } from "./projectRules";
import {
  computeSize,
  defaultPreloadLibraries,
  identifier,
  pgSettings,
  preloadLibraries,
  roleName,
  suspendTimeout,
} from "./rules";

const createNew = "Create a new tenant with the new value and move the data, or put the old value back.";

const auditLevels = ["base", "extended", "full"] as const;
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a UTC time as HH:MM");

/** Every input of a Project: the one declaration behind its schema, `diff`, drift report and documentation. */
export const projectFields = {
  name: field({
    schema: z.string().min(1, "must not be empty").max(256, "must be at most 256 characters long"),
    required: true,
    about: "Name of the project at Neon; names are not unique there.",
    api: "project.name",
    inListPages: true,
  }),
  regionId: field({
    schema: z.string().regex(/^[a-z0-9-]{1,60}$/, "must be a region id such as aws-eu-central-1"),
    required: true,
    about: "Region in which the data lives, such as `aws-eu-central-1`.",
    api: "project.region_id",
    change: "refused",
    refusal: { reason: "Neon cannot move a project to another region", wayOut: createNew },
    inListPages: true,
  }),
  pgVersion: field({
    schema: z.number().int("must be a whole number").min(14, "must be 14 or later"),
    about: "Major version of PostgreSQL.",
    api: "project.pg_version",
    defaultText: "17",
    change: "refused",
    refusal: { reason: "Neon cannot change the Postgres version of a project", wayOut: createNew },
    inListPages: true,
  }),
  orgId: field({
    schema: z.string().min(1, "must not be empty"),
    about: "Organization that owns the project.",
    api: "project.org_id",
    defaultText: "`neon:orgId`, `NEON_ORG_ID`, or the organization of the key",
    change: "refused",
    refusal: {
      reason: "a project changes its organization only by a transfer",
      wayOut: "Transfer the project at Neon first, or put the old organization back.",
    },
    inListPages: true,
  }),
  historyRetentionSeconds: field({
    schema: z
      .number()
      .int("must be whole seconds")
      .min(0, "must be 0 or more")
      .max(2_592_000, "must be at most 2592000 (30 days)"),
    about: "How far back a branch can be restored; 0 switches history off.",
    unit: "seconds",
    api: "project.history_retention_seconds",
    defaultText: "depends on the plan at Neon (21600 or 86400)",
    changeText: "in place; lowering it reduces protection",
    change: (from: number | undefined, to: number) =>
      from === undefined || to < from ? "reducesProtection" : "inPlace",
    inListPages: true,
  }),
  branchName: field({
    schema: z.string().min(1, "must not be empty").max(256, "must be at most 256 characters long"),
    about: "Name of the default branch.",
    api: "branch.name",
    defaultText: "`main`",
  }),
  roleName: field({
    schema: roleName,
    about: "First role, owner of the first database.",
    api: "project.branch.role_name (createProject)",
    defaultText: "`{databaseName}_owner`",
    change: "refused",
    refusal: {
      reason: "Neon cannot rename a role",
      wayOut: "Add a Role with the new name, or put the old name back.",
    },
  }),
  databaseName: field({
    schema: identifier,
    about: "First database.",
    api: "project.branch.database_name (createProject)",
    defaultText: "`neondb`",
    change: "refused",
    refusal: {
      reason: "the first database is made with the project and is not renamed by it",
      wayOut: "Add a Database with the new name, or put the old name back.",
    },
  }),
  compute: group("The primary compute: default for new computes and applied to the existing one.", {
    autoscalingLimitMinCu: field({
      schema: computeSize,
      about: "Smallest size of the compute.",
      unit: "CU",
      api: "project.default_endpoint_settings.autoscaling_limit_min_cu and endpoint.autoscaling_limit_min_cu",
      change: "restartsCompute",
      inListPages: true,
    }),
    autoscalingLimitMaxCu: field({
      schema: computeSize,
      about: "Largest size of the compute; equal to the smallest for a fixed size.",
      unit: "CU",
      api: "project.default_endpoint_settings.autoscaling_limit_max_cu and endpoint.autoscaling_limit_max_cu",
      change: "restartsCompute",
      inListPages: true,
    }),
    suspendTimeoutSeconds: field({
      schema: suspendTimeout,
      about: "Idle time after which the compute is suspended: -1 never, 0 Neon's default of 300.",
      unit: "seconds",
      api: "project.default_endpoint_settings.suspend_timeout_seconds and endpoint.suspend_timeout_seconds",
      defaultText: "0",
      removed: { to: 0 },
      inListPages: true,
    }),
    pgSettings: field({
      schema: pgSettings,
      about: "Settings of Postgres by name, such as `work_mem`; the whole set is sent.",
      api: "project.default_endpoint_settings.pg_settings and endpoint.settings.pg_settings",
      defaultText: "none",
      removed: { to: {} },
      change: "restartsCompute",
      inListPages: true,
    }),
  }),
  quota: group("Limits per billing period; all five are sent as soon as one is set, 0 = unlimited.", {
    activeTimeSeconds: quota("Wall-clock time that computes may be active.", "active_time_seconds", "seconds"),
    computeTimeSeconds: quota(
      "Active time multiplied by compute size (0.25 CU for 4 s = 1).",
      "compute_time_seconds",
      "CU-seconds",
    ),
    writtenDataBytes: quota("Data written on all branches.", "written_data_bytes", "bytes"),
    dataTransferBytes: quota("Data sent to clients.", "data_transfer_bytes", "bytes"),
    logicalSizeBytes: quota("Size of each branch; never resets.", "logical_size_bytes", "bytes"),
  }),
  allowedIps: field({
    schema: z.union([
      z.literal("any"),
      z
        .array(z.string().refine(isIpEntry, "must be an IP address, a CIDR range, or a range a-b"))
        .min(1, 'must not be empty: at Neon an empty list opens the database to everyone; write "any" to mean that'),
    ]),
    about: 'Addresses that may connect, or the word "any".',
    api: "project.settings.allowed_ips.ips",
    defaultText: "any",
    removed: "refused",
    refusal: {
      reason: "without the list Neon would open the database to everyone",
      wayOut: 'Write allowedIps: "any" to mean that.',
    },
    change: opensNetwork,
    changeText: "in place; letting in more reduces protection; taking a list out is refused",
    inListPages: true,
    asSet: true,
  }),
  allowedIpsProtectedBranchesOnly: field({
    schema: z.boolean(),
    about: "The list holds for protected branches only.",
    api: "project.settings.allowed_ips.protected_branches_only",
    defaultText: "false",
    removed: { to: false },
    changeText: "true reduces protection; false in place",
    change: (_from: boolean | undefined, to: boolean) => (to ? "reducesProtection" : "inPlace"),
    inListPages: true,
  }),
  blockPublicConnections: field({
    schema: z.boolean(),
    about: "Refuse connections from the public internet.",
    api: "project.settings.block_public_connections",
    defaultText: "false",
    removed: { to: false },
    change: guard,
    changeText: "true in place; false reduces protection",
    inListPages: true,
  }),
  blockVpcConnections: field({
    schema: z.boolean(),
    about: "Refuse connections from VPC endpoints.",
    api: "project.settings.block_vpc_connections",
    defaultText: "false",
    removed: { to: false },
    change: guard,
    changeText: "true in place; false reduces protection",
    inListPages: true,
  }),
  enableLogicalReplication: field({
    schema: z.boolean(),
    about: "Sets `wal_level=logical`; suspends active computes and cannot be undone.",
    api: "project.settings.enable_logical_replication",
    defaultText: "false",
    change: (from: boolean | undefined, to: boolean) =>
      from === true && !to ? "refused" : to ? "restartsCompute" : "inPlace",
    changeText: "true restarts computes; back to false is refused",
    refusal: {
      reason: "Neon cannot switch logical replication off again",
      wayOut: "Put true back, or remove the input to leave it as it is.",
    },
    inListPages: true,
  }),
  maintenanceWindow: field({
    schema: z.strictObject({
      weekdays: z
        .array(z.number().int().min(1, "must be 1 (Monday) to 7 (Sunday)").max(7, "must be 1 (Monday) to 7 (Sunday)"))
        .min(1, "must name at least one day"),
      startTime: time,
      endTime: time,
    }),
    about: "When Neon may restart computes for maintenance, UTC.",
    api: "project.settings.maintenance_window",
    inListPages: true,
  }),
  hipaa: field({
    schema: z.boolean(),
    about: "HIPAA mode; the organization must have it, and it cannot be undone.",
    api: "project.settings.hipaa",
    defaultText: "false",
    change: (from: boolean | undefined, to: boolean) => (from === true && !to ? "refused" : "inPlace"),
    changeText: "true in place; back to false is refused",
    refusal: {
      reason: "Neon cannot switch HIPAA mode off again",
      wayOut: "Put true back, or remove the input to leave it as it is.",
    },
    inListPages: true,
  }),
  auditLogLevel: field({
    schema: z.enum(auditLevels),
    about: "How much the audit log of a HIPAA project holds.",
    api: "project.settings.audit_log_level",
    changeText: "in place; a lower level reduces protection",
    change: (from: (typeof auditLevels)[number] | undefined, to: (typeof auditLevels)[number]) =>
      from !== undefined && auditLevels.indexOf(to) < auditLevels.indexOf(from) ? "reducesProtection" : "inPlace",
    inListPages: true,
  }),
  preloadLibraries: field({
    schema: preloadLibraries,
    about: "Libraries that computes load when they start; the names are those of `getAvailablePreloadLibraries`.",
    api: "project.settings.preload_libraries",
    defaultText: "Neon's own libraries and no others",
    removed: { to: defaultPreloadLibraries },
    change: "restartsCompute",
    inListPages: true,
  }),
  protectedBranch: field({
    schema: z.boolean(),
    about: "Neon's own protection of the default branch (paid plans).",
    api: "branch.protected (updateProjectBranch)",
    defaultText: "false",
    removed: { to: false },
    change: guard,
    changeText: "true in place; false reduces protection",
  }),
  deletionProtection: field({
    schema: z.boolean(),
    about: "The project cannot be deleted unless an earlier `up` wrote false here.",
    defaultText: "true",
    removed: { to: true },
    change: guard,
    changeText: "true in place; false reduces protection",
  }),
  adopt: field({
    schema: z
      .strictObject({
        projectId: z
          .string()
          .regex(/^[a-z0-9-]{1,60}$/, "must be an id of Neon")
          .optional(),
        byName: z.boolean().optional(),
        apply: z.boolean().optional(),
        resetPassword: z.boolean().optional(),
      })
      .refine(
        ({ projectId, byName }) => (projectId !== undefined) !== (byName === true),
        "must say which project: either projectId, or byName: true",
      ),
    about: "An existing project to take over instead of making one; read at the first `up` only.",
    defaultText: "none: a new project is made",
  }),
  recreateIfMissing: field({
    schema: z.boolean(),
    about: "A project that vanished is made again, empty, instead of being an error.",
    defaultText: "false",
    removed: { to: false },
    changeText: "true reduces protection; false in place",
    change: (_from: boolean | undefined, to: boolean) => (to ? "reducesProtection" : "inPlace"),
  }),
} as const;

/** What the user declared of a Project. */
export type ProjectDeclared = Declared<typeof projectFields>;

/** Which existing project to take over, and what that may change. */
export type ProjectAdopt = NonNullable<ProjectDeclared["adopt"]>;
