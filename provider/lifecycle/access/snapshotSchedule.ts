import type { BackupScheduleItem } from "@neondatabase/api-client";
import {
  declaredIn,
  declaredOf,
  driftedDeclared,
  sameValue,
  type SnapshotScheduleDeclared,
  snapshotScheduleFields,
  type Values,
} from "../../fields";
import { checkResource, diffResource } from "../checkResource";
import type { Lifecycle, LifecycleContext } from "../context";
import { alreadyExists } from "../createOnce";
import { defined } from "../defined";
import { adoptedInThisRun, keeping, placeOf, refuseLockedDelete, stateOf, unlessGone } from "../subResource";

const place = ["projectId", "branchId"] as const;

/** The life of a SnapshotSchedule. Setting it is a PUT of the whole, so doing it again is always safe. */
export const snapshotScheduleLifecycle: Lifecycle = {
  check: (_run, olds, news) => ({ inputs: news, problems: checkResource(snapshotScheduleFields, olds, news) }),
  diff: (outputs, news) => diffResource(snapshotScheduleFields, outputs, news),

  create: async (context, inputs) => {
    const declared = declaredOf(snapshotScheduleFields, inputs) as SnapshotScheduleDeclared;
    const { projectId, branchId } = declared;
    const id = `${projectId}/${branchId}`;
    const present = observed(await context.api.getSnapshotSchedule(projectId, branchId));
    const isSame = sameValue(present, declared.schedule, true);
    if (present.length > 0 && !isSame && declared.adoptExisting !== true) {
      throw alreadyExists(`snapshot schedule of branch ${branchId} of project ${projectId}`);
    }
    if (present.length > 0) context.run.refuseDelete(id, adoptedInThisRun);
    if (!isSame) await context.api.setSnapshotSchedule(projectId, branchId, requested(declared));
    return { id, outputs: outputsOf(declared) };
  },

  read: async (context, id, outputs) => {
    const { projectId, branchId } = placeOf(id, outputs, place);
    const present = await unlessGone(() => context.api.getSnapshotSchedule(projectId, branchId));
    if (!present) return undefined;
    const drifted = driftedDeclared(snapshotScheduleFields, declaredIn(outputs), { schedule: observed(present) });
    return { id, outputs: { ...stateOf(outputs), projectId, branchId, declared: drifted }, inputs: drifted };
  },

  update: async (context, id, outputs, news) => {
    const before = stateOf(outputs);
    diffResource(snapshotScheduleFields, before, news);
    const declared = declaredOf(snapshotScheduleFields, news) as SnapshotScheduleDeclared;
    const former = placeOf(id, before, place);
    await keeping(id, before, news, async () => {
      await context.api.setSnapshotSchedule(declared.projectId, declared.branchId, requested(declared));
      if (former.branchId !== declared.branchId) await end(context, former);
    });
    return outputsOf(declared);
  },

  delete: async (context, id, outputs) => {
    const { projectId, branchId } = placeOf(id, outputs, place);
    const what = `snapshot schedule of branch ${branchId} of project ${projectId}`;
    refuseLockedDelete(context, id, { what, open: true, unlock: "" });
    await end(context, { projectId, branchId });
  },
};

/** A branch that is gone has no schedule any more. */
async function end(context: LifecycleContext, at: { projectId: string; branchId: string }): Promise<void> {
  await unlessGone(() => context.api.setSnapshotSchedule(at.projectId, at.branchId, []));
}

function requested({ schedule }: SnapshotScheduleDeclared): BackupScheduleItem[] {
  return schedule.map(({ retentionSeconds, ...entry }) => defined({ ...entry, retention_seconds: retentionSeconds }));
}

function observed(schedule: readonly BackupScheduleItem[]): Values[] {
  return schedule.map(({ retention_seconds: retentionSeconds, ...entry }) => defined({ ...entry, retentionSeconds }));
}

function outputsOf(declared: SnapshotScheduleDeclared): Values {
  return { projectId: declared.projectId, branchId: declared.branchId, declared };
}
