import { createEngine } from "../engine/createEngine";
import { StackError } from "../engine/stackError";
import type { StackEngine, StackOperation } from "../engine/stackEngine";
import { FleetError } from "../config";
import type { LedgerRecord } from "../ledger/ledger";
import { observe } from "../observe";
import type { OpenFleet } from "../openFleet";
import type { Plan, PlanEntry } from "../plan";
import type { FleetEvent, TenantOutcome } from "../run/events";
import { runFleet } from "../run/runFleet";
import { runTenant } from "../run/runTenant";
import { planFrom, type PlanOptions } from "./planTenants";

export interface ApplyOptions extends PlanOptions {
  /** Stacks in flight. Default 4. */
  concurrency?: number;
  onEvent?: (event: FleetEvent) => void;
  /** Where the engine set-up says what it does. */
  log?: (line: string) => void;
  /** Aborted once: what is in flight ends, nothing new begins. */
  signal?: AbortSignal;
  /** Default `direct`, and `stock` where the installed SDK does not fit. */
  engineKind?: StackEngine["name"];
  /** Instead of one that is made for this run. */
  engine?: StackEngine;
}

export interface ApplyReport {
  plan: Plan;
  /** One per tenant of the plan, in its order. */
  outcomes: TenantOutcome[];
  interrupted: boolean;
  /** Wall-clock seconds of the whole run. */
  seconds: number;
}

/**
 * Brings every selected tenant to what `tenants.yaml` says. Unchanged ones cost nothing; one that fails stops no other; what the file no
 * longer lists is left alone. Killed at any moment, the same call again ends in the same place.
 */
export async function applyFleet(open: OpenFleet, options: ApplyOptions = {}): Promise<ApplyReport> {
  const began = Date.now();
  const observation = observe(open);
  const plan = planFrom(open, observation, options);
  if (plan.stop) throw new FleetError(plan.stop.code, plan.stop.reason, { hint: plan.stop.wayOut });
  const atWork = plan.entries.some(isWork);
  const concurrency = options.concurrency ?? 4;
  const engine =
    options.engine ??
    (atWork
      ? await createEngine(open, { concurrency, writes: true, log: options.log, kind: options.engineKind })
      : undefined);
  learn(open, observation.learned);
  try {
    const outcomes = await runFleet(
      plan.entries,
      (entry) => applyEntry(open, entry, engine, options),
      (entry) => outcomeOf(entry, isWork(entry) ? "skipped" : settledState(entry)),
      { concurrency, signal: options.signal },
    );
    return { plan, outcomes, interrupted: options.signal?.aborted ?? false, seconds: (Date.now() - began) / 1000 };
  } finally {
    if (!options.engine) await engine?.close();
  }
}

function isWork(entry: PlanEntry): boolean {
  return entry.action === "create" || entry.action === "update";
}

/** What another door applied is taken over into the ledger, so that the next run need not open the checkpoint. */
function learn(open: OpenFleet, learned: readonly { tenant: string }[]): void {
  for (const known of learned) {
    const record: LedgerRecord = { status: "applied", at: new Date().toISOString(), by: "another door", ...known };
    open.ledger.append(record);
  }
}

async function applyEntry(
  open: OpenFleet,
  entry: PlanEntry,
  engine: StackEngine | undefined,
  options: ApplyOptions,
): Promise<TenantOutcome> {
  const { spec, hash, tenant } = entry;
  if (!isWork(entry) || !spec || !hash || !engine) return outcomeOf(entry, settledState(entry));
  const began = Date.now();
  const emit = options.onEvent ?? (() => undefined);
  const record = { tenant, by: open.by, hash, programVersion: open.programVersion, revision: open.revision, spec };
  emit({ type: "started", tenant, action: entry.action, at: now() });
  let outcome: TenantOutcome;
  try {
    open.ledger.append({ tenant, by: open.by, status: "attempt", at: now() });
    const operation: StackOperation = {
      verb: "up",
      spec,
      fleet: open.fleet.fleet,
      mark: { hash, revision: open.revision, version: open.programVersion },
      onLine: (line) => emit({ type: "line", tenant, line, at: now() }),
    };
    const onNote = (note: string) => emit({ type: "note", tenant, note, at: now() });
    const { changes } = await runTenant(operation, { engine, checkpoints: open.checkpoints, onNote });
    const checkpoint = open.checkpoints.read(tenant);
    const projectId = (checkpoint?.outputs.projectId as string | undefined) ?? entry.projectId;
    open.ledger.append({ ...record, status: "applied", at: now(), fingerprint: checkpoint?.fingerprint, projectId });
    const state = entry.action === "create" ? "created" : changed(changes) ? "updated" : "unchanged";
    outcome = { ...outcomeOf(entry, state), projectId, changes, seconds: (Date.now() - began) / 1000 };
  } catch (error) {
    const failure = failureOf(error);
    open.ledger.append({
      ...record,
      hash: undefined,
      status: "failed",
      at: now(),
      error: failure.code,
      projectId: entry.projectId,
    });
    outcome = { ...outcomeOf(entry, "failed"), error: failure, seconds: (Date.now() - began) / 1000 };
  }
  emit({ type: "ended", tenant, outcome, at: now() });
  return outcome;
}

function settledState(entry: PlanEntry): TenantOutcome["state"] {
  return entry.action === "create" || entry.action === "update" ? "skipped" : entry.action;
}

function outcomeOf(entry: PlanEntry, state: TenantOutcome["state"]): TenantOutcome {
  const refusal = entry.refusals[0];
  const error = refusal && { code: refusal.code, message: `${refusal.reason}. ${refusal.wayOut}` };
  const { tenant, spec, projectId } = entry;
  return { tenant, state, plan: spec?.plan, region: spec?.region, projectId, seconds: 0, changes: {}, error };
}

function changed(changes: Record<string, number>): boolean {
  return Object.entries(changes).some(([kind, count]) => kind !== "same" && count > 0);
}

/** The code and sentence of a failure; what the engine printed stays in the event stream. */
export function failureOf(error: unknown): { code: string; message: string } {
  if (error instanceof StackError) return { code: error.code, message: error.message };
  if (error instanceof Error && "code" in error && typeof error.code === "string") {
    return { code: error.code, message: error.message };
  }
  return { code: "FLEET_UNEXPECTED", message: error instanceof Error ? error.message : String(error) };
}

function now(): string {
  return new Date().toISOString();
}
