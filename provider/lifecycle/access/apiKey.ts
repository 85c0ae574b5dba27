import type { OrgApiKeyCreateResponse, OrgApiKeysListResponseItem } from "@neondatabase/api-client";
import { isNeonError, NeonError } from "../../api/errors";
import { type ApiKeyDeclared, apiKeyFields, declaredIn, declaredOf, type Values } from "../../fields";
import { checkResource, diffResource } from "../checkResource";
import type { Lifecycle, LifecycleContext } from "../context";
import { keeping, placeOf, refuseLockedDelete, stateOf, text, unlessGone } from "../subResource";
import { orgIdOf } from "./vpcEndpoint";

const place = ["orgId", "projectId", "keyId"] as const;

/**
 * The life of an ApiKey. Neon tells a key once, so a key whose answer was lost is of no use to anybody: it is revoked, and another is
 * made. A rotation makes the new key first and leaves the former one valid, so that nothing that runs with it breaks.
 */
export const apiKeyLifecycle: Lifecycle = {
  check: (_run, olds, news) => ({ inputs: news, problems: checkResource(apiKeyFields, olds, news) }),
  diff: (outputs, news) => diffResource(apiKeyFields, outputs, news),

  create: async (context, inputs) => {
    const declared = declaredOf(apiKeyFields, inputs) as ApiKeyDeclared;
    const orgId = orgIdOf(context, declared.orgId);
    const made = await makeKey(context, orgId, declared, []);
    return { id: `${orgId}/${declared.projectId}/${made.id}`, outputs: outputsOf(orgId, declared, made) };
  },

  read: async (context, id, outputs) => {
    const { orgId, keyId } = placeOf(id, outputs, place);
    const keys = (await unlessGone(() => context.api.listOrgApiKeys(orgId))) ?? [];
    if (!keys.some((key) => String(key.id) === keyId)) return undefined;
    return { id, outputs: stateOf(outputs), inputs: declaredIn(outputs) };
  },

  update: async (context, id, outputs, news) => {
    const before = stateOf(outputs);
    const changes = diffResource(apiKeyFields, before, news);
    const declared = declaredOf(apiKeyFields, news) as ApiKeyDeclared;
    const { orgId, keyId } = placeOf(id, before, place);
    const rotates = changes.some(({ path }) => path === "epoch" || path === "name");
    const former = text(before, "previousKeyId");
    let state: Values = { ...before, declared };
    if (rotates) {
      const known = [keyId, former].filter((known) => known !== "");
      const made = await keeping(id, before, news, () => makeKey(context, orgId, declared, known));
      state = { ...outputsOf(orgId, declared, made), previousKeyId: keyId };
    }
    // The new key must be in the state whatever becomes of the old ones.
    return keeping(id, { ...state, previousKeyId: state.previousKeyId ?? former }, news, async () => {
      if (rotates && former !== "") await context.api.revokeOrgApiKey(orgId, Number(former));
      const { previousKeyId: previous, ...rest } = state;
      if (declared.revokePrevious !== true || typeof previous !== "string" || previous === "") return state;
      await context.api.revokeOrgApiKey(orgId, Number(previous));
      return rest;
    });
  },

  delete: async (context, id, outputs) => {
    const { orgId, projectId, keyId } = placeOf(id, outputs, place);
    refuseLockedDelete(context, id, { what: `API key ${keyId} of project ${projectId}`, open: true, unlock: "" });
    for (const key of [text(outputs, "previousKeyId"), keyId]) {
      if (key !== "") await context.api.revokeOrgApiKey(orgId, Number(key));
    }
  },
};

/** Makes one key, after a look at what has its name. `known` are the ids of the keys that the state holds. */
async function makeKey(
  context: LifecycleContext,
  orgId: string,
  declared: ApiKeyDeclared,
  known: readonly string[],
): Promise<OrgApiKeyCreateResponse> {
  const strays = async (): Promise<OrgApiKeysListResponseItem[]> =>
    (await context.api.listOrgApiKeys(orgId)).filter(
      ({ id, name, project_id: projectId }) =>
        name === declared.name && projectId === declared.projectId && !known.includes(String(id)),
    );
  const present = await strays();
  if (present.length > 0 && declared.adoptExisting !== true) throw taken(declared, present);
  for (const { id } of present) await context.api.revokeOrgApiKey(orgId, id);
  try {
    return await post(context, orgId, declared);
  } catch (error) {
    if (!isNeonError(error) || !error.unanswered) throw error;
    // Nobody knows the key of a lost answer: what it made is revoked before another one is asked for.
    for (const { id } of await watchFor(context, strays)) await context.api.revokeOrgApiKey(orgId, id);
    return post(context, orgId, declared);
  }
}

/** What a lost POST made may come a while later. */
async function watchFor<T>(context: LifecycleContext, look: () => Promise<T[]>): Promise<T[]> {
  const deadline = context.clock.now() + watchMs;
  for (;;) {
    const found = await look();
    if (found.length > 0 || context.clock.now() >= deadline) return found;
    await context.clock.sleep(2_000);
  }
}

const watchMs = 30_000;

const post = (context: LifecycleContext, orgId: string, { name, projectId }: ApiKeyDeclared) =>
  context.api.createOrgApiKey(orgId, { key_name: name, project_id: projectId });

function taken({ name, projectId }: ApiKeyDeclared, present: readonly OrgApiKeysListResponseItem[]): NeonError {
  const ids = present.map(({ id, created_at: made }) => `${id} (made ${made})`).join(", ");
  return new NeonError(
    "NEON_ALREADY_EXISTS",
    `API keys named ${name} of project ${projectId} are there already: ${ids}`,
    {
      hint: "Their secret cannot be read again. Choose another name, or set adoptExisting: true to have them revoked.",
      operation: "listOrgApiKeys",
    },
  );
}

function outputsOf(orgId: string, declared: ApiKeyDeclared, made: OrgApiKeyCreateResponse): Values {
  const { projectId, name } = declared;
  return { orgId, projectId, keyId: String(made.id), name, key: made.key, createdAt: made.created_at, declared };
}
