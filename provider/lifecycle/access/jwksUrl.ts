import type { AddProjectJWKSRequest, JWKS } from "@neondatabase/api-client";
import { declaredIn, declaredOf, driftOf, type JwksUrlDeclared, jwksUrlFields, type Values } from "../../fields";
import { checkResource, diffResource } from "../checkResource";
import type { Lifecycle, LifecycleContext } from "../context";
import { alreadyExists, createOnce } from "../createOnce";
import {
  adoptedInThisRun,
  finished,
  keeping,
  placeOf,
  refuseLockedDelete,
  stateOf,
  targetOf,
  unlessGone,
} from "../subResource";

const place = ["projectId", "jwksId"] as const;

/** The life of a JwksUrl. Neon changes no entry: another value is another entry, so the id in the outputs may change. */
export const jwksUrlLifecycle: Lifecycle = {
  check: (_run, olds, news) => ({ inputs: news, problems: checkResource(jwksUrlFields, olds, news) }),
  diff: (outputs, news) => diffResource(jwksUrlFields, outputs, news),

  create: async (context, inputs) => {
    const declared = declaredOf(jwksUrlFields, inputs) as JwksUrlDeclared;
    const what = nameOf(declared);
    const { value, found } = await add(context, declared, declared.adoptExisting ?? false);
    const { jwks } = value;
    if (found && differs(jwks, declared)) throw alreadyExists(what, undefined, "is there already with other values");
    const id = `${declared.projectId}/${jwks.id}`;
    if (found) context.run.refuseDelete(id, adoptedInThisRun);
    return finished(context, { id, outputs: outputsOf(jwks, declared) }, value.operations, inputs);
  },

  read: async (context, id, outputs) => {
    const { projectId, jwksId } = placeOf(id, outputs, place);
    const entries = (await unlessGone(() => context.api.listJwks(projectId))) ?? [];
    const jwks = entries.find((candidate) => candidate.id === jwksId);
    if (!jwks) return undefined;
    const declared = declaredIn(outputs);
    return { id, outputs: outputsOf(jwks, declared), inputs: declared };
  },

  update: async (context, id, outputs, news) => {
    const before = stateOf(outputs);
    const changes = diffResource(jwksUrlFields, before, news);
    const target = targetOf(jwksUrlFields, news, changes) as JwksUrlDeclared;
    const { projectId, jwksId } = placeOf(id, before, place);
    const jwks = await keeping(id, before, news, () => exchange(context, projectId, jwksId, withoutNulls(target)));
    return outputsOf(jwks, declaredOf(jwksUrlFields, news));
  },

  delete: async (context, id, outputs) => {
    const { projectId, jwksId } = placeOf(id, outputs, place);
    refuseLockedDelete(context, id, { what: `JWKS URL ${jwksId} of project ${projectId}`, open: true, unlock: "" });
    await context.api.deleteJwks(projectId, jwksId);
  },
};

const nameOf = ({ jwksUrl, projectId }: JwksUrlDeclared): string => `JWKS URL ${jwksUrl} of project ${projectId}`;

const withoutNulls = (target: JwksUrlDeclared): JwksUrlDeclared =>
  Object.fromEntries(Object.entries(target).filter(([, value]) => value !== null)) as JwksUrlDeclared;

/** What Neon takes for the same entry, of which there is one at most. */
const isSameEntry = (jwks: JWKS, { jwksUrl, branchId, jwtAudience }: JwksUrlDeclared): boolean =>
  jwks.jwks_url === jwksUrl && jwks.branch_id === branchId && jwks.jwt_audience === jwtAudience;

/** The new entry before the former one goes, so that tokens are taken all the time; where Neon has room for one only, the other way. */
async function exchange(
  context: LifecycleContext,
  projectId: string,
  formerId: string,
  target: JwksUrlDeclared,
): Promise<JWKS> {
  const { api } = context;
  const entries = await api.listJwks(projectId);
  const former = entries.find((jwks) => jwks.id === formerId);
  const inPlace = entries.find((jwks) => isSameEntry(jwks, target));
  if (inPlace && !differs(inPlace, target)) {
    if (former && former.id !== inPlace.id) await api.deleteJwks(projectId, former.id);
    return inPlace;
  }
  if (inPlace && inPlace.id === formerId) await api.deleteJwks(projectId, formerId);
  const { value } = await add(context, target, false);
  await api.waitForOperations(value.operations);
  if (former && !(inPlace && inPlace.id === formerId)) await api.deleteJwks(projectId, formerId);
  return value.jwks;
}

function add(context: LifecycleContext, declared: JwksUrlDeclared, adoptExisting: boolean) {
  const { projectId } = declared;
  return createOnce(context, {
    what: nameOf(declared),
    adoptExisting,
    post: () => context.api.addJwks(projectId, requestOf(declared)),
    find: async () => {
      const jwks = (await context.api.listJwks(projectId)).find((candidate) => isSameEntry(candidate, declared));
      return jwks && { jwks, operations: [] };
    },
  });
}

function requestOf({
  jwksUrl,
  providerName,
  branchId,
  jwtAudience,
  roleNames,
}: JwksUrlDeclared): AddProjectJWKSRequest {
  return {
    jwks_url: jwksUrl,
    provider_name: providerName,
    ...(branchId === undefined ? {} : { branch_id: branchId }),
    ...(jwtAudience === undefined ? {} : { jwt_audience: jwtAudience }),
    ...(roleNames === undefined ? {} : { role_names: roleNames }),
  };
}

/** True where an entry is otherwise than declared; roles that were not declared are Neon's own. */
function differs(jwks: JWKS, declared: JwksUrlDeclared): boolean {
  const observed = {
    jwksUrl: jwks.jwks_url,
    providerName: jwks.provider_name,
    branchId: jwks.branch_id,
    jwtAudience: jwks.jwt_audience,
    roleNames: jwks.role_names,
  };
  return driftOf(jwksUrlFields, declared, observed).length > 0;
}

function outputsOf(jwks: JWKS, declared: Values): Values {
  return { projectId: jwks.project_id, jwksId: jwks.id, jwksUrl: jwks.jwks_url, createdAt: jwks.created_at, declared };
}
