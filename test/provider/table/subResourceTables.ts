import { branchFields, databaseFields, endpointFields, roleFields } from "../../../provider/fields";
import { nested, type Resource, type Row, unlessGone } from "./row";
import type { TableWorld } from "./world";

const elsewhere = (from: string): Row => ({ from, to: "some-other-place", change: "refused" });
const consent: Row = { from: false, to: true, change: "reducesProtection", back: "inPlace" };
const ours: Row = { from: false, to: true, change: "inPlace" };
const inDays = (days: number): string => new Date(Math.ceil(Date.now() / 1000 + days * 86_400) * 1000).toISOString();

const at = (outputs: Record<string, unknown>): [string, string] => [
  String(outputs.projectId),
  String(outputs.branchId),
];

/** Every input of a Branch. */
export const branchTable: Resource = {
  kind: "branch",
  fields: branchFields,
  base: ({ projectId }, n) => ({ projectId, name: `branch ${n}` }),
  unlock: { deletionProtection: false, protected: false },
  look: async ({ api }, outputs) => unlessGone(api.getBranch(...at(outputs))),
  change: async ({ api }, outputs, raw, value) =>
    api.updateBranch(...at(outputs), nested(raw, value) as { branch: object }),
  rows: ({ projectId, branchId, otherBranchId, moment }, n) => ({
    projectId: elsewhere(projectId),
    name: { from: `branch ${n}`, to: `renamed ${n}`, change: "inPlace", raw: "branch.name" },
    parentId: { from: otherBranchId, to: branchId, change: "refused", raw: "branch.parent_id" },
    parentTimestamp: { from: moment, to: "2020-01-01T00:00:00Z", change: "refused", raw: "branch.parent_timestamp" },
    parentLsn: { from: "0/1500000", to: "0/1600000", change: "refused", raw: "branch.parent_lsn" },
    initSource: { from: "schema-only", to: "parent-data", change: "refused" },
    archived: { from: true, to: false, change: "refused", raw: "branch.current_state", rawFrom: "archived" },
    protected: { from: true, to: false, change: "reducesProtection", back: "inPlace", raw: "branch.protected" },
    expiresAt: {
      from: inDays(3),
      to: inDays(5),
      change: "reducesProtection",
      raw: "branch.expires_at",
    },
    deletionProtection: { from: true, to: false, change: "reducesProtection", back: "inPlace" },
    recreateIfMissing: consent,
    adoptExisting: ours,
  }),
};

/** Every input of an Endpoint. */
export const endpointTable: Resource = {
  kind: "endpoint",
  fields: endpointFields,
  base: ({ projectId, branchId }) => ({ projectId, branchId, type: "read_only" }),
  look: async ({ api }, outputs) => unlessGone(api.getEndpoint(String(outputs.projectId), String(outputs.endpointId))),
  change: async ({ api }, outputs, raw, value) => {
    const request = { endpoint: nested(raw, value) };
    const { operations } = await api.updateEndpoint(String(outputs.projectId), String(outputs.endpointId), request);
    await api.waitForOperations(operations);
  },
  rows: ({ projectId, branchId }, n) => ({
    projectId: elsewhere(projectId),
    branchId: elsewhere(branchId),
    type: { from: "read_only", to: "read_write", change: "refused", raw: "type" },
    name: { from: `replica ${n}`, to: `renamed ${n}`, change: "inPlace", raw: "name" },
    autoscalingLimitMinCu: {
      from: 0.25,
      to: 0.5,
      change: "restartsCompute",
      raw: "autoscaling_limit_min_cu",
      with: { autoscalingLimitMaxCu: 2 },
    },
    autoscalingLimitMaxCu: { from: 2, to: 4, change: "restartsCompute", raw: "autoscaling_limit_max_cu" },
    suspendTimeoutSeconds: { from: 60, to: 600, change: "inPlace", raw: "suspend_timeout_seconds" },
    disabled: { from: false, to: true, change: "maySuspend", back: "inPlace", raw: "disabled" },
    pgSettings: {
      from: { work_mem: "8MB" },
      to: { jit: "off" },
      change: "restartsCompute",
      raw: "settings.pg_settings",
    },
    preloadLibraries: {
      from: { useDefaults: true, enabledLibraries: ["auto_explain"] },
      to: { useDefaults: false, enabledLibraries: ["pg_prewarm"] },
      change: "restartsCompute",
      outside: false,
      raw: "settings.preload_libraries",
      rawFrom: { use_defaults: true, enabled_libraries: ["auto_explain"] },
      rawTo: { use_defaults: false, enabled_libraries: ["pg_prewarm"] },
    },
    adoptExisting: ours,
  }),
};

const roleAt = (outputs: Record<string, unknown>): [string, string, string] => [...at(outputs), String(outputs.name)];

/** Every input of a Role. */
export const roleTable: Resource = {
  kind: "role",
  fields: roleFields,
  base: ({ projectId, branchId }, n) => ({ projectId, branchId, name: `role_${n}` }),
  unlock: { allowDelete: true, adoptExisting: false },
  look: async ({ api }, outputs) => unlessGone(api.getRole(...roleAt(outputs))),
  rows: ({ projectId, branchId }, n) => ({
    projectId: elsewhere(projectId),
    branchId: elsewhere(branchId),
    name: { from: `role_${n}`, to: `renamed_${n}`, change: "refused", raw: "name" },
    noLogin: {
      from: undefined,
      to: true,
      change: "refused",
      raw: "authentication_method",
      rawFrom: "password",
    },
    allowDelete: consent,
    adoptExisting: ours,
  }),
};

/** The owner of the world's first database. */
const ownerOf = ({ ownerUri }: TableWorld): string => decodeURIComponent(new URL(ownerUri).username);

/** Every input of a Database. */
export const databaseTable: Resource = {
  kind: "database",
  fields: databaseFields,
  base: (world, n) => ({
    projectId: world.projectId,
    branchId: world.branchId,
    name: `database_${n}`,
    ownerName: ownerOf(world),
  }),
  unlock: { allowDelete: true, adoptExisting: false },
  look: async ({ api }, outputs) => unlessGone(api.getDatabase(...roleAt(outputs))),
  change: async ({ api }, outputs, raw, value) => {
    const { operations } = await api.updateDatabase(...roleAt(outputs), { [raw]: value });
    await api.waitForOperations(operations);
  },
  rows: (world, n) => ({
    projectId: elsewhere(world.projectId),
    branchId: elsewhere(world.branchId),
    // Renamed behind our back it is another database to Neon: the state knows no id of it.
    name: { from: `database_${n}`, to: `renamed_${n}`, change: "restartsCompute", raw: "name", outside: false },
    ownerName: { from: ownerOf(world), to: "second_owner", change: "inPlace", raw: "owner_name" },
    allowDelete: consent,
    adoptExisting: ours,
  }),
};
