import type { Endpoint } from "@neondatabase/api-client";
import { driftOf, leaves, type ProjectDeclared, projectFields, valueAt, type Values, withValueAt } from "../../fields";
import type { LifecycleContext } from "../context";
import { markIn } from "../mark";
import { PartialFailure, withProvider } from "../partialFailure";
import { outputsOfProject, primaryEndpoint, withEndpoint } from "./outputs";
import { type Chosen, endpointSettings, observedProject, updateRequest } from "./requests";
import { currentBranch } from "./settle";
import { isNotFound, vanishedOr } from "./vanished";

/** A change of an existing project. */
export interface Application {
  readonly projectId: string;
  readonly outputs: Values;
  /** What the user set, as it goes into `declared` where everything succeeds. */
  readonly wanted: Values;
  /** `wanted` with the values that removed fields go back to. */
  readonly target: Values;
  /** Paths of the fields to send. */
  readonly dirty: readonly string[];
  /** Inputs that hold `__provider` and `mark`. */
  readonly news: Values;
  /** True where the branch in the outputs was just made or looked up; otherwise a restore may have put another one in its place. */
  readonly branchKnown?: boolean;
}

/**
 * Sends the dirty fields: project, then branch, then primary compute, waiting after each, because Neon refuses (423) what overlaps.
 * A failure on the way carries what is true by then, so that the next run sends the rest.
 */
export async function applyProject(context: LifecycleContext, application: Application): Promise<Values> {
  const { projectId, wanted, dirty, news } = application;
  const done = new Set<string>();
  let outputs = application.outputs;
  try {
    for (const step of [patchProject, patchBranch, patchCompute]) {
      const result = await step(context, { ...application, outputs });
      outputs = result.outputs;
      for (const path of result.done) done.add(path);
    }
  } catch (error) {
    const reason = await vanishedOr(context, projectId, error, markIn(news));
    const failed = new Set(dirty.filter((path) => !done.has(path)));
    const declared = declaredSoFar(application, failed);
    throw new PartialFailure(projectId, withProvider({ ...outputs, declared, ...markOf(news) }, news), reason);
  }
  return { ...outputs, declared: wanted, ...markOf(news) };
}

const markOf = ({ mark }: Values): Values => (mark === undefined ? {} : { mark });

/** `wanted`, with the fields that did not get through as they were declared before. */
function declaredSoFar({ outputs, wanted }: Application, failed: ReadonlySet<string>): Values {
  return leaves(projectFields).reduce<Values>(
    (declared, { path }) =>
      failed.has(path) ? withValueAt(declared, path, valueAt(outputs.declared, path)) : declared,
    wanted,
  );
}

interface Step {
  readonly outputs: Values;
  readonly done: readonly string[];
}

/** True for a field, or a group of which any field is dirty. */
function chosenFrom(dirty: readonly string[]): Chosen {
  return (path) => dirty.some((candidate) => candidate === path || candidate.startsWith(`${path}.`));
}

const branchPaths = ["branchName", "protectedBranch"];
const isOfCompute = (path: string): boolean => path.startsWith("compute.");

async function patchProject(context: LifecycleContext, application: Application): Promise<Step> {
  const { projectId, outputs, dirty } = application;
  const target = application.target as ProjectDeclared;
  const request = updateRequest(target, chosenFrom(dirty));
  if (!request) return { outputs, done: dirty.filter((path) => !isOfCompute(path) && !branchPaths.includes(path)) };
  const { project, operations } = await context.api.updateProject(projectId, { project: request });
  await context.api.waitForOperations(operations);
  const lost = await restoreLost(context, application, observedProject(project));
  if (lost.length > 0) {
    context.warn(`project ${projectId}: Neon took the change but keeps another value for ${lost.join(", ")}`);
  }
  const done = dirty.filter((path) => !isOfCompute(path) && !branchPaths.includes(path));
  return { outputs: { ...outputs, ...outputsOfProject(project) }, done };
}

/**
 * Whether Neon merges or replaces `settings` in a PATCH is undocumented. What the answer shows to be otherwise than declared is sent
 * once more; what is still otherwise (a plan that coerces a value) is returned.
 */
async function restoreLost(
  context: LifecycleContext,
  { projectId, target }: Application,
  observed: Values,
): Promise<string[]> {
  const drifted = driftOf(projectFields, target, observed).filter((change) => change.class !== "refused");
  const request = updateRequest(target as ProjectDeclared, chosenFrom(drifted.map((change) => change.path)));
  if (!request) return [];
  const { project, operations } = await context.api.updateProject(projectId, { project: request });
  await context.api.waitForOperations(operations);
  return driftOf(projectFields, target, observedProject(project)).map((change) => change.path);
}

async function patchBranch(
  context: LifecycleContext,
  { projectId, outputs, target, dirty, branchKnown }: Application,
): Promise<Step> {
  const done = dirty.filter((path) => branchPaths.includes(path));
  const { branchName, protectedBranch } = target as ProjectDeclared;
  const branch = {
    ...(done.includes("branchName") && branchName !== undefined ? { name: branchName } : {}),
    ...(done.includes("protectedBranch") && protectedBranch !== undefined ? { protected: protectedBranch } : {}),
  };
  if (Object.keys(branch).length === 0) return { outputs, done };
  // A branch that was replaced by a restore keeps its id, and must not get the name or the protection back.
  const id = branchKnown ? String(outputs.branchId) : (await currentBranch(context, projectId, outputs.branchId)).id;
  const answer = await context.api.updateBranch(projectId, id, { branch });
  await context.api.waitForOperations(answer.operations);
  return { outputs: { ...outputs, branchId: answer.branch.id, branchName: answer.branch.name }, done };
}

/** The defaults were patched with the project; they never reach the compute that is there (`updateProjectEndpoint` does). */
async function patchCompute(
  context: LifecycleContext,
  { projectId, outputs, target, dirty }: Application,
): Promise<Step> {
  const done = dirty.filter(isOfCompute);
  const { compute } = target as ProjectDeclared;
  if (done.length === 0 || !compute) return { outputs, done };
  const patch = (endpointId: string) =>
    context.api.updateEndpoint(projectId, endpointId, { endpoint: endpointSettings(compute) });
  const known = typeof outputs.endpointId === "string" ? outputs.endpointId : undefined;
  let endpoint: Endpoint | undefined;
  const answer = await orElse(known, patch, async () => {
    endpoint = await primaryEndpoint(context.api, projectId, String(outputs.branchId));
    return endpoint?.id;
  });
  await context.api.waitForOperations(answer.operations);
  return { outputs: withEndpoint(outputs, answer.endpoint), done };
}

/** Patches under the id that the state knows; where that is gone, under the one that took its place. */
async function orElse<T>(
  known: string | undefined,
  patch: (id: string) => Promise<T>,
  find: () => Promise<string | undefined>,
): Promise<T> {
  let missing = new Error("nothing to change was found");
  if (known !== undefined) {
    try {
      return await patch(known);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      missing = error;
    }
  }
  const found = await find();
  if (found === undefined || found === known) throw missing;
  return patch(found);
}
