import type { Database, Endpoint, Project } from "@neondatabase/api-client";
import { NeonError } from "../../api/errors";
import type { AnnotatedBranch } from "../../api/neonApi";
import {
  declaredOf,
  driftedDeclared,
  driftOf,
  type FieldChange,
  type ProjectAdopt,
  type ProjectDeclared,
  projectFields,
  type Values,
} from "../../fields";
import { refuse } from "../checkResource";
import type { Created, LifecycleContext } from "../context";
import { type Mark, markOf } from "../mark";
import { waitForRunning } from "../subResource";
import { applyProject } from "./apply";
import { findOwn } from "./findOwn";
import { defaultOf, lookUpOutputs, primaryEndpoint } from "./outputs";
import { observedCompute, observedProject } from "./requests";
import { isComplete } from "./settle";
import { isNotFound } from "./vanished";

/**
 * Takes a project under management that something else made. Where it is as declared nothing is sent to Neon at all; where it is not,
 * every difference is named and nothing happens, unless `apply` consents to the changes. No mark is written, because no route of
 * Neon's changes one: from here on the project is known by the state.
 */
export async function adoptNamed(
  context: LifecycleContext,
  inputs: Values,
  mark: Mark,
  adopt: ProjectAdopt,
): Promise<Created> {
  const { api } = context;
  const wanted = declaredOf(projectFields, inputs);
  const { projectId, branches } = await findNamed(context, (wanted as ProjectDeclared).name, mark, adopt);
  context.run.refuseDelete(projectId, "a create of this run took it over");
  await waitForRunning(context, projectId);
  const project = await api.getProject(projectId);
  const branch = defaultOf(projectId, branches);
  const endpoint = await primaryEndpoint(api, projectId, branch.id);
  const database = chosenDatabase(project, await api.listDatabases(projectId, branch.id), wanted);
  const observed = {
    ...observedProject(project),
    ...(endpoint ? { compute: observedCompute(endpoint) } : {}),
    branchName: branch.name,
    protectedBranch: branch.protected,
    databaseName: database.name,
    roleName: database.owner_name,
  };
  const differences = driftOf(projectFields, wanted, observed);
  if (!adopt.apply) refuseDifferent(project, differences);
  refuse(differences);
  const access = { ...observed, resetPassword: adopt.resetPassword ?? false };
  const outputs: Values = { ...(await lookUpOutputs(api, project, branch, access)), adopted: true, mark };
  if (!isComplete(outputs)) throw withoutCompute(project, endpoint);
  const declared = driftedDeclared(projectFields, wanted, observed);
  const dirty = differences.map((change) => change.path);
  const applied = {
    projectId,
    outputs: { ...outputs, declared },
    wanted,
    target: wanted,
    dirty,
    news: inputs,
    branchKnown: true,
  };
  return { id: projectId, outputs: await applyProject(context, applied) };
}

interface Named {
  readonly projectId: string;
  readonly branches: readonly AnnotatedBranch[];
}

async function findNamed(
  context: LifecycleContext,
  name: string,
  mark: Mark,
  { projectId }: ProjectAdopt,
): Promise<Named> {
  // A create before the consent may have made one: then there would be two.
  const own = await findOwn(context, name, mark);
  const found = projectId === undefined ? await byName(context, name, mark) : await byId(context, projectId, mark);
  if (own && own.projectId !== found.projectId) throw severalNamed(name, [own.projectId, found.projectId]);
  return found;
}

async function byId(context: LifecycleContext, projectId: string, mark: Mark): Promise<Named> {
  try {
    const branches = await context.api.listBranches(projectId);
    const owner = foreignMark(branches, mark);
    if (owner) throw belongsTo(projectId, owner);
    return { projectId, branches };
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new NeonError("NEON_NOT_FOUND", `there is no project ${projectId} to adopt`, {
      hint: "Look whether the id is right and whether key and organization are those of the project. Nothing was made.",
      requestId: error.requestId,
      cause: error,
    });
  }
}

