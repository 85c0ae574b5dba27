import type { Branch, Operation } from "@neondatabase/api-client";
import { isNeonError, NeonError } from "../../api/errors";
import { outcomeOf } from "../../api/operations";
import { driftOf, isRecord, projectFields, type Values } from "../../fields";
import type { LifecycleContext } from "../context";
import { markIn } from "../mark";
import { defaultBranch, lookUpOutputs, primaryEndpoint, withEndpoint } from "./outputs";
import { observedCompute, observedProject } from "./requests";
import { getProjectOrVanished, isNotFound } from "./vanished";

/** A project brought to rest: its operations over, its outputs complete, and the fields that are not as wanted. */
export interface Settled {
  readonly outputs: Values;
  readonly dirty: readonly string[];
}

const neededOutputs = [
  "branchId",
  "branchName",
  "endpointId",
  "host",
  "pooledHost",
  "databaseName",
  "roleName",
  "rolePassword",
  "directUri",
  "pooledUri",
];

/** True where every output is there that a created project has. */
export function isComplete(outputs: Values): boolean {
  return neededOutputs.every((name) => outputs[name] !== undefined);
}

/**
 * True after a create whose operations were not seen to end well. The engine forgets that with a refresh, and tells no update of it;
 * Neon may take changes of a project that has no data.
 */
export function isUnfinished({ unfinished }: Values): boolean {
  return unfinished === true;
}

/**
 * Finishes what an interrupted create or update began: waits for what is still running, asks for missing outputs, and compares every
 * wanted field with what is there, the primary compute included.
 */
export async function settleProject(
  context: LifecycleContext,
  projectId: string,
  outputs: Values,
  wanted: Values,
): Promise<Settled> {
  const { api } = context;
  const project = await getProjectOrVanished(context, projectId, markIn(outputs));
  const operations = await operationsAtRest(context, projectId);
  const branch = await currentBranch(context, projectId, outputs.branchId);
  if (!isUsable(branch)) await explainUnusable(context, projectId, failuresOf(branch, operations));
  const choice = { databaseName: outputs.databaseName ?? wanted.databaseName, roleName: outputs.roleName };
  const found = isComplete(outputs)
    ? { ...outputs, branchId: branch.id, branchName: branch.name }
    : { ...outputs, ...(await lookUpOutputs(api, project, branch, choice)) };
  const endpoint = isRecord(wanted.compute) ? await primaryEndpoint(api, projectId, branch.id) : undefined;
  const observed = {
    ...observedProject(project),
    branchName: branch.name,
    protectedBranch: branch.protected,
  };
  const dirty = [
    ...driftOf(projectFields, wanted, observed),
    ...(endpoint ? driftOf(projectFields, wanted, { compute: observedCompute(endpoint) }) : []),
  ].filter((change) => change.class !== "refused");
  return {
    outputs: endpoint ? withEndpoint(found, endpoint) : found,
    dirty: [...new Set(dirty.map((change) => change.path))],
  };
}

/**
 * The operations of a project, once none is under way. One of an earlier run that fails meanwhile is judged like one that had failed
 * before this run looked: by what is there.
 */
async function operationsAtRest({ api }: LifecycleContext, projectId: string): Promise<Operation[]> {
  for (;;) {
    const operations = await api.listOperations(projectId);
    try {
      await api.waitForOperations(operations.filter((operation) => outcomeOf(operation.status) === "pending"));
      return operations;
    } catch (error) {
      if (!isNeonError(error) || error.code !== "NEON_OPERATION_FAILED") throw error;
    }
  }
}

/**
 * The default branch: the one that the state knows, or the one that took its place. A finalized snapshot restore gives another branch
 * its name and computes, and leaves the former one beside it.
 */
export async function currentBranch(context: LifecycleContext, projectId: string, known: unknown): Promise<Branch> {
  if (typeof known === "string") {
    try {
      const { branch } = await context.api.getBranch(projectId, known);
      if (branch.default) return branch;
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  return defaultBranch(context.api, projectId);
}

const isUsable = (branch: Branch): boolean => branch.current_state !== "init";

/** Neon itself must make the branch, or the empty project has to go: that needs the user's word, like every delete of a project. */
async function explainUnusable(
  context: LifecycleContext,
  projectId: string,
  failed: readonly Operation[],
): Promise<void> {
  try {
    await context.api.waitForOperations(failed);
  } catch (error) {
    if (!isNeonError(error)) throw error;
    throw new NeonError(
      "NEON_OPERATION_FAILED",
      `project ${projectId} never became ready: Neon could not make its branch, so it holds no data`,
      {
        hint: "Wait whether Neon repeats it and run again; otherwise delete this project in two steps (deletionProtection: false, up, destroy; or neon-tenants destroy) and make it anew.",
        requestId: error.requestId,
        cause: error,
      },
    );
  }
}

/** The operations that explain why a branch never became ready; waiting for them throws their error. */
function failuresOf(branch: Branch, operations: readonly Operation[]): Operation[] {
  return operations.filter(
    (operation) => outcomeOf(operation.status) === "failed" && (operation.branch_id ?? branch.id) === branch.id,
  );
}
