import type { Branch } from "@neondatabase/api-client";
import type { AnnotatedBranch } from "../../api/neonApi";
import { isRecord, sameValue, type Values } from "../../fields";
import type { LifecycleContext } from "../context";
import { waitForRunning } from "../subResource";

/**
 * Which data a role was applied to, as one list of branches tells it (`listProjectBranches`, which wakes no compute): the branch, and
 * what a restore changes on it. `last_reset_at` says so in words; the parent's id, LSN and time change with a restore too, and are
 * compared because Neon's document does not promise the former for every kind of restore. A change of theirs alone applies the role
 * once more, which changes nothing.
 */
export interface RestoreTrace {
  /** The branch that the inputs name. */
  readonly branchId: string;
  /** True for the default branch: a finalized snapshot restore lets another one take its place, name and computes. */
  readonly followsDefault: boolean;
  /** The branch that holds the data. */
  readonly on: string;
  readonly lastResetAt?: string;
  readonly parentId?: string;
  readonly parentLsn?: string;
  readonly parentTimestamp?: string;
}

/** The trace in the outputs; undefined in a state of an earlier release. */
export function traceIn({ restoreTrace: trace }: Values): RestoreTrace | undefined {
  if (!isRecord(trace) || typeof trace.branchId !== "string" || typeof trace.on !== "string") return undefined;
  return { ...(trace as unknown as RestoreTrace), followsDefault: trace.followsDefault === true };
}

/** The trace of now. `before` remembers that the branch was the default one. */
export function traceOf(
  branches: readonly AnnotatedBranch[],
  branchId: string,
  before: RestoreTrace | undefined,
): RestoreTrace {
  const branch = branchOf(branches, branchId, before);
  const facts = {
    lastResetAt: branch?.last_reset_at,
    parentId: branch?.parent_id,
    parentLsn: branch?.parent_lsn,
    parentTimestamp: branch?.parent_timestamp,
  };
  return {
    branchId,
    followsDefault: isDefault(branches, branchId, before),
    on: branch?.id ?? branchId,
    ...Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)),
  };
}

function isDefault(branches: readonly AnnotatedBranch[], branchId: string, before: RestoreTrace | undefined): boolean {
  if (before?.branchId === branchId) return before.followsDefault;
  return branches.find(({ branch }) => branch.id === branchId)?.branch.default ?? true;
}

function branchOf(
  branches: readonly AnnotatedBranch[],
  branchId: string,
  before: RestoreTrace | undefined,
): Branch | undefined {
  const wanted = isDefault(branches, branchId, before)
    ? branches.find(({ branch }) => branch.default)
    : branches.find(({ branch }) => branch.id === branchId);
  return wanted?.branch;
}

/** True where the data is another one than the role was applied to. A state without a trace tells a restore by its time alone. */
export function wasRestored(before: RestoreTrace | undefined, now: RestoreTrace): boolean {
  if (!before) return now.lastResetAt !== undefined;
  const { branchId: _then, followsDefault: _was, ...applied } = before;
  const { branchId: _now, followsDefault: _is, ...present } = now;
  return !sameValue(applied, present);
}

/** The trace once no restore is on its way: what is applied before its end would be lost with the former data. */
export async function settledTrace(
  context: LifecycleContext,
  projectId: string,
  branchId: string,
  before: RestoreTrace | undefined,
): Promise<RestoreTrace> {
  const branches = await context.api.listBranches(projectId);
  const state = branchOf(branches, branchId, before)?.current_state;
  if (state !== "init" && state !== "resetting") return traceOf(branches, branchId, before);
  await waitForRunning(context, projectId);
  return traceOf(await context.api.listBranches(projectId), branchId, before);
}
