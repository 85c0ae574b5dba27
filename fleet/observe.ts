import { type Checkpoint, holdsResources, isUnfinished, madeAtMs } from "./engine/checkpoint";
import { completeSpec, type TenantSpec } from "./config";
import type { LedgerRecord } from "./ledger/ledger";
import type { OpenFleet } from "./openFleet";
import type { KnownTenant, ObservedTenant } from "./plan";

/** A tenant that another door applied. */
export interface LearnedTenant extends KnownTenant {
  /** When its project was made, in milliseconds; undefined where the state does not say. */
  madeAtMs?: number;
}

/** What was applied (ledger and checkpoints) and what the backend holds now: the input of a plan. */
export interface Observation {
  known: KnownTenant[];
  observed: ObservedTenant[];
  /** Tenants whose checkpoint says more than the ledger: another door applied them, or the ledger was lost. */
  learned: LearnedTenant[];
}

/**
 * Compares every checkpoint's fingerprint with the ledger and opens only those that differ. Where the backend is not a folder there are no
 * fingerprints: nothing counts as unchanged without asking the engine.
 */
export function observe(open: OpenFleet): Observation {
  const names = new Set([...open.ledger.all().map((record) => record.tenant), ...open.checkpoints.stacks()]);
  const observation: Observation = { known: [], observed: [], learned: [] };
  for (const tenant of names) {
    const record = open.ledger.get(tenant);
    const checkpoint = open.checkpoints.read(tenant, isRecorded(record) ? record?.fingerprint : undefined);
    if (checkpoint === undefined) {
      if (record && record.status !== "destroyed" && (record.hash || !open.checkpoints.readable)) {
        observation.known.push(knownFrom(record));
      }
    } else if (checkpoint === "unchanged") {
      if (record?.fingerprint) observation.observed.push({ tenant, fingerprint: record.fingerprint });
      if (record) observation.known.push(knownFrom(record));
    } else if (holdsResources(checkpoint) || checkpoint.pendingOperations.length > 0) {
      const known = knownFromCheckpoint(tenant, checkpoint, record);
      observation.known.push(known);
      observation.observed.push({ tenant, fingerprint: checkpoint.fingerprint });
      if (known.hash) observation.learned.push({ ...known, madeAtMs: madeAtMs(checkpoint) });
    }
  }
  return observation;
}

/** Its last run recorded a checkpoint. */
function isRecorded(record: LedgerRecord | undefined): boolean {
  return record?.status === "applied" || record?.status === "waiting";
}

function knownFrom(record: LedgerRecord): KnownTenant {
  return {
    tenant: record.tenant,
    hash: isRecorded(record) ? (record.hash ?? "") : "",
    programVersion: record.programVersion ?? "",
    spec: record.spec && completeSpec(record.spec),
    projectId: record.projectId,
    fingerprint: record.fingerprint,
  };
}

/** The stack's own outputs say what was applied; a half-finished one counts as applied by nobody. */
function knownFromCheckpoint(tenant: string, checkpoint: Checkpoint, record: LedgerRecord | undefined): KnownTenant {
  const applied = checkpoint.outputs.applied as { hash?: string; version?: string; entry?: TenantSpec } | undefined;
  const earlier = applied?.entry ?? record?.spec;
  const projectId = checkpoint.outputs.projectId;
  const sound = !isUnfinished(checkpoint) && record?.status !== "failed" && record?.status !== "attempt";
  return {
    tenant,
    hash: sound ? (applied?.hash ?? "") : "",
    programVersion: applied?.version ?? "",
    spec: earlier && completeSpec(earlier),
    projectId: typeof projectId === "string" ? projectId : record?.projectId,
    fingerprint: checkpoint.fingerprint,
  };
}
