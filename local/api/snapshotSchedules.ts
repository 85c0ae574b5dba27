import type { BranchDocument, SnapshotScheduleDocument } from "../store/documents";
import type { ApiContext } from "./context";
import { scheduleDueId } from "./dueIds";
import { nextDue, type ScheduleItem } from "./rules/snapshotSchedule";
import { insertSnapshot } from "./snapshots";

/** Most snapshots that one entry of a schedule makes up for after the server was down; the newest ones are made. */
const maxMissed = 100;

/** Replaces the backup schedule of a branch; an empty one is none. */
export function setSchedule(context: ApiContext, branch: BranchDocument, items: ScheduleItem[]): void {
  removeSchedule(context, branch.id);
  if (items.length === 0) return;
  const schedule: SnapshotScheduleDocument = { branch_id: branch.id, project_id: branch.project_id, items };
  context.store.insert("snapshotSchedule", branch.id, branch.project_id, schedule);
  items.forEach((item, index) => setDue(context, branch.id, index, nextDue(item, context.clock.now())));
}

function setDue({ timetable }: ApiContext, branchId: string, index: number, at: Date): void {
  timetable.set(scheduleDueId(branchId, index), at, { schedule: index, branchId });
}

export function removeSchedule({ store, timetable }: ApiContext, branchId: string): void {
  const schedule = store.get("snapshotSchedule", branchId);
  schedule?.items.forEach((_, index) => timetable.remove(scheduleDueId(branchId, index)));
  store.remove("snapshotSchedule", branchId);
}

/** Makes what one entry of a schedule has due since `firstDue`: one snapshot, or more after the server was down. */
export function performSchedule(context: ApiContext, branchId: string, index: number, firstDue: Date): void {
  const { store, clock } = context;
  const item = store.get("snapshotSchedule", branchId)?.items[index];
  const branch = store.get("branch", branchId);
  if (!item || !branch) return;
  const now = clock.now();
  setDue(context, branchId, index, nextDue(item, now));
  if (branch.state === "init") return;
  for (const at of timesToMake(item, firstDue, now)) {
    insertSnapshot(context, branch, {
      name: `${branch.name} ${item.frequency} ${at.toISOString()}`,
      manual: false,
      createdAt: at,
      expiresAt: expiryOf(item, at),
    });
  }
}

/** Everything due up to now that would still be kept. */
export function timesToMake(item: ScheduleItem, firstDue: Date, now: Date): Date[] {
  const times: Date[] = [];
  for (let at = firstDue; at.getTime() <= now.getTime(); at = nextDue(item, at)) {
    const expiresAt = expiryOf(item, at);
    if (!expiresAt || expiresAt.getTime() > now.getTime()) times.push(at);
  }
  return times.slice(-maxMissed);
}

function expiryOf({ retention_seconds }: ScheduleItem, at: Date): Date | undefined {
  return retention_seconds === undefined ? undefined : new Date(at.getTime() + retention_seconds * 1000);
}
