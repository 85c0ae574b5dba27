import { setTimeout as sleep } from "node:timers/promises";
import type { Checkpoint, CheckpointStore } from "../engine/checkpoint";
import { StackError } from "../engine/stackError";
import type { StackEngine, StackOperation, StackResult } from "../engine/stackEngine";
import { lockState, thisMachine, type Processes } from "./locks";

export interface RunTenantOptions {
  engine: StackEngine;
  checkpoints: CheckpointStore;
  /** Says what is waited for or healed. */
  onNote?: (note: string) => void;
  /** How long to wait for a living engine process of this machine, in milliseconds. Default 120,000. */
  lockWaitMs?: number;
  processes?: Processes;
}

const pollMs = 250;
/** The file backend writes a checkpoint in place: a read beside the last write of a dying engine finds half of it. */
const torn = /failed to load checkpoint: (EOF|unexpected)/;
const tornTries = 8;

/**
 * One stack operation that heals what a killed run or a full disk left: a state that was cut off is taken from the engine's copy of the
 * one before, a lock of a dead process is removed, a living one of this machine is waited for
 * (a killed driver's engine goes on to its end), and pending creates are cleared, so that `create` looks for what it made.
 */
export async function runTenant(operation: StackOperation, options: RunTenantOptions): Promise<StackResult> {
  const deadline = Date.now() + (options.lockWaitMs ?? 120_000);
  for (let tries = 1; ; tries++) {
    try {
      await clearPending(operation, options);
      const result = await options.engine.run(operation);
      // The engine calls an operation well even if its last state could not be written.
      if (options.checkpoints.read(operation.spec.tenant)?.isTorn) throw cutOff(operation.spec.tenant);
      return result;
    } catch (error) {
      if (error instanceof StackError && torn.test(error.message) && tries < tornTries) {
        await sleep(pollMs * tries);
        continue;
      }
      if (!(error instanceof StackError) || error.kind !== "locked") throw error;
      await releaseLock(error, operation, options, deadline);
    }
  }
}

function cutOff(tenant: string): StackError {
  const sentence = `the state of ${tenant} could not be written whole: is there space left on the disk? Run the same command again when there is`;
  return new StackError("failed", "FLEET_STATE_TORN", sentence, "");
}

/** The stack's checkpoint, whole where it can be. */
function mended(
  tenant: string,
  { checkpoints, onNote, processes = thisMachine }: RunTenantOptions,
): Checkpoint | undefined {
  const checkpoint = checkpoints.read(tenant);
  if (!checkpoint?.isTorn) return checkpoint;
  const locks = checkpoints.locks(tenant);
  // Somebody may be writing it at this moment.
  if (locks.length > 0 && lockState(locks, processes) !== "dead") return undefined;
  if (!checkpoints.mend(tenant)) {
    const sentence = `the state of ${tenant} was cut off, and there is no whole copy of the one before beside it; older ones lie in the backend's .pulumi/history and .pulumi/backups`;
    throw new StackError("failed", "FLEET_STATE_TORN", sentence, "", []);
  }
  onNote?.("its state was cut off by a full disk or a crash: going on from the one before");
  return checkpoints.read(tenant);
}

async function clearPending(operation: StackOperation, options: RunTenantOptions): Promise<void> {
  const { engine, onNote } = options;
  const pending = mended(operation.spec.tenant, options)?.pendingOperations ?? [];
  if (pending.length === 0 || operation.clearPendingCreates) return;
  onNote?.(`a run that was killed left ${pending.length} operation(s) pending: refreshing first`);
  await engine.run({ ...operation, verb: "refresh", clearPendingCreates: true });
}

async function releaseLock(
  error: StackError,
  operation: StackOperation,
  { engine, onNote, processes = thisMachine }: RunTenantOptions,
  deadline: number,
): Promise<void> {
  const state = lockState(error.locks, processes);
  const pids = error.locks.map((lock) => lock.pid).join(", ");
  if (state === "elsewhere") {
    const hint = `If that run is gone: neon-tenants unlock ${operation.spec.tenant}`;
    throw new StackError("locked", error.code, `${error.message}. ${hint}`, error.output, error.locks, {
      cause: error,
    });
  }
  if (state === "dead") {
    onNote?.(`the lock belongs to a process that is gone (pid ${pids}): removing it`);
    await engine.cancel(operation.spec.tenant);
    return;
  }
  if (Date.now() > deadline || operation.signal?.aborted) throw error;
  onNote?.(`another run is still at work on this stack (pid ${pids}): waiting for it`);
  while (lockState(error.locks, processes) === "alive" && Date.now() <= deadline && !operation.signal?.aborted)
    await sleep(pollMs);
}
