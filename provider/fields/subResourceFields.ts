import { z } from "zod";
import { type Declared, field } from "./field";
import {
  computeSize,
  defaultPreloadLibraries,
  identifier,
  pgSettings,
  preloadLibraries,
  roleName,
  suspendTimeout,
} from "./rules";

/** An id of Neon's. */
export const id = z.string().regex(/^[a-z0-9-]{1,60}$/, "must be an id of Neon");
const name = z.string().min(1, "must not be empty").max(256, "must be at most 256 characters long");

/** The place of a resource, which changes only where Neon moves the resource. */
export const parent = (what: "Project" | "Branch", api: string) =>
  field({
    schema: id,
    required: true,
    about: `${what} in which this lives.`,
    api,
    change: "refused",
    refusal: {
      reason: "Neon cannot move it to another place, and making it anew there would leave the data behind",
      wayOut:
        "Add a second resource with the new value and move the data, or put the old value back" +
        (what === "Branch"
          ? " (where somebody made another branch the default one: make the former one it again)."
          : "."),
    },
  });

/** Consent to taking over what is there. */
export const adoptExisting = (what: string) =>
  field({
    schema: z.boolean(),
    about: `A ${what} of this name that is there already is taken over as it is instead of being an error.`,
    defaultText: "false",
    removed: { to: false },
  });

/** Consent to a deletion, which counts once it was applied. */
export const allowDelete = (what: string) =>
  field({
    schema: z.boolean(),
    about: `The ${what} cannot be deleted unless an earlier \`up\` wrote true here.`,
    defaultText: "false",
    removed: { to: false },
    changeText: "true reduces protection; false in place",
    change: (_from: boolean | undefined, to: boolean) => (to ? "reducesProtection" : "inPlace"),
  });

const startRefusal = {
  reason: "where a branch begins is decided when it is made",
  wayOut: "Add a second Branch with the new value, or put the old one back.",
};

/** Every input of a Branch. */
export const branchFields = {
  projectId: parent("Project", "path project_id"),
  name: field({ schema: name, required: true, about: "Name, unique in its project.", api: "branch.name" }),
  parentId: field({
    schema: id,
    about: "Branch from which this one is made.",
    api: "branch.parent_id",
    defaultText: "the default branch",
    change: "refused",
    refusal: {
      reason: "the parent of a branch changes only by a restore",
      wayOut: "Add a second Branch with the new parent, or put the old one back.",
    },
  }),
  parentTimestamp: field({
    schema: z.iso.datetime({ offset: true, message: "must be a time with zone, such as 2030-01-31T12:00:00Z" }),
    about: "Moment of the parent's history at which the branch begins.",
    api: "branch.parent_timestamp (createProjectBranch)",
    defaultText: "now",
    change: "refused",
    createOnly: true,
    refusal: startRefusal,
  }),
  parentLsn: field({
    schema: z
      .string()
      .regex(/^[0-9A-Fa-f]{1,8}\/[0-9A-Fa-f]{1,8}$/, "must be a position in the log, such as 0/1A2B3C4"),
    about: "The same as a position in the parent's log; not together with parentTimestamp.",
    api: "branch.parent_lsn (createProjectBranch)",
    defaultText: "the end of the log",
    change: "refused",
    createOnly: true,
    refusal: startRefusal,
  }),
  initSource: field({
    schema: z.enum(["parent-data", "schema-only"], { error: "must be parent-data or schema-only" }),
    about: "`schema-only` makes a root branch with the schema of the parent and none of its data.",
    api: "branch.init_source (createProjectBranch)",
    defaultText: "`parent-data`",
    changeText: "refused",
    change: (from: string | undefined, to: string) => ((from ?? "parent-data") === to ? "inPlace" : "refused"),
    createOnly: true,
    refusal: startRefusal,
  }),
  archived: field({
    schema: z.boolean(),
    about: "Make the branch archived: it has no compute, and Neon unarchives it when something connects.",
    api: "branch.archived (createProjectBranch)",
    defaultText: "false",
    changeText: "refused",
    change: (from: boolean | undefined, to: boolean) => ((from ?? false) === to ? "inPlace" : "refused"),
    createOnly: true,
    refusal: {
      reason: "Neon archives and unarchives a branch by itself once it is made",
      wayOut: "Put the old value back, or remove the input to leave it as it is.",
    },
  }),
  protected: field({
    schema: z.boolean(),
    about: "Neon's own protection (paid plans).",
    api: "branch.protected",
    defaultText: "false",
    removed: { to: false },
    changeText: "true in place; false reduces protection",
    change: (from: boolean | undefined, to: boolean) => (from && !to ? "reducesProtection" : "inPlace"),
  }),
  expiresAt: field({
    schema: z.iso.datetime({ offset: true, message: "must be a time with zone, such as 2030-01-31T12:00:00Z" }),
    about: "When Neon deletes the branch; at most 30 days ahead. Removing it keeps the branch.",
    api: "branch.expires_at",
    defaultText: "never",
    removed: { to: null },
    changeText: "reduces protection; taking it out is in place",
    change: (_from: string | undefined, to: string | null) => (to === null ? "inPlace" : "reducesProtection"),
  }),
  deletionProtection: field({
    schema: z.boolean(),
    about: "The branch cannot be deleted unless an earlier `up` wrote false here.",
    defaultText: "true, false for a branch with expiresAt",
    removed: { to: true },
    changeText: "true in place; false reduces protection",
    change: (_from: boolean | undefined, to: boolean) => (to ? "inPlace" : "reducesProtection"),
  }),
  recreateIfMissing: field({
    schema: z.boolean(),
    about: "A branch that vanished is made again from its parent instead of being an error; always so with expiresAt.",
    defaultText: "false",
    removed: { to: false },
    changeText: "true reduces protection; false in place",
    change: (_from: boolean | undefined, to: boolean) => (to ? "reducesProtection" : "inPlace"),
  }),
  adoptExisting: adoptExisting("branch"),
} as const;

