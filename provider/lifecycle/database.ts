import type { Database } from "@neondatabase/api-client";
import { isNeonError } from "../api/errors";
import { type DatabaseDeclared, databaseFields, declaredIn, declaredOf, driftedDeclared, type Values } from "../fields";
import { checkResource, diffResource } from "./checkResource";
import type { Created, Lifecycle, LifecycleContext } from "./context";
import { createOnce } from "./createOnce";
import { followBranch } from "./followBranch";
import { adoptProblems } from "./role";
import { adoptedInThisRun, finished, keeping, placeOf, refuseLockedDelete, stateOf, unlessGone } from "./subResource";

const place = ["projectId", "branchId", "name"] as const;

/** The life of a Database. */
export const databaseLifecycle: Lifecycle = {
  check: (_run, olds, news) => ({
    inputs: news,
    problems: [...checkResource(databaseFields, olds, news), ...adoptProblems(news)],
  }),
  diff: (outputs, news) => diffResource(databaseFields, outputs, news),
  follow: (context, _id, outputs, news) => followBranch(context, outputs, news),
  create: createDatabase,

  read: async (context, id, outputs) => {
    const { projectId, branchId, name } = placeOf(id, outputs, place);
    const database =
      (await unlessGone(() => context.api.getDatabase(projectId, branchId, name))) ??
      (await findRenamed(context, { projectId, branchId, name }, outputs.databaseId));
    if (!database) return undefined;
    const drifted = driftedDeclared(databaseFields, declaredIn(outputs), observedDatabase(database));
    const found = outputsOf(projectId, database, drifted);
    // A state of an earlier release does not know the id, and a refresh that finds nothing changed must not add it.
    const { databaseId: _id, ...former } = found;
    const isFormer = outputs.databaseId === undefined && outputs.declared !== undefined;
    return { id, outputs: isFormer ? former : found, inputs: drifted };
  },

  update: async (context, id, outputs, news) => {
    const before = stateOf(outputs);
    const followed = await followBranch(context, before, news);
    diffResource(databaseFields, followed, news);
    if (followed !== before) return keeping(id, before, news, () => takeOver(context, news));
    const { projectId, branchId, name } = placeOf(id, before, place);
    const declared = declaredOf(databaseFields, news);
    const database = await keeping(id, before, news, () => align(context, { projectId, branchId, name }, declared));
    return outputsOf(projectId, database, declared);
  },

  delete: async (context, id, outputs) => {
    const { projectId, branchId, name } = placeOf(id, outputs, place);
    refuseLockedDelete(context, id, {
      what: `database ${name} of project ${projectId}`,
      open: (declaredIn(outputs) as DatabaseDeclared).allowDelete === true,
      unlock: "allowDelete: true",
    });
    await context.api.waitForOperations(await context.api.deleteDatabase(projectId, branchId, name));
  },
};

interface Place {
  readonly projectId: string;
  readonly branchId: string;
  readonly name: string;
}

/** The same database under another name: `Database.id` stays where somebody renamed it. */
async function findRenamed(context: LifecycleContext, at: Place, id: unknown): Promise<Database | undefined> {
  const databases = await unlessGone(() => context.api.listDatabases(at.projectId, at.branchId));
  const renamed = databases?.find((database) => database.id === id);
  if (databases && !renamed) {
    context.warn(`database ${at.name} of project ${at.projectId} is not at Neon: the next up makes it anew, empty`);
  }
  return renamed;
}

async function createDatabase(context: LifecycleContext, inputs: Values): Promise<Created> {
  const declared = declaredOf(databaseFields, inputs) as DatabaseDeclared;
  const { projectId, branchId, name, ownerName } = declared;
  const { value, found } = await createOnce(context, {
    what: `database ${name} on branch ${branchId} of project ${projectId}`,
    adoptExisting: declared.adoptExisting ?? false,
    post: () => context.api.createDatabase(projectId, branchId, { name, owner_name: ownerName }),
    find: async () => {
      const database = await unlessGone(() => context.api.getDatabase(projectId, branchId, name));
      return database && { database, operations: [] };
    },
  });
  const id = `${projectId}/${branchId}/${name}`;
  const { database, operations } = value;
  if (!found) {
    return finished(context, { id, outputs: outputsOf(projectId, database, declared) }, operations, inputs);
  }
  context.run.refuseDelete(id, adoptedInThisRun);
  const drifted = driftedDeclared(databaseFields, declared, observedDatabase(database));
  const kept = outputsOf(projectId, database, drifted);
  const aligned = await keeping(id, kept, inputs, () => align(context, { projectId, branchId, name }, declared));
  return { id, outputs: outputsOf(projectId, aligned, declared) };
}

/** The database on the branch that the inputs name, made where it is not there. */
async function takeOver(context: LifecycleContext, news: Values): Promise<Values> {
  const { projectId, branchId, name } = declaredOf(databaseFields, news) as DatabaseDeclared;
  if (!(await unlessGone(() => context.api.getDatabase(projectId, branchId, name)))) {
    context.warn(
      `database ${name} of project ${projectId} is not on the restored branch ${branchId}: it is made anew, empty`,
    );
  }
  const { outputs } = await createDatabase(context, { ...news, adoptExisting: true });
  return { ...outputs, declared: declaredOf(databaseFields, news) };
}

/**
 * Makes name and owner as declared. What is there is read first, also under the new name: an earlier rename may have been carried out
 * although its answer was lost.
 */
async function align(context: LifecycleContext, at: Place, declared: Values): Promise<Database> {
  const { name, ownerName } = declared as DatabaseDeclared;
  const { projectId, branchId } = at;
  const get = (wanted: string) => unlessGone(() => context.api.getDatabase(projectId, branchId, wanted));
  const present = (await get(at.name)) ?? (await get(name));
  const request = {
    ...(present?.name === name ? {} : { name }),
    ...(present?.owner_name === ownerName ? {} : { owner_name: ownerName }),
  };
  if (present && Object.keys(request).length === 0) return present;
  try {
    const answer = await context.api.updateDatabase(projectId, branchId, present?.name ?? at.name, request);
    await context.api.waitForOperations(answer.operations);
    return answer.database;
  } catch (error) {
    // A rename that was repeated after a lost answer finds the old name gone.
    const renamed = isNeonError(error) && error.code === "NEON_NOT_FOUND" && present ? await get(name) : undefined;
    if (renamed?.owner_name === ownerName) return renamed;
    throw error;
  }
}

function observedDatabase(database: Database): Values {
  return { name: database.name, ownerName: database.owner_name };
}

function outputsOf(projectId: string, database: Database, declared: Values): Values {
  return {
    projectId,
    branchId: database.branch_id,
    name: database.name,
    ownerName: database.owner_name,
    databaseId: database.id,
    declared,
  };
}
