import type { Role } from "@neondatabase/api-client";
import { isNeonError } from "../api/errors";
import { declaredIn, declaredOf, type Problem, type RoleDeclared, roleFields, type Values } from "../fields";
import { checkResource, diffResource } from "./checkResource";
import type { Created, Lifecycle, LifecycleContext } from "./context";
import { alreadyExists, createOnce } from "./createOnce";
import { followBranch } from "./followBranch";
import { adoptedInThisRun, finished, keeping, placeOf, refuseLockedDelete, stateOf, unlessGone } from "./subResource";

const place = ["projectId", "branchId", "name"] as const;

/** The life of a Role. */
export const roleLifecycle: Lifecycle = {
  check: (_run, olds, news) => ({
    inputs: news,
    problems: [...checkResource(roleFields, olds, news), ...adoptProblems(news)],
  }),
  diff: (outputs, news) => diffResource(roleFields, outputs, news),
  follow: (context, _id, outputs, news) => followBranch(context, outputs, news),
  create: createRole,

  read: async (context, id, outputs) => {
    const { projectId, branchId, name } = placeOf(id, outputs, place);
    const role = await unlessGone(() => context.api.getRole(projectId, branchId, name));
    if (!role) return undefined;
    const known = typeof outputs.password === "string" ? outputs.password : undefined;
    const password = known ?? (await reveal(context, projectId, role));
    const declared = declaredIn(outputs);
    return { id, outputs: outputsOf(projectId, role, password, declared), inputs: declared };
  },

  // No field of a role changes at Neon; what is left is what we remember, and a password that an earlier run could not get.
  update: async (context, id, outputs, news) => {
    const before = stateOf(outputs);
    const followed = await followBranch(context, before, news);
    diffResource(roleFields, followed, news);
    // The restored branch has the role with the password of then, or does not know it.
    if (followed !== before) return keeping(id, before, news, () => takeOver(context, news));
    const { projectId, branchId, name } = placeOf(id, before, place);
    const declared = declaredOf(roleFields, news);
    if (typeof before.password === "string") return { ...before, declared };
    return keeping(id, before, news, async () => {
      const role = await context.api.getRole(projectId, branchId, name);
      return outputsOf(projectId, role, await reveal(context, projectId, role), declared);
    });
  },

  delete: async (context, id, outputs) => {
    const { projectId, branchId, name } = placeOf(id, outputs, place);
    refuseLockedDelete(context, id, {
      what: `role ${name} of project ${projectId}`,
      open: (declaredIn(outputs) as RoleDeclared).allowDelete === true,
      unlock: "allowDelete: true",
    });
    await context.api.waitForOperations(await context.api.deleteRole(projectId, branchId, name));
  },
};

/** The two together would let a rename in the program delete what it just took over. */
export function adoptProblems({ adoptExisting, allowDelete }: Values): Problem[] {
  if (adoptExisting !== true || allowDelete !== true) return [];
  return [{ path: "adoptExisting", reason: "must not be true together with allowDelete" }];
}

async function createRole(context: LifecycleContext, inputs: Values): Promise<Created> {
  const declared = declaredOf(roleFields, inputs) as RoleDeclared;
  const { projectId, branchId, name, noLogin } = declared;
  const what = `role ${name} on branch ${branchId} of project ${projectId}`;
  const { value, found } = await createOnce(context, {
    what,
    adoptExisting: declared.adoptExisting ?? false,
    post: () => context.api.createRole(projectId, branchId, { name, ...(noLogin ? { no_login: true } : {}) }),
    find: async () => {
      const role = await unlessGone(() => context.api.getRole(projectId, branchId, name));
      return role && { role, operations: [] };
    },
  });
  const { role, operations } = value;
  if (found && isNoLogin(role) !== undefined && isNoLogin(role) !== (noLogin ?? false)) {
    throw alreadyExists(what, undefined, `is there already with noLogin ${String(isNoLogin(role))}`);
  }
  const id = `${projectId}/${branchId}/${name}`;
  if (found) context.run.refuseDelete(id, adoptedInThisRun);
  const outputs = outputsOf(projectId, role, role.password, declared);
  const made = await finished(context, { id, outputs }, operations, inputs);
  if (role.password !== undefined || noLogin) return made;
  const password = await keeping(id, outputs, inputs, () => reveal(context, projectId, role));
  return { id, outputs: outputsOf(projectId, role, password, declared) };
}

/** The role on the branch that the inputs name, made where it is not there. */
async function takeOver(context: LifecycleContext, news: Values): Promise<Values> {
  const { outputs } = await createRole(context, { ...news, adoptExisting: true });
  return { ...outputs, declared: declaredOf(roleFields, news) };
}

/** Undefined where Neon does not say. */
function isNoLogin(role: Role): boolean | undefined {
  return role.authentication_method === undefined ? undefined : role.authentication_method === "no_login";
}

/** Undefined for a role without a password, and for a project that does not store them (412). */
async function reveal(context: LifecycleContext, projectId: string, role: Role): Promise<string | undefined> {
  if (isNoLogin(role)) return undefined;
  try {
    return await context.api.revealRolePassword(projectId, role.branch_id, role.name);
  } catch (error) {
    if (!isNeonError(error) || error.code !== "NEON_REFUSED") throw error;
    context.warn(`project ${projectId}: the password of role ${role.name} is not stored at Neon and stays unknown`);
    return undefined;
  }
}

function outputsOf(projectId: string, role: Role, password: string | undefined, declared: Values): Values {
  return {
    projectId,
    branchId: role.branch_id,
    name: role.name,
    ...(password === undefined ? {} : { password }),
    declared,
  };
}
