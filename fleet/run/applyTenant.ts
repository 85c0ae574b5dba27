import type { ProjectListItem } from "@neondatabase/api-client";
import type { NeonApi } from "../../provider/api";
import type { TenantSpec } from "../config";
import { holdsResources, madeAtMs, projectOf } from "../engine/checkpoint";
import type { StackEngine, StackOperation } from "../engine/stackEngine";
import type { OpenFleet } from "../openFleet";
import type { PlanEntry } from "../plan";
import type { CircuitBreaker } from "./circuitBreaker";
import type { FleetEvent, TenantOutcome } from "./events";
import { failureOf } from "./failureOf";
import type { OperationFollower } from "./operationFollower";
import { createdOutcome, outcomeOf } from "./outcomes";
import { isYoung } from "./youngProject";
import { type Running, settled } from "./runFleet";
import { runTenant } from "./runTenant";
import { tenantApi } from "./tenantApi";

/** What all tenants of one run share. */
export interface RunShared {
  open: OpenFleet;
  engine: StackEngine;
  follower: OperationFollower;
  breaker: CircuitBreaker;
  /** Every project of an organization, listed once per run; undefined where a search per create is cheaper. */
  projectsOf?: (spec: TenantSpec) => Promise<readonly ProjectListItem[]>;
  /** The Neon API of a tenant's organization, under the run's one rate limit. */
  apiOf: (spec: TenantSpec) => NeonApi;
  emit: (event: FleetEvent) => void;
}

/** An entry whose work is to run the engine, with what the plan resolved. */
export type WorkEntry = PlanEntry & { spec: TenantSpec; hash: string };

interface Deferred {
  api: NeonApi;
  projectId: string;
  since: number;
}

/**
 * Brings one tenant to its entry. The slot of the run is free when the engine has ended; where the tenant's graph is the one POST, Neon's
 * operations are followed after that, without an engine process. A failure among them that an earlier run left is healed at once, if
 * `heals` (default true).
 */
export async function applyTenant(
  entry: WorkEntry,
  shared: RunShared,
  { heals = true } = {},
): Promise<Running<TenantOutcome>> {
  const { open, emit, breaker } = shared;
  const { tenant, spec } = entry;
  const organization = spec.organization ?? "";
  const began = Date.now();
  const seconds = () => (Date.now() - began) / 1000;
  const end = (outcome: TenantOutcome): TenantOutcome => {
    breaker.report(organization, outcome.error?.code);
    emit({ type: "ended", tenant, outcome, at: now() });
    return outcome;
  };
  const fail = (error: unknown): TenantOutcome => {
    const failure = failureOf(error);
    const projectId = projectIdIn(open, tenant) ?? entry.projectId;
    open.ledger.append({
      ...recordOf(entry, open),
      hash: undefined,
      status: "failed",
      at: now(),
      error: failure.code,
      projectId,
    });
    return end({ ...outcomeOf(entry, "failed"), projectId, error: failure, seconds: seconds() });
  };
  /** The tenant stays recorded as waiting where it is not known how Neon's operations ended: the next run follows them again. */
  const failFollowing = (error: unknown): TenantOutcome => {
    const failure = failureOf(error);
    if (failure.code === "NEON_OPERATION_FAILED") return fail(error);
    return end({
      ...outcomeOf(entry, "failed"),
      projectId: projectIdIn(open, tenant),
      error: failure,
      seconds: seconds(),
    });
  };
  try {
    await breaker.admit(organization);
  } catch (error) {
    return settled({ ...outcomeOf(entry, "skipped"), error: failureOf(error) });
  }
  emit({ type: "started", tenant, action: entry.action, at: now() });
  try {
    const before = open.ledger.get(tenant)?.status;
    const { operation, deferred } = prepare(entry, shared);
    const onNote = (note: string) => emit({ type: "note", tenant, note, at: now() });
    const { changes } = await runTenant(operation, { engine: shared.engine, checkpoints: open.checkpoints, onNote });
    // A create or update by the provider has waited for what was under way; a failure that was recorded stands in the state until one did.
    const isSettled =
      before === "applied" || before === "failed" || deferred.waited === true || (changes.update ?? 0) > 0;
    const unready = deferred.current ?? (isSettled ? undefined : leftUnready(entry, shared));
    const projectId = recordApplied(entry, open, unready ? "waiting" : "applied");
    const outcome = () => end({ ...createdOutcome(entry, changes), projectId, seconds: seconds() });
    if (!unready) return settled(outcome());
    const heal = async (error: unknown): Promise<TenantOutcome> => {
      if (deferred.current || !heals || failureOf(error).code !== "NEON_OPERATION_FAILED") return failFollowing(error);
      onNote(`an earlier run left it unready: ${failureOf(error).message}`);
      return (await applyTenant({ ...entry, action: "update" }, shared, { heals: false })).outcome;
    };
    return { outcome: followTenant(entry, unready, shared).then(outcome, heal) };
  } catch (error) {
    return settled(fail(error));
  }
}

/** Follows the operations of a project that is there, and records that it is ready; where one failed, the state says so afterwards. */
export async function followTenant(
  entry: WorkEntry,
  { api, projectId, since }: Deferred,
  shared: RunShared,
): Promise<void> {
  const { tenant } = entry;
  try {
    await shared.follower.follow({ tenant, api, projectId, since });
  } catch (error) {
    const failure = failureOf(error);
    if (failure.code === "NEON_OPERATION_FAILED") await markUnready(entry, failure.message, shared);
    throw error;
  }
  recordApplied(entry, shared.open, "applied");
}

