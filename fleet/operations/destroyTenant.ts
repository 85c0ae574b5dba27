import { FleetError, writeFact, type TenantSpec } from "../config";
import { createEngine } from "../engine/createEngine";
import { holdsResources, projectOf } from "../engine/checkpoint";
import type { StackEngine } from "../engine/stackEngine";
import { observe } from "../observe";
import type { OpenFleet } from "../openFleet";
import { specHash } from "../plan";
import { runTenant } from "../run/runTenant";

export interface DestroyOptions {
  /** The tenant's name once more: the consent. */
  confirm: string | undefined;
  onNote?: (note: string) => void;
  log?: (line: string) => void;
  /** Default the fleet's own. */
  engine?: StackEngine;
}

export interface DestroyReport {
  tenant: string;
  /** The project that was deleted; Neon can recover it for seven days. */
  projectId?: string;
  /** The entry says `retainOnDelete`: the project is still at Neon with all its data, and no longer managed. */
  isRetained: boolean;
}

/**
 * Destroys one customer's database, or with `retainOnDelete` ends its management only, on purpose: writes the fact (`departed`, no protection) beside the fleet file first, takes both locks
 * off in an `up` of its own, then destroys. Killed in between, the same command goes on; `apply` never makes a departed tenant again.
 */
export async function destroyTenant(open: OpenFleet, tenant: string, options: DestroyOptions): Promise<DestroyReport> {
  const { spec, projectId, exists } = target(open, tenant);
  if (options.confirm !== tenant) {
    throw new FleetError("FLEET_CONSENT_MISSING", effectText({ spec, projectId }), {
      hint: `Nothing was changed. To go on: --confirm ${tenant}`,
    });
  }
  const engine = exists
    ? (options.engine ?? (await createEngine(open, { concurrency: 1, writes: true, log: options.log })))
    : undefined;
  const at = new Date().toISOString();
  writeFact(open.home.file, tenant, { protection: false, departed: spec.departed ?? { at, by: open.by } });
  if (engine) {
    try {
      await unlockAndDestroy(open, { ...spec, protection: false, departed: undefined }, engine, options);
    } finally {
      if (!options.engine) await engine.close();
    }
  }
  open.ledger.append({ tenant, status: "destroyed", at: new Date().toISOString(), by: open.by, projectId });
  return { tenant, projectId, isRetained: projectId !== undefined && spec.retainOnDelete === true };
}

async function unlockAndDestroy(
  open: OpenFleet,
  spec: TenantSpec,
  engine: StackEngine,
  { onNote }: DestroyOptions,
): Promise<void> {
  const mark = { hash: specHash(spec, open.programVersion), revision: open.revision, version: open.programVersion };
  const operation = { spec, mark, fleet: open.fleet.fleet };
  const run = { engine, checkpoints: open.checkpoints, onNote };
  if (locked(open, spec)) {
    onNote?.("taking the protection off");
    await runTenant({ ...operation, verb: "up" }, run).catch((error: unknown) => {
      // A project that never became ready fails every `up`, and is unlocked by it all the same.
      if (locked(open, spec)) throw error;
    });
  }
  onNote?.("destroying");
  await runTenant({ ...operation, verb: "destroy" }, run);
}

/**
 * The state does not yet allow what the entry asks for: to delete the project, or to keep it. Unknown (another kind of backend) counts as
 * locked: the `up` then changes nothing.
 */
function locked(open: OpenFleet, { tenant, retainOnDelete = false }: TenantSpec): boolean {
  const checkpoint = open.checkpoints.read(tenant);
  if (!checkpoint || checkpoint.resources.some(({ protect }) => protect === true)) return true;
  // Everything else in the stack goes with the project.
  const project = projectOf(checkpoint);
  const declared = project?.outputs?.declared as { deletionProtection?: boolean } | undefined;
  if ((project?.retainOnDelete ?? false) !== retainOnDelete) return true;
  return !retainOnDelete && declared?.deletionProtection !== false;
}

/** What a destroy does, as a person is asked for consent to it. */
export function destroyText(open: OpenFleet, tenant: string): string {
  return effectText(target(open, tenant));
}

function effectText({ spec, projectId = "(none yet)" }: Pick<ReturnType<typeof target>, "spec" | "projectId">): string {
  const { tenant, retainOnDelete } = spec;
  if (!retainOnDelete) return `destroying ${tenant} deletes project ${projectId} with all its data`;
  return `destroying ${tenant} ends the management of project ${projectId}, which stays at Neon with all its data`;
}

function target(open: OpenFleet, tenant: string): { spec: TenantSpec; projectId?: string; exists: boolean } {
  const known = observe(open).known.find((candidate) => candidate.tenant === tenant);
  const spec = open.specs.get(tenant) ?? known?.spec;
  if (!spec) {
    throw new FleetError(
      "FLEET_TENANT_UNKNOWN",
      `there is no tenant ${tenant} in ${open.home.file}, and none is known by that name`,
      {
        hint: "neon-tenants list shows all of them.",
      },
    );
  }
  const checkpoint = open.checkpoints.read(tenant);
  const exists = open.checkpoints.readable
    ? checkpoint !== undefined && holdsResources(checkpoint)
    : known !== undefined;
  return { spec, projectId: known?.projectId, exists };
}
