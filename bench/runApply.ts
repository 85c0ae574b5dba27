import path from "node:path";
import type { TenantState } from "../fleet";
import { packageFolder } from "../fleet/packageFolder";
import type { BenchFolder } from "./benchFolder";
import { runAccounted, type Accounted } from "./measure/runAccounted";

export interface Applied extends Accounted {
  /** How many tenants ended in each state. */
  counts: Partial<Record<TenantState, number>>;
  /** Why some failed: sentences, each once. */
  errors: string[];
}

export interface ApplyRun {
  env: NodeJS.ProcessEnv;
  /** Stacks in flight; default the command's own. */
  concurrency?: number;
  signal?: AbortSignal;
}

interface PrintedReport {
  outcomes: { state: TenantState; error?: { code: string; message: string } }[];
}

/** Runs `neon-tenants apply --json` as a user does and takes what it and all that it started used. */
export async function runApply(bench: BenchFolder, { env, concurrency, signal }: ApplyRun): Promise<Applied> {
  const cli = path.join(packageFolder(), "dist", "fleet", "cli", "main.js");
  // The one change goes back and forth, and less history reduces protection.
  const args = [
    "apply",
    "--json",
    "--allow",
    "reducesProtection",
    ...(concurrency === undefined ? [] : ["--concurrency", String(concurrency)]),
  ];
  const used = await runAccounted([process.execPath, cli, ...args], {
    cwd: bench.folder,
    env,
    mode: "account",
    signal,
  });
  signal?.throwIfAborted();
  const { outcomes } = parseReport(used);
  const counts: Applied["counts"] = {};
  for (const { state } of outcomes) counts[state] = (counts[state] ?? 0) + 1;
  const errors = new Set(outcomes.flatMap(({ error }) => (error ? [`${error.code}: ${error.message}`] : [])));
  return { ...used, counts, errors: [...errors] };
}

/** Failed tenants are in the report; a run without one stopped before the first. */
function parseReport({ stdout, stderr, exitCode }: Accounted): PrintedReport {
  try {
    return JSON.parse(stdout) as PrintedReport;
  } catch (cause) {
    throw new Error(`apply ended with ${exitCode} and without a report:\n${stderr}`, { cause });
  }
}
