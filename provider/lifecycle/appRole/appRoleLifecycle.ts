import { isNeonError } from "../../api/errors";
import { type AppRoleDeclared, appRoleFields, declaredIn, declaredOf, type Problem, type Values } from "../../fields";
import { isConnectionUri, partsOf, uriFor } from "../../sql";
import { checkResource, diffResource } from "../checkResource";
import { pooledHostOf, uriWithHost } from "../connection";
import type { Lifecycle, LifecycleContext } from "../context";
import { adoptedInThisRun, keeping, placeOf, refuseLockedDelete, stateOf, text, unlessGone } from "../subResource";
import { applyRole } from "./applyRole";
import { dropRole } from "./dropRole";
import { revokeAll } from "./grant";
import { settledTrace, traceIn, traceOf, wasRestored } from "./restoreTrace";

/** The branch is not part of the id: a restore may give it another one. */
const place = ["projectId", "name"] as const;

/** The life of an AppRole. It is made and changed over SQL, and only by create, update and delete: nothing else connects. */
export const appRoleLifecycle: Lifecycle = {
  check: (_run, olds, news) => ({
    inputs: news,
    problems: [...checkResource(appRoleFields, olds, news), ...uriProblems(news)],
  }),
  diff: (outputs, news) => diffResource(appRoleFields, outputs, news),

  // A restore takes role, password and grants back without any change in the program.
  changedOutside: async ({ api, run }, id, outputs) => {
    const { projectId } = placeOf(id, outputs, place);
    const branches = await run.once(`branches of ${projectId}`, () => api.listBranches(projectId));
    const before = traceIn(outputs);
    return wasRestored(before, traceOf(branches, text(outputs, "branchId"), before));
  },

  create: async (context, inputs) => {
    const { projectId, name } = declaredOf(appRoleFields, inputs) as AppRoleDeclared;
    const id = `${projectId}/${name}`;
    const restoreTrace = await settledTrace(context, projectId, text(inputs, "branchId"), undefined);
    const existed = await apply(context, inputs);
    if (existed) context.run.refuseDelete(id, adoptedInThisRun);
    return { id, outputs: { ...outputsOf(inputs), restoreTrace } };
  },

  // A look into the database would wake its compute at every refresh: the state is what was applied, while there is a project.
  read: async (context, id, outputs) => {
    const { projectId } = placeOf(id, outputs, place);
    const project = await unlessGone(() => context.api.getProject(projectId));
    if (!project) return undefined;
    return { id, outputs: stateOf(outputs), inputs: appRoleInputs(outputs) };
  },

  update: async (context, id, outputs, news) => {
    const before = stateOf(outputs);
    const changes = diffResource(appRoleFields, before, news);
    // What is only remembered needs no connection; an update without a change follows one that failed.
    const silent = changes.length > 0 && changes.every((change) => change.path === "allowDelete");
    if (silent) return { ...outputsOf(news), ...kept(before) };
    return keeping(id, before, news, async () => {
      // Taken first: a restore that comes in between shows at the next look.
      const restoreTrace = await settledTrace(
        context,
        text(news, "projectId"),
        text(news, "branchId"),
        traceIn(before),
      );
      await apply(context, news);
      await leaveFormerDatabase(context, before, news);
      return { ...outputsOf(news), restoreTrace };
    });
  },

  delete: async (context, id, outputs) => {
    const { projectId, name } = placeOf(id, outputs, place);
    const what = `app role ${name} of project ${projectId}`;
    const open = (declaredIn(outputs) as Partial<AppRoleDeclared>).allowDelete === true;
    refuseLockedDelete(context, id, { what, open, unlock: "allowDelete: true" });
    if (!(await unlessGone(() => context.api.getProject(projectId)))) return;
    const target = { uri: text(outputs, "ownerUri"), what, secrets: [text(outputs, "password")] };
    await dropRole(context.sql, target, name);
  },
};

/** The inputs that a state holds, the secret ones included. */
export function appRoleInputs(outputs: Values): Values {
  const { password, ownerUri } = outputs;
  return { ...declaredIn(outputs), password, ownerUri };
}

const kept = ({ restoreTrace }: Values): Values => (restoreTrace === undefined ? {} : { restoreTrace });

/** Pooled connections change hands between transactions, and the outputs are made from this URI. */
function uriProblems({ ownerUri }: Values): Problem[] {
  if (typeof ownerUri !== "string" || !isConnectionUri(ownerUri)) return [];
  const isPooled = /^[^.]*-pooler\./.test(partsOf(ownerUri).host);
  return isPooled ? [{ path: "ownerUri", reason: "must be the URI of a direct connection, without -pooler" }] : [];
}

/** True where a role of this name was there. */
async function apply(context: LifecycleContext, inputs: Values): Promise<boolean> {
  const { projectId, name, access, schemas } = declaredOf(appRoleFields, inputs) as AppRoleDeclared;
  const password = text(inputs, "password");
  const what = `app role ${name} of project ${projectId}`;
  const target = { uri: databaseUri(inputs), what, secrets: [password] };
  const wanted = { name, password, access, schemas: [...new Set(schemas ?? defaultSchemas)] };
  const { existed, notes } = await context.sql.transaction(target, (session) => applyRole(session, wanted));
  for (const note of notes) context.warn(`${what}: ${note}`);
  return existed;
}

const defaultSchemas = ["public"];

/** The owner's URI for the database that is meant. */
function databaseUri(inputs: Values): string {
  const uri = text(inputs, "ownerUri");
  const database = text(inputs, "databaseName");
  return database === "" ? uri : uriFor(uri, { database });
}

/** Takes the grants in a database that the role was moved away from. One that is gone, or was renamed, holds none. */
async function leaveFormerDatabase(context: LifecycleContext, before: Values, news: Values): Promise<void> {
  const [former, present] = [text(before, "databaseName"), partsOf(databaseUri(news)).database];
  const sameBranch = before.branchId === news.branchId;
  if (former === "" || former === present || !sameBranch) return;
  // As the one who granted, at the host of now.
  const { user, password } = partsOf(text(before, "ownerUri"));
  const uri = uriFor(databaseUri(news), { user, password, database: former });
  const name = text(news, "name");
  const what = `app role ${name} in its former database ${former}`;
  try {
    await context.sql.transaction({ uri, what, secrets: [password] }, async (session) => {
      await revokeAll(session, name);
      await session.run(`REVOKE ALL ON DATABASE ${session.identifier(former)} FROM ${session.identifier(name)}`);
    });
  } catch (error) {
    if (!isNeonError(error) || !["NEON_NOT_FOUND", "NEON_UNAUTHORIZED"].includes(error.code)) throw error;
    if (error.code === "NEON_UNAUTHORIZED") context.warn(`${what}: its grants could not be taken (${error.code})`);
  }
}

function outputsOf(inputs: Values): Values {
  const { projectId, branchId, name, access } = declaredOf(appRoleFields, inputs) as AppRoleDeclared;
  const [ownerUri, password] = [text(inputs, "ownerUri"), text(inputs, "password")];
  const uri = uriFor(databaseUri(inputs), { user: name, password });
  const { host, database } = partsOf(uri);
  return {
    projectId,
    branchId,
    name,
    databaseName: database,
    access,
    password,
    ownerUri,
    uri,
    pooledUri: uriWithHost(uri, pooledHostOf(host)),
    declared: declaredOf(appRoleFields, inputs),
  };
}
