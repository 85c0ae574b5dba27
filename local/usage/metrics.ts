import type { Figures, Span } from "./figures";
import type { UsageHistory } from "./history";

/** Gives the exact number of one span; what is shown is rounded so that it adds up. */
export type Measure = (history: UsageHistory, span: Span, branchId?: string) => number;

const of =
  (...names: (keyof Figures)[]): Measure =>
  (history, span, branchId) => {
    const figures = history.figures(span, branchId);
    return names.reduce((total, name) => total + figures[name], 0);
  };

/** Not simulated: there is no private network here, and snapshots are not counted. */
const always0: Measure = () => 0;

/** The metrics of a branch. Despite their names, storage is in byte-hours, as at Neon. */
export const branchMetrics: Record<string, Measure> = {
  compute_unit_seconds: of("computeSeconds"),
  root_branch_bytes_month: of("rootByteHours"),
  child_branch_bytes_month: of("childByteHours"),
  instant_restore_bytes_month: of("historyByteHours"),
  public_network_transfer_bytes: of("transferredBytes"),
  private_network_transfer_bytes: always0,
};

/** The metrics of a project. `extra_branches_month` is in branch-hours. */
export const projectMetrics: Record<string, Measure> = {
  ...branchMetrics,
  extra_branches_month: (history, span) => history.extraBranchHours(span),
  snapshot_storage_bytes_month: always0,
};

/** The metrics of Neon's former plans that add up over time. */
export const legacyMetrics: Record<string, Measure> = {
  active_time_seconds: of("activeSeconds"),
  compute_time_seconds: of("computeSeconds"),
  written_data_bytes: of("writtenBytes"),
  data_storage_bytes_hour: of("rootByteHours", "childByteHours", "historyByteHours"),
  logical_size_bytes_hour: of("rootByteHours", "childByteHours"),
};

/** Those that are what there is at the end of a timeframe. */
export const legacyLevels = ["synthetic_storage_size_bytes", "logical_size_bytes"];
