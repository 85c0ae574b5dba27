import { resolveTenant, type Fleet, type TenantSpec } from "../config";
import { countActions, countClasses } from "./counts";
import type { KnownTenant, ObservedTenant, Plan, PlanEntry, PlanReason, PlanStop } from "./plan";
import { caseRefusal, refusalOf } from "./refusal";
import { specChanges } from "./specChanges";
import { specHash } from "./specHash";

export interface PlanInput {
  fleet: Fleet;
  /** What was applied, from the ledger. */
  ledger: readonly KnownTenant[];
  /** Every checkpoint of the fleet that exists in the backend now. */
  observed: readonly ObservedTenant[];
  /** Version of the program that would apply; a tenant that another version applied is updated. */
  programVersion: string;
  /** Go on although the file lost many known tenants. Default false. */
  allowUnlisted?: boolean;
}

/** Above this part of the known tenants, a loss is taken for an accident with the file. */
const toleratedLoss = 0.05;

/**
 * What an apply would do for every tenant. Pure; it never proposes to destroy anything.
 *
 * A tenant is unchanged only if its hash agrees with the ledger and its checkpoint is the one that the ledger remembers. Known tenants that
 * the file no longer lists are `unlisted` and left alone. A file that lost more than one tenant and more than 5 % of the known ones sets
 * `stop`: one removed entry is a decision in a small fleet too, and it destroys nothing; several at once are more likely a broken file.
 */
export function planFleet(input: PlanInput): Plan {
  const { fleet, programVersion } = input;
  const ledger = new Map(input.ledger.map((known) => [known.tenant, known]));
  const observed = new Map(input.observed.map((seen) => [seen.tenant, seen]));
  const missing = [...new Set([...ledger.keys(), ...observed.keys()])]
    .filter((key) => !fleet.tenants.has(key))
    .toSorted();
  const twins = new Map(missing.map((key) => [key.toLowerCase(), key]));

  const entries = [...fleet.tenants.keys()].map((key) => {
    const spec = resolveTenant(fleet, key);
    return planListed(spec, programVersion, ledger.get(key), observed.get(key), twins.get(key.toLowerCase()));
  });
  entries.push(...missing.map((key) => planMissing(key, fleet, ledger.get(key))));

  const stop =
    input.allowUnlisted === true
      ? undefined
      : lossStop(fleet, entries, new Set([...ledger.keys(), ...observed.keys()]));
  return { entries, actions: countActions(entries), classes: countClasses(entries), ...(stop && { stop }) };
}

function planListed(
  spec: TenantSpec,
  programVersion: string,
  known: KnownTenant | undefined,
  seen: ObservedTenant | undefined,
  twin: string | undefined,
): PlanEntry {
  const { tenant } = spec;
  const hash = specHash(spec, programVersion);
  const reasons = reasonsOf(hash, spec, programVersion, known, seen);
  const isChanged = reasons.includes("specChanged") && known?.spec !== undefined && spec.departed === undefined;
  const changes = isChanged ? specChanges(known.spec!, spec) : [];
  const refusals = changes.filter((change) => change.class === "refused").map((change) => refusalOf(tenant, change));
  if (twin !== undefined) refusals.push(caseRefusal(tenant, twin));
  const entry: PlanEntry = {
    tenant,
    action: reasons.length === 0 ? "unchanged" : isNew(known, seen) ? "create" : "update",
    spec,
    hash,
    projectId: known?.projectId,
    reasons,
    changes,
    refusals,
  };
  if (spec.departed !== undefined) return { ...entry, action: "departed", reasons: [], refusals: [] };
  return refusals.length > 0 ? { ...entry, action: "refused" } : entry;
}

/** Without a checkpoint and without a project in the ledger there is nothing yet that an update could be of. */
function isNew(known: KnownTenant | undefined, seen: ObservedTenant | undefined): boolean {
  return seen === undefined && known?.projectId === undefined;
}

function reasonsOf(
  hash: string,
  spec: TenantSpec,
  programVersion: string,
  known: KnownTenant | undefined,
  seen: ObservedTenant | undefined,
): PlanReason[] {
  if (known === undefined) return [seen === undefined ? "new" : "notInLedger"];
  const reasons: PlanReason[] = [];
  const asApplied = known.programVersion === programVersion ? hash : specHash(spec, known.programVersion);
  if (asApplied !== known.hash) reasons.push("specChanged");
  if (known.programVersion !== programVersion) reasons.push("programChanged");
  if (seen === undefined) reasons.push("checkpointMissing");
  // A ledger without a fingerprint has not seen the checkpoint either, and what nobody saw is never equal.
  else if (known.fingerprint !== seen.fingerprint) reasons.push("checkpointChanged");
  return reasons;
}

function planMissing(tenant: string, fleet: Fleet, known: KnownTenant | undefined): PlanEntry {
  const action = fleet.facts.get(tenant)?.departed === undefined ? "unlisted" : "departed";
  return { tenant, action, projectId: known?.projectId, reasons: [], changes: [], refusals: [] };
}

function lossStop(fleet: Fleet, entries: readonly PlanEntry[], everKnown: ReadonlySet<string>): PlanStop | undefined {
  const known = [...everKnown].filter((key) => fleet.facts.get(key)?.departed === undefined).length;
  const lost = entries.filter((entry) => entry.action === "unlisted").length;
  if (lost <= 1 || lost <= known * toleratedLoss) return undefined;
  return {
    code: "FLEET_TENANTS_LOST",
    reason: `${fleet.file} no longer lists ${lost} of the ${known} known tenants`,
    wayOut:
      "Check that the file is complete; if it is, run the command again with --allow-unlisted. Nothing was called.",
    lost,
    known,
  };
}
