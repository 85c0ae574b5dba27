import type { ProjectListItem } from "@neondatabase/api-client";
import { systemClock } from "../../provider/api";
import { FleetError, type TenantSpec } from "../config";
import { createEngine } from "../engine/createEngine";
import type { StackEngine } from "../engine/stackEngine";
import { type LearnedTenant, observe } from "../observe";
import type { OpenFleet } from "../openFleet";
import { type ConsentClass, loweredQuotas, type Plan, type PlanEntry } from "../plan";
import { applyTenant, type RunShared, type WorkEntry } from "../run/applyTenant";
import { CircuitBreaker } from "../run/circuitBreaker";
import type { FleetEvent, TenantOutcome } from "../run/events";
import { OperationFollower } from "../run/operationFollower";
import { isWork, outcomeOf, settledState } from "../run/outcomes";
import { runFleet, settled } from "../run/runFleet";
import { settleUnready, unreadyTenants } from "../run/settleUnready";
import { isYoung } from "../run/youngProject";
import { checkQuotaUse } from "./checkQuotaUse";
import { checkRevision } from "./checkRevision";
import { fleetApis } from "./fleetApis";
import { planFrom, type PlanOptions } from "./planTenants";
import { requireConsent } from "./requireConsent";

export interface ApplyOptions extends PlanOptions {
  /** Stacks in flight. Default 4. */
  concurrency?: number;
  /**
   * Classes of changes that hurt and are made all the same; default none. Where the plan holds one that is not listed, the run ends with
   * `FLEET_CONSENT_MISSING` before it changes anything.
   */
  allow?: readonly ConsentClass[];
  /** Apply although the fleet was last applied from a newer checkout. Default false. */
  rollback?: boolean;
  /** How long an organization that does not answer is waited for, in seconds. Default 900. */
  outageSeconds?: number;
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
  const planned = planFrom(open, observation, options);
  if (planned.stop) throw new FleetError(planned.stop.code, planned.stop.reason, { hint: planned.stop.wayOut });
  const unready = unreadyTenants(open, planned, observation.learned);
  const workOf = ({ entries }: Plan) => entries.filter((entry) => isWork(entry) || unready.has(entry.tenant));
  const names = workOf(planned).map(({ tenant }) => tenant);
  if (names.length > 0 && !options.rollback) checkRevision(open, names);
  const plan = await consentedPlan(open, planned, options.allow);
  const work = workOf(plan);
  const concurrency = options.concurrency ?? 4;
  const { engineKind: kind, log } = options;
  const engine =
    options.engine ??
    (work.length > 0 ? await createEngine(open, { concurrency, writes: true, log, kind }) : undefined);
  learn(open, observation.learned);
  try {
    const shared = engine && sharedOf(open, engine, work, options);
    const outcomes = await runFleet(
      plan.entries,
      async (entry) => {
        if (shared && isComplete(entry)) {
          if (isWork(entry)) return applyTenant(entry, shared);
          const since = unready.get(entry.tenant);
          if (since !== undefined) return settleUnready(entry, since, shared);
        }
        return settled(outcomeOf(entry, settledState(entry)));
      },
      (entry) => outcomeOf(entry, settledState(entry)),
      { concurrency, signal: options.signal },
    );
    return { plan, outcomes, interrupted: options.signal?.aborted ?? false, seconds: (Date.now() - began) / 1000 };
  } finally {
    if (!options.engine) await engine?.close();
  }
}

/** The plan, once everything in it that hurts was allowed. What is used of a quota need not be asked for where its end is allowed. */
async function consentedPlan(open: OpenFleet, planned: Plan, allow: readonly ConsentClass[] = []): Promise<Plan> {
  const asks = !allow.includes("maySuspend") && loweredQuotas(planned).length > 0;
  const plan = asks ? await checkQuotaUse(planned, fleetApis(open).ofTenant) : planned;
  requireConsent(plan, allow);
  return plan;
}

function isComplete(entry: PlanEntry): entry is WorkEntry {
  return entry.spec !== undefined && entry.hash !== undefined;
}

/** What another door applied is taken over into the ledger, so that the next run need not open the checkpoint. */
function learn(open: OpenFleet, learned: readonly LearnedTenant[]): void {
  for (const known of learned) {
    const { madeAtMs, ...rest } = known;
    const young = isYoung(madeAtMs);
    const at = new Date(young ? madeAtMs : Date.now()).toISOString();
    open.ledger.append({ ...rest, status: young ? "waiting" : "applied", at, by: "another door" });
  }
}

function sharedOf(open: OpenFleet, engine: StackEngine, work: readonly PlanEntry[], options: ApplyOptions): RunShared {
  const emit = options.onEvent ?? (() => undefined);
  const { ofOrganization, ofTenant } = fleetApis(open);
  return {
    open,
    engine,
    emit,
    apiOf: ofTenant,
    follower: new OperationFollower(systemClock),
    breaker: new CircuitBreaker({
      clock: systemClock,
      probe: (organization) => ofOrganization(organization).listRegions(),
      outageMs: options.outageSeconds === undefined ? undefined : options.outageSeconds * 1000,
      onNote: (note) => emit({ type: "note", tenant: "", note, at: new Date().toISOString() }),
    }),
    projectsOf: projectLists(open, work, ofTenant),
  };
}

const projectsPerPage = 400;

/** One list of all projects per organization, made when it is first needed, where it costs fewer calls than a search per create. */
function projectLists(
  open: OpenFleet,
  work: readonly PlanEntry[],
  apiOf: (spec: TenantSpec) => { listProjects(): Promise<ProjectListItem[]> },
): RunShared["projectsOf"] {
  const creates = work.filter(({ action }) => action === "create").length;
  const pages = Math.ceil((open.ledger.all().length + 1) / projectsPerPage);
  if (creates <= pages) return undefined;
  const lists = new Map<string, Promise<ProjectListItem[]>>();
  return (spec) => {
    const key = spec.organization ?? "";
    const known = lists.get(key);
    if (known) return known;
    const list = apiOf(spec).listProjects();
    lists.set(key, list);
    // A list that failed must not fail every tenant after it.
    list.catch(() => lists.delete(key));
    return list;
  };
}
