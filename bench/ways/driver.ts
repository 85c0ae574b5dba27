import path from "node:path";
import pLimit from "p-limit";
import { applyFleet, destroyTenant, openFleet, specHash, type OpenFleet, type StackEngine } from "../../fleet";
import { createEngine } from "../../fleet/engine/createEngine";
import { runTenant } from "../../fleet/run/runTenant";
import { checkChanges, type Job } from "./job";

/** The driver as its users call it; the phases that no command has yet go to the engine, tenant by tenant. */
export async function runDriver(job: Job, kind: StackEngine["name"]): Promise<void> {
  const open = openFleet({ file: job.fleetFile, cwd: path.dirname(job.fleetFile) });
  const { phase } = job;
  if (phase === "create" || phase === "noChange" || phase === "oneChange") return apply(open, job, kind);
  const engine = await createEngine(open, { concurrency: job.concurrency, writes: true, kind });
  try {
    const run = (tenant: string) =>
      phase === "destroy" ? destroy(open, tenant, engine) : askEngine(open, tenant, engine, phase);
    const limit = pLimit(job.concurrency);
    const outcomes = await Promise.all(
      [...open.specs.keys()].map((tenant) => limit(() => run(tenant).then(() => undefined, String))),
    );
    const failures = outcomes.filter((outcome) => outcome !== undefined);
    if (failures.length > 0) throw new Error(`${phase}: ${failures.join("; ")}`);
  } finally {
    await engine.close();
  }
}

const wanted = { create: "created", noChange: "unchanged", oneChange: "updated" } as const;

async function apply(open: OpenFleet, { phase, concurrency }: Job, engineKind: StackEngine["name"]): Promise<void> {
  const said: string[] = [];
  const { outcomes } = await applyFleet(open, { concurrency, engineKind, log: (line) => said.push(line) });
  for (const { tenant, state, changes, error } of outcomes) {
    if (state !== wanted[phase as keyof typeof wanted]) {
      throw new Error(`${phase} of ${tenant}: ${state}, ${error?.message ?? "without an error"}`);
    }
    checkChanges(tenant, phase, changes);
  }
  // A figure under the name of one engine must not come from the other.
  if (engineKind === "direct" && said.some((line) => line.startsWith("engine: stock")))
    throw new Error(said.join("\n"));
}

async function destroy(open: OpenFleet, tenant: string, engine: StackEngine): Promise<void> {
  await destroyTenant(open, tenant, { confirm: tenant, engine });
}

async function askEngine(
  open: OpenFleet,
  tenant: string,
  engine: StackEngine,
  phase: "engineNoChange" | "refresh",
): Promise<void> {
  const spec = open.specs.get(tenant);
  if (!spec) throw new Error(`there is no tenant ${tenant}`);
  const mark = { hash: specHash(spec, open.programVersion), revision: open.revision, version: open.programVersion };
  const operation = { spec, mark, fleet: open.fleet.fleet, verb: phase === "refresh" ? "refresh" : "up" } as const;
  const { changes } = await runTenant(operation, { engine, checkpoints: open.checkpoints });
  checkChanges(tenant, phase, changes);
}
