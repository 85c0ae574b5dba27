import * as pulumi from "@pulumi/pulumi";
import type { SnapshotScheduleDeclared } from "../fields";
import { typeToken } from "./providerText";
import type { SameKeys } from "./projectArgs";
import { refusePlaintextKey } from "./refusePlaintextKey";
import { guarded, registered } from "./resourceOptions";

const type = typeToken("SnapshotSchedule");

/** One entry of a schedule. All times are UTC. */
export interface SnapshotScheduleEntryArgs {
  /** How often. Neon's later documents take daily, weekly and monthly only. */
  frequency: pulumi.Input<"hourly" | "daily" | "weekly" | "monthly" | "yearly">;
  /** 0 to 23; for all but hourly. Default 0. */
  hour?: pulumi.Input<number>;
  /** Day of the week (1 is Monday) or of the month, 1 to 31. Default 1. */
  day?: pulumi.Input<number>;
  /** 1 to 12, for yearly. Default 1. */
  month?: pulumi.Input<number>;
  /** Seconds for which each snapshot is kept, at least 3600. Default for ever. */
  retentionSeconds?: pulumi.Input<number>;
}

/** Inputs of a {@link SnapshotSchedule}. */
export interface SnapshotScheduleArgs {
  /** Project in which it lives. A change is refused. */
  projectId: pulumi.Input<string>;
  /** Root branch of which snapshots are made. A change moves the schedule. */
  branchId: pulumi.Input<string>;
  /** When snapshots are made and how long they are kept. Fewer or shorter reduces protection. */
  schedule: pulumi.Input<pulumi.Input<SnapshotScheduleEntryArgs>[]>;
  /** A schedule that the branch has already is replaced. Default false (`NEON_ALREADY_EXISTS`). */
  adoptExisting?: pulumi.Input<boolean>;
}

/**
 * The backup schedule of one branch (`setSnapshotSchedule`, beta; paid plans, root branches). Removing it makes no more snapshots; those
 * that were made stay until they expire.
 *
 * | input | change |
 * |---|---|
 * | projectId | refused |
 * | branchId, adoptExisting | in place |
 * | schedule | in place; fewer snapshots, or kept less long, reduce protection |
 */
export class SnapshotSchedule extends pulumi.CustomResource {
  declare readonly projectId: pulumi.Output<string>;
  declare readonly branchId: pulumi.Output<string>;

  constructor(name: string, args: SnapshotScheduleArgs, opts?: pulumi.CustomResourceOptions) {
    refusePlaintextKey();
    const outputs = ["projectId", "branchId"];
    super(type, name, registered("snapshotSchedule", opts?.id ? {} : { ...args }, outputs), guarded(opts));
  }

  /** A schedule that this program does not manage; the id is `{projectId}/{branchId}`. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): SnapshotSchedule {
    return new SnapshotSchedule(name, { projectId: "", branchId: "", schedule: [] }, { ...opts, id });
  }

  /** True for a SnapshotSchedule, also one made by a second copy of this package. */
  static override isInstance(obj: unknown): obj is SnapshotSchedule {
    return pulumi.CustomResource.isInstance(obj) && (obj as { __pulumiType?: string }).__pulumiType === type;
  }
}

/** Does not compile where the arguments and the field declarations name different inputs, or other types for them. */
export const snapshotScheduleArgsMatchFields: SnapshotScheduleDeclared extends SnapshotScheduleArgs
  ? SameKeys<SnapshotScheduleArgs, SnapshotScheduleDeclared>
  : never = true;
