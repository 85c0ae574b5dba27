import type * as pulumi from "@pulumi/pulumi";
import { type Project, SnapshotSchedule, type SnapshotScheduleEntryArgs } from "../provider";

/** When snapshots of the default branch are made and how long they are kept; all times are UTC. */
export interface TenantSnapshots {
  /** `hourly`, `daily`, `weekly`, `monthly` or `yearly`. */
  frequency: string;
  /** 0 to 23. Default 0. */
  hour?: number;
  /** Day of the week (1 is Monday) or of the month. Default 1. */
  day?: number;
  /** 1 to 12, for yearly. Default 1. */
  month?: number;
  /** Seconds for which each is kept, at least 3600. Default for ever. */
  retentionSeconds?: number;
}

/** The backup schedule of the default branch; it follows the branch to another id. */
export function tenantSnapshots(
  wanted: readonly TenantSnapshots[],
  { prefix, project, options }: { prefix: string; project: Project; options: pulumi.CustomResourceOptions },
): SnapshotSchedule | undefined {
  if (wanted.length === 0) return undefined;
  const { projectId, branchId } = project;
  // The provider checks the words; a union in the arguments would keep the component from other languages.
  const schedule = wanted.map((entry) => ({ ...entry }) as SnapshotScheduleEntryArgs);
  // The project is this tenant's alone, and a schedule holds no data: another plan may end it.
  return new SnapshotSchedule(
    `${prefix}-snapshots`,
    { projectId, branchId, schedule, adoptExisting: true },
    { ...options, protect: false },
  );
}
