import type { Branch, Project } from "@neondatabase/api-client";
import { isNeonError } from "../../api/errors";
import { declaredIn, driftedDeclared, isRecord, projectFields, type Values } from "../../fields";
import type { LifecycleContext, ReadBack } from "../context";
import { markIn } from "../mark";
import { defaultBranch, lookUpOutputs, outputsOfProject, primaryEndpoint, withEndpoint } from "./outputs";
import { observedCompute, observedProject } from "./requests";
import { currentBranch, isComplete } from "./settle";
import { getProjectOrVanished, isNotFound } from "./vanished";

/**
 * The project as it is: one GET, and one more for the compute where its sizes are declared, otherwise for the branch; three where both
 * are declared, because no answer of Neon's holds two of these. Compute and branch each know whether another branch took the place of the
 * default one, which is followed then. Nothing here wakes a compute. A project that was found, not made, costs a few calls more for its
 * access.
 */
export async function readProject(
  context: LifecycleContext,
  projectId: string,
  outputs: Values,
): Promise<ReadBack | undefined> {
  const { __provider: _text, ...before } = outputs;
  const declared = declaredIn(before);
  const project = await getUnlessGivenUp(context, projectId, before);
  if (!project) return undefined;
  const { found, observed } = isComplete(before)
    ? await lookCloser(context, projectId, before, declared)
    : { found: { ...before, ...(await lookUp(context, project, before)) }, observed: {} };
  const drifted = driftedDeclared(projectFields, declared, { ...observedProject(project), ...observed });
  const mark = before.mark === undefined ? {} : { mark: before.mark };
  return {
    id: projectId,
    outputs: { ...found, ...outputsOfProject(project), declared: drifted },
    inputs: { ...drifted, ...mark },
  };
}

async function getUnlessGivenUp(
  context: LifecycleContext,
  projectId: string,
  before: Values,
): Promise<Project | undefined> {
  try {
    return await getProjectOrVanished(context, projectId, markIn(before));
  } catch (error) {
    if (declaredIn(before).recreateIfMissing === true && isNeonError(error) && error.code === "NEON_PROJECT_VANISHED") {
      return undefined;
    }
    throw error;
  }
}

interface Closer {
  readonly found: Values;
  readonly observed: Values;
}

async function lookCloser(
  context: LifecycleContext,
  projectId: string,
  before: Values,
  declared: Values,
): Promise<Closer> {
  const endpoint = isRecord(declared.compute) ? await currentEndpoint(context, projectId, before) : undefined;
  const compute = endpoint ? { compute: observedCompute(endpoint) } : {};
  const found = endpoint ? withEndpoint(before, endpoint) : before;
  const isBranchDeclared = declared.branchName !== undefined || declared.protectedBranch !== undefined;
  if (!isBranchDeclared && endpoint?.branch_id === before.branchId) return { found, observed: compute };
  const branch = await currentBranch(context, projectId, before.branchId);
  const followed = await follow(context, projectId, { ...found, branchId: before.branchId }, branch);
  return { found: followed, observed: { ...compute, branchName: branch.name, protectedBranch: branch.protected } };
}

/** The outputs on the branch that is the default one now, with the compute that it has. */
async function follow(context: LifecycleContext, projectId: string, before: Values, branch: Branch): Promise<Values> {
  const found = { ...before, branchId: branch.id, branchName: branch.name };
  if (before.branchId === branch.id) return found;
  context.warn(`project ${projectId}: its default branch is ${branch.id} now, no longer ${String(before.branchId)}`);
  const endpoint = await primaryEndpoint(context.api, projectId, branch.id);
  return endpoint ? withEndpoint(found, endpoint) : found;
}

async function currentEndpoint(context: LifecycleContext, projectId: string, before: Values) {
  try {
    return await context.api.getEndpoint(projectId, String(before.endpointId));
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return primaryEndpoint(context.api, projectId, String(before.branchId));
  }
}

/** What the state of a half-made project lacks may not be there yet; that must not keep a refresh from the rest. */
async function lookUp(context: LifecycleContext, project: Project, before: Values): Promise<Values> {
  try {
    return await lookUpOutputs(context.api, project, await defaultBranch(context.api, project.id), before);
  } catch (error) {
    if (before.declared === undefined || !isNeonError(error)) throw error;
    context.warn(`project ${project.id} is not complete yet: ${error.message}`);
    return {};
  }
}
