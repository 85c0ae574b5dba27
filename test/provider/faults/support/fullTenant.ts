import type { Spec } from "./tenantWorld";

const gib = 1024 ** 3;

/** A tenant with one of everything. */
export const from: Spec = {
  branchName: "main",
  protectedBranch: true,
  databaseName: "app",
  compute: { minCu: 0.25, maxCu: 0.5, suspendSeconds: 300 },
  quota: { computeTimeSeconds: 36_000, logicalSizeBytes: gib },
  historyRetentionSeconds: 3_600,
  // With this machine, over which app roles are made.
  allowedIps: ["10.0.0.0/8", "127.0.0.0/8"],
  roles: ["batch", "old"],
  databases: [{ name: "reports", owner: "batch" }],
  appRoles: [{ name: "web", access: "readOnly" }],
  replicas: [
    { name: "bi", minCu: 0.25, maxCu: 0.5 },
    { name: "spare", minCu: 0.25, maxCu: 0.25 },
  ],
  snapshots: [{ frequency: "daily", hour: 3, retentionSeconds: 86_400 }],
  allowDelete: ["old", "spare"],
};

/** The same tenant on another plan: everything that can change in place does, something is added and something taken away. */
export const to: Spec = {
  branchName: "production",
  protectedBranch: false,
  databaseName: "app",
  compute: { minCu: 1, maxCu: 4, suspendSeconds: -1 },
  quota: { computeTimeSeconds: 0, activeTimeSeconds: 72_000, logicalSizeBytes: 4 * gib },
  historyRetentionSeconds: 7_200,
  allowedIps: ["10.0.0.0/8", "127.0.0.0/8", "192.168.0.0/16"],
  roles: ["batch", "etl"],
  databases: [{ name: "reports" }, { name: "ledger", owner: "etl" }],
  appRoles: [{ name: "web", access: "readWrite" }],
  rotation: 1,
  replicas: [{ name: "bi", minCu: 1, maxCu: 2, suspendSeconds: 60 }],
  snapshots: [{ frequency: "weekly", day: 7, hour: 4, retentionSeconds: 172_800 }],
  allowDelete: ["old", "spare"],
};

/** Without what keeps a tenant from being destroyed. */
export const unlocked = ({ protectedBranch: _kept, ...spec }: Spec): Spec => ({ ...spec, protection: false });