/** Every input of an Endpoint: a read replica, or the compute of another branch than the default one. */
export const endpointFields = {
  projectId: parent("Project", "path project_id"),
  branchId: parent("Branch", "endpoint.branch_id"),
  type: field({
    schema: z.enum(["read_write", "read_only"]),
    required: true,
    about: "`read_only` for a replica; a branch has at most one `read_write`.",
    api: "endpoint.type",
    change: "refused",
    refusal: {
      reason: "Neon cannot change the type of a compute",
      wayOut: "Add a second Endpoint of the other type, or put the old one back.",
    },
  }),
  name: field({
    schema: z.string().min(1, "must not be empty").max(64, "must be at most 64 characters long"),
    about: "Name shown by Neon.",
    api: "endpoint.name",
  }),
  autoscalingLimitMinCu: field({
    schema: computeSize,
    about: "Smallest size.",
    unit: "CU",
    api: "endpoint.autoscaling_limit_min_cu",
    defaultText: "the project's default",
    change: "restartsCompute",
  }),
  autoscalingLimitMaxCu: field({
    schema: computeSize,
    about: "Largest size; equal to the smallest for a fixed size.",
    unit: "CU",
    api: "endpoint.autoscaling_limit_max_cu",
    defaultText: "the project's default",
    change: "restartsCompute",
  }),
  suspendTimeoutSeconds: field({
    schema: suspendTimeout,
    about: "Idle time after which the compute is suspended: -1 never, 0 Neon's default of 300.",
    unit: "seconds",
    api: "endpoint.suspend_timeout_seconds",
    defaultText: "0",
    removed: { to: 0 },
  }),
  disabled: field({
    schema: z.boolean(),
    about: "Suspend the compute and refuse connections.",
    api: "endpoint.disabled",
    defaultText: "false",
    removed: { to: false },
    changeText: "true suspends the compute; false in place",
    change: (_from: boolean | undefined, to: boolean) => (to ? "maySuspend" : "inPlace"),
  }),
  pgSettings: field({
    schema: pgSettings,
    about: "Settings of Postgres by name, such as `work_mem`; the whole set is sent.",
    api: "endpoint.settings.pg_settings",
    defaultText: "none",
    removed: { to: {} },
    change: "restartsCompute",
  }),
  preloadLibraries: field({
    schema: preloadLibraries,
    about: "Libraries that this compute loads when it starts, instead of the project's.",
    api: "endpoint.settings.preload_libraries",
    defaultText: "the project's",
    removed: { to: defaultPreloadLibraries },
    change: "restartsCompute",
  }),
  adoptExisting: adoptExisting("compute"),
} as const;

/** Every input of a Role. */
export const roleFields = {
  projectId: parent("Project", "path project_id"),
  branchId: parent("Branch", "path branch_id"),
  name: field({
    schema: roleName,
    required: true,
    about: "Name in Postgres.",
    api: "role.name",
    change: "refused",
    refusal: {
      reason: "Neon cannot rename a role",
      wayOut: "Add a Role with the new name, or put the old name back.",
    },
  }),
  noLogin: field({
    schema: z.boolean(),
    about: "A role that cannot connect and has no password.",
    api: "role.no_login (createProjectBranchRole)",
    defaultText: "false",
    changeText: "refused",
    change: (from: boolean | undefined, to: boolean) => ((from ?? false) === to ? "inPlace" : "refused"),
    createOnly: true,
    refusal: {
      reason: "Neon sets no_login only when it makes the role",
      wayOut: "Add a Role with another name, or put the old value back.",
    },
  }),
  allowDelete: allowDelete("role"),
  adoptExisting: adoptExisting("role"),
} as const;

/** Every input of a Database. */
export const databaseFields = {
  projectId: parent("Project", "path project_id"),
  branchId: parent("Branch", "path branch_id"),
  name: field({
    schema: identifier,
    required: true,
    about: "Name in Postgres; a change renames, and URIs change with it.",
    api: "database.name",
    change: "restartsCompute",
  }),
  ownerName: field({ schema: identifier, required: true, about: "Role that owns it.", api: "database.owner_name" }),
  allowDelete: allowDelete("database"),
  adoptExisting: adoptExisting("database"),
} as const;

/** What the user declared of a Branch. */
export type BranchDeclared = Declared<typeof branchFields>;
/** What the user declared of an Endpoint. */
export type EndpointDeclared = Declared<typeof endpointFields>;
/** What the user declared of a Role. */
export type RoleDeclared = Declared<typeof roleFields>;
/** What the user declared of a Database. */
export type DatabaseDeclared = Declared<typeof databaseFields>;