/** Puts the failure where a waiting provider would have put it: into the state, so that any door's next `up` heals it. */
async function markUnready(entry: WorkEntry, reason: string, { open, engine }: RunShared): Promise<void> {
  const operation: StackOperation = { ...operationOf(entry, open), verb: "refresh", unreadyReasons: [reason] };
  // The engine reports what it was told to store as the failure that it is.
  await runTenant(operation, { engine, checkpoints: open.checkpoints }).catch(() => undefined);
}

/** What became of the create of a run. */
interface Sent {
  /** Its operations are the driver's to follow. */
  current?: Deferred;
  /** It was sent, and the provider waited for it. */
  waited?: boolean;
}

/** A young project that was in the state already: a run that was cut off made it, and nobody knows whether Neon has ended since. */
function leftUnready({ tenant, spec }: WorkEntry, { open, engine, apiOf }: RunShared): Deferred | undefined {
  const checkpoint = open.checkpoints.read(tenant);
  const since = checkpoint && madeAtMs(checkpoint);
  const projectId = checkpoint && projectOf(checkpoint)?.id;
  if (engine.name !== "direct" || projectId === undefined || !isYoung(since)) return undefined;
  return { api: apiOf(spec), projectId, since };
}

function prepare(entry: WorkEntry, shared: RunShared): { operation: StackOperation; deferred: Sent } {
  const { open, emit, projectsOf } = shared;
  const { tenant, spec } = entry;
  const deferred: Sent = {};
  const attemptedAt = attemptOf(open, tenant);
  const operation: StackOperation = {
    ...operationOf(entry, open),
    attemptedAt,
    onLine: (line) => emit({ type: "line", tenant, line, at: now() }),
    wrapApi: (api) =>
      tenantApi(api, {
        projects: attemptedAt === undefined && projectsOf ? () => projectsOf(spec) : undefined,
        beforeCreate: () => {
          deferred.waited = !isOnePost(spec);
          open.ledger.append({ tenant, by: open.by, status: "attempt", at: now() });
        },
        defer: isOnePost(spec) ? (following) => (deferred.current = { ...following, since: Date.now() }) : undefined,
      }),
  };
  // Healing clears the pending create: where only the state knew of it, a run that is killed after that must still look for what it made.
  if (attemptedAt !== undefined && open.ledger.get(tenant)?.status !== "attempt")
    open.ledger.append({ tenant, by: open.by, status: "attempt", at: attemptedAt });
  // An engine that cannot be told when the POST is sent has to be believed to send it at once.
  if (shared.engine.name === "stock") open.ledger.append({ tenant, by: open.by, status: "attempt", at: now() });
  return { operation, deferred };
}

function operationOf({ spec, hash }: WorkEntry, open: OpenFleet): StackOperation {
  const mark = { hash, revision: open.revision, version: open.programVersion };
  return { verb: "up", spec, fleet: open.fleet.fleet, mark };
}

/** The project is all there is: nothing in the program waits for it to be ready. */
function isOnePost({ databases, roles, appRoles, replicas, protectedBranch }: TenantSpec): boolean {
  return protectedBranch !== true && [databases, roles, appRoles, replicas].every((list) => list.length === 0);
}

/** When a run that was cut off may have sent a create; undefined where none did, or its answer is in the state. */
function attemptOf({ ledger, checkpoints }: OpenFleet, tenant: string): string | undefined {
  const record = ledger.get(tenant);
  if (record?.status === "attempt") return record.at;
  const checkpoint = checkpoints.read(tenant);
  if (!checkpoint) return undefined;
  if (checkpoint.isTorn || checkpoint.pendingOperations.some(({ type }) => type === "creating")) return now();
  // An engine whose driver was killed forgets what it was creating: what it began and nobody recorded the end of may have been sent.
  const isBegun = checkpoint.resources.length > 0 && !holdsResources(checkpoint);
  const writtenAtMs = isBegun ? checkpoints.writtenAtMs(tenant) : undefined;
  if (writtenAtMs === undefined || (record && Date.parse(record.at) >= writtenAtMs)) return undefined;
  return new Date(writtenAtMs).toISOString();
}

function recordOf({ tenant, hash, spec }: WorkEntry, open: OpenFleet) {
  return { tenant, by: open.by, hash, programVersion: open.programVersion, revision: open.revision, spec };
}

function recordApplied(entry: WorkEntry, open: OpenFleet, status: "applied" | "waiting"): string | undefined {
  const checkpoint = open.checkpoints.read(entry.tenant);
  const projectId = (checkpoint?.outputs.projectId as string | undefined) ?? entry.projectId;
  open.ledger.append({ ...recordOf(entry, open), status, at: now(), fingerprint: checkpoint?.fingerprint, projectId });
  return projectId;
}

function projectIdIn(open: OpenFleet, tenant: string): string | undefined {
  const checkpoint = open.checkpoints.read(tenant);
  return checkpoint && projectOf(checkpoint)?.id;
}

function now(): string {
  return new Date().toISOString();
}
