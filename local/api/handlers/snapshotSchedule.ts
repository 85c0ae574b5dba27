import type { BackupSchedule } from "@neondatabase/api-client";
import type { Plain } from "../../store/documents";
import { ApiError } from "../apiError";
import { bodyOf, type Handler, type Handlers, ok } from "../call";
import { findBranch, findProject, organizationOf } from "../find";
import { requireUnlocked } from "../operations/schedule";
import { planLimits } from "../rules/planLimits";
import { checkSchedule } from "../rules/snapshotSchedule";
import { setSchedule } from "../snapshotSchedules";
import { requireRoot } from "./snapshots";

/** Most entries of one schedule; Neon names no limit. */
const maxEntries = 100;

/** `setSnapshotSchedule`: replaces the schedule of a root branch; an empty list ends it. */
const setSnapshotSchedule: Handler = (call, context) => {
  const project = findProject(call, context);
  const branch = findBranch(call, context, project);
  const { schedule } = bodyOf<Plain<BackupSchedule>>(call);
  requireUnlocked(context, project.id);
  if (!planLimits(organizationOf(context, project).plan).hasSchedules && schedule.length > 0) {
    throw new ApiError(403, "snapshot schedules are not available on your plan");
  }
  if (schedule.length > maxEntries) throw new ApiError(400, `a schedule has at most ${maxEntries} entries`);
  checkSchedule(schedule, context.branchRules);
  requireRoot(branch);
  setSchedule(context, branch, schedule);
  return ok({});
};

export const snapshotScheduleHandlers: Handlers = {
  setSnapshotSchedule,
  getSnapshotSchedule: (call, context) => {
    const branch = findBranch(call, context, findProject(call, context));
    return ok({ schedule: context.store.get("snapshotSchedule", branch.id)?.items ?? [] });
  },
};