async function byName(context: LifecycleContext, name: string, mark: Mark): Promise<Named> {
  const candidates = (await context.api.listProjects({ search: name })).filter((project) => project.name === name);
  const free: Named[] = [];
  let taken: NeonError | undefined;
  for (const { id: projectId } of candidates) {
    const branches = await context.api.listBranches(projectId);
    const owner = foreignMark(branches, mark);
    if (owner) taken = belongsTo(projectId, owner);
    else free.push({ projectId, branches });
  }
  const [first, second] = free;
  if (first && second) {
    throw severalNamed(
      name,
      free.map((project) => project.projectId),
    );
  }
  if (first) return first;
  throw (
    taken ??
    new NeonError("NEON_NOT_FOUND", `there is no project named exactly ${name} to adopt`, {
      hint: "Nothing was made. Give its id (adopt: { projectId }), or take adopt away to make a new project.",
    })
  );
}

/** A mark on any branch that is not this very resource's: a restore may have moved it away from the default branch. */
function foreignMark(branches: readonly AnnotatedBranch[], mine: Mark): Mark | undefined {
  const isMine = (mark: Mark) =>
    mark.fleet === mine.fleet && mark.stack === mine.stack && mark.resource === mine.resource;
  return branches.map(markOf).find((mark) => mark !== undefined && !isMine(mark));
}

function belongsTo(projectId: string, { fleet, stack, resource }: Mark): NeonError {
  return new NeonError(
    "NEON_ADOPT_REFUSED",
    `project ${projectId} was made by the stack ${stack} of the fleet ${fleet}, as ${resource}`,
    { hint: "Two owners would undo each other's changes. Nothing was changed; manage it from there." },
  );
}

function severalNamed(name: string, ids: readonly string[]): NeonError {
  return new NeonError("NEON_PROJECT_AMBIGUOUS", `the projects ${ids.join(" and ")} may both be meant by ${name}`, {
    hint: "Nothing was changed. Say which with adopt: { projectId }, and delete or rename the other one at Neon.",
  });
}

/** Which database the project's own URIs lead to; a guess among several could lead a customer's programs to the wrong one. */
function chosenDatabase(project: Project, databases: readonly Database[], { databaseName }: Values): Database {
  const [only, ...more] = databases;
  const named = databases.find((database) => database.name === databaseName);
  if (named) return named;
  if (only && (more.length === 0 || databaseName !== undefined)) return only;
  const names = databases.map((database) => database.name).join(", ");
  throw new NeonError(
    "NEON_ADOPT_REFUSED",
    only
      ? `project ${project.id} has several databases on its default branch: ${names}`
      : `project ${project.id} has no database on its default branch`,
    { hint: only ? "Write the tenant's own one as databaseName." : "Make one at Neon, then run again." },
  );
}

function refuseDifferent(project: Project, differences: readonly FieldChange[]): void {
  if (differences.length === 0) return;
  const lines = differences.map(
    ({ path, from, to, class: changeClass }) =>
      `${path} is ${JSON.stringify(from)} at Neon and ${JSON.stringify(to)} in the program (${changeClass})`,
  );
  throw new NeonError(
    "NEON_ADOPT_DIFFERS",
    `project ${project.id} (${project.name}) is not as declared: ${lines.join("; ")}`,
    {
      hint: "Nothing was changed. Write Neon's values into the program, or consent to these changes with adopt: { apply: true }.",
    },
  );
}

function withoutCompute(project: Project, endpoint: Endpoint | undefined): NeonError {
  const what = endpoint ? "does not say how its default branch is reached" : "has no compute on its default branch";
  return new NeonError("NEON_ADOPT_REFUSED", `project ${project.id} ${what}`, {
    hint: "Add a read-write compute to its default branch at Neon, then run again.",
  });
}
