import type { OrgApiKeyCreateRequest } from "@neondatabase/api-client";
import type { ApiKeyDocument } from "../../store/documents";
import { administered, requirePerson } from "../access";
import { badRequest, notFound, unprocessable } from "../apiError";
import { bodyOf, type Call, type Handler, type Handlers, ok } from "../call";
import { digestOf, type LocalApiKey, personOf } from "../callers";
import { type ApiContext, nowText } from "../context";
import { findOrganization } from "../find";
import { newApiKey } from "../ids";
import { checkDisplayName } from "../rules/names";
import { checkLimit } from "../rules/planLimits";

/** A key as lists show it. */
interface ListedKey {
  digest: string;
  key: ApiKeyDocument;
  /** From the options of the server: it cannot be revoked. */
  isConfigured: boolean;
}

/** Whose keys a request is about: a person's own, or an organization's. */
type Owner = { userId: string } | { orgId: string };

const parentOf = (owner: Owner) => ("orgId" in owner ? `organization ${owner.orgId}` : `user ${owner.userId}`);

/** Ids of keys that are made come after those of the configured ones, which are their places. */
const firstMadeId = 1000;

const createKey = (call: Call, context: ApiContext, owner: Owner, userId: string) => {
  const { key_name: name, project_id: projectId } = bodyOf<OrgApiKeyCreateRequest>(call);
  if (name === "") throw badRequest("key_name must not be empty");
  checkDisplayName("key", name);
  const wouldBe = context.store.count("apiKey", parentOf(owner)) + 1;
  checkLimit("API keys", "API_KEYS_LIMIT_EXCEEDED", context.accessRules.apiKeysLimit, wouldBe);
  const secret = newApiKey(context.random);
  const key: ApiKeyDocument = {
    id: firstMadeId + context.store.nextNumber("apiKey"),
    name,
    created_at: nowText(context),
    created_by: userId,
    ...("orgId" in owner ? { org_id: owner.orgId } : {}),
    ...("orgId" in owner && projectId !== undefined ? { project_id: projectId } : {}),
  };
  context.store.insert("apiKey", digestOf(secret), parentOf(owner), key);
  const { org_id: _owner, ...shown } = key;
  return ok({ ...shown, key: secret });
};

const createApiKey: Handler = (call, context) => {
  const { id } = requirePerson(call);
  return createKey(call, context, { userId: id }, id);
};

/** For admins; a key of the organization makes no other keys. */
const createOrgApiKey: Handler = (call, context) => {
  const { id: orgId } = findOrganization(context, call.caller, call.path["org_id"] ?? "");
  const user = requirePerson(call);
  administered(call, context, orgId);
  const projectId = bodyOf<OrgApiKeyCreateRequest>(call).project_id;
  if (projectId !== undefined && context.store.get("project", projectId)?.org_id !== orgId) {
    throw notFound("project not found", { project_id: projectId });
  }
  return createKey(call, context, { orgId }, user.id);
};

const listedView = (context: ApiContext, { digest, key }: ListedKey) => {
  const { org_id: _owner, created_by: userId, ...shown } = key;
  const user = context.users.find(({ id }) => id === userId);
  return { ...shown, created_by: { id: userId, name: user?.name ?? "", image: "" }, ...useOf(context, digest) };
};

const useOf = ({ store }: ApiContext, digest: string) => {
  const use = store.get("keyUse", digest);
  return { last_used_at: use?.at ?? null, last_used_from_addr: use?.from ?? "" };
};

/** The configured keys first, by their place. */
function keysOf(context: ApiContext, owner: Owner): ListedKey[] {
  const configured = context.apiKeys.flatMap((key, index) => {
    const isOwn = key.kind === "organization" ? ownsOrgKey(owner, key) : ownsPersonalKey(context, owner, key);
    return isOwn ? [configuredKey(context, key, index)] : [];
  });
  const made = context.store.entries("apiKey", parentOf(owner));
  return [...configured, ...made.map(({ id, doc }) => ({ digest: id, key: doc, isConfigured: false }))];
}

type OrgKey = Extract<LocalApiKey, { kind: "organization" }>;
type PersonalKey = Extract<LocalApiKey, { kind: "personal" }>;

const ownsOrgKey = (owner: Owner, key: OrgKey) => "orgId" in owner && owner.orgId === key.orgId;
const ownsPersonalKey = (context: ApiContext, owner: Owner, key: PersonalKey) =>
  "userId" in owner && owner.userId === personOf(context, key.user).id;

function configuredKey(context: ApiContext, key: LocalApiKey, index: number): ListedKey {
  const user = key.kind === "personal" ? personOf(context, key.user) : context.user;
  return {
    digest: digestOf(key.key),
    key: {
      id: index + 1,
      name: `local key ${index + 1}`,
      created_at: context.startedAt.toISOString(),
      created_by: user.id,
    },
    isConfigured: true,
  };
}

function revoke(call: Call, context: ApiContext, owner: Owner) {
  // Path parameters are converted already as the document says.
  const id = Number(call.path["key_id"]);
  const found = keysOf(context, owner).find(({ key }) => key.id === id);
  if (!found) throw notFound("API key not found", { key_id: String(id) });
  if (found.isConfigured) throw unprocessable("API key is configured and cannot be revoked", { key_id: String(id) });
  const { org_id: _owner, ...shown } = found.key;
  const answer = { ...shown, ...useOf(context, found.digest), revoked: true };
  context.store.remove("apiKey", found.digest);
  context.store.remove("keyUse", found.digest);
  return ok(answer);
}

const orgOf = (call: Call) => call.path["org_id"] ?? "";

export const apiKeyHandlers: Handlers = {
  createApiKey,
  createOrgApiKey,
  listApiKeys: (call, context) => {
    const { id } = requirePerson(call);
    return ok(keysOf(context, { userId: id }).map((key) => listedView(context, key)));
  },
  listOrgApiKeys: (call, context) => {
    const { id: orgId } = administered(call, context, orgOf(call));
    return ok(keysOf(context, { orgId }).map((key) => listedView(context, key)));
  },
  revokeApiKey: (call, context) => revoke(call, context, { userId: requirePerson(call).id }),
  revokeOrgApiKey: (call, context) => revoke(call, context, { orgId: administered(call, context, orgOf(call)).id }),
};

/** Keys of an organization that reach only this project: they end when it leaves. */
export function removeProjectKeys({ store }: ApiContext, orgId: string, projectId: string): void {
  for (const { id, doc } of store.entries("apiKey", parentOf({ orgId }))) {
    if (doc.project_id === projectId) store.remove("apiKey", id);
  }
}
