/** What is not known for certain of Neon's branches and snapshots, or contradicted by one of its sources: switches with defaults. */
export interface BranchRules {
  /** Status of the answer where a moment lies outside of a branch's history (code `WRONG_LSN_OR_TIMESTAMP`). Default 400. */
  outsideHistoryStatus?: 400 | 404 | 406 | 412 | 422;
  /** Status of the answer where a branch may not be deleted: default, root, protected, or with children. Default 422. */
  deleteRefusedStatus?: 400 | 403 | 409 | 422;
  /**
   * Where the former state of a root branch goes when it is restored to an earlier moment of its own: to a root branch without a link
   * (`parentless`, default, as Neon's documentation says) or to the parent of the restored branch (`parent`, as Neon's own tests expect).
   */
  restoreBackup?: "parentless" | "parent";
  /**
   * Hours for which a branch cannot be reset from a parent that was restored from a snapshot: 422. Neon's documentation says "up to 24",
   * and not what it depends on. Default 0: none.
   */
  resetBlockedHours?: number;
  /** Most snapshots that a project may hold which no schedule made. Default: by plan, Free 1, Launch 10, Scale 100. */
  snapshotsLimit?: number;
  /** Longest `retention_seconds` of a backup schedule. Default: none, as in Neon's document; later ones say 3,024,000 (35 days). */
  maxSnapshotRetentionSeconds?: number;
  /** Frequencies that a backup schedule takes. Default: `hourly` to `yearly`; later documents take daily, weekly and monthly alone. */
  scheduleFrequencies?: ScheduleFrequency[];
}

export type ScheduleFrequency = "hourly" | "daily" | "weekly" | "monthly" | "yearly";

export type CompleteBranchRules = Required<Omit<BranchRules, "snapshotsLimit">> & Pick<BranchRules, "snapshotsLimit">;

export const completeBranchRules = (rules: BranchRules = {}): CompleteBranchRules => ({
  outsideHistoryStatus: 400,
  deleteRefusedStatus: 422,
  restoreBackup: "parentless",
  resetBlockedHours: 0,
  maxSnapshotRetentionSeconds: Infinity,
  scheduleFrequencies: ["hourly", "daily", "weekly", "monthly", "yearly"],
  ...rules,
});
