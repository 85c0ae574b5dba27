import { createHash } from "node:crypto";
import type { Store } from "../store/store";
import { ApiError } from "./apiError";
import type { ApiContext, LocalUser } from "./context";
import { membershipsOf } from "./members";

/** Neon's plans, as far as their limits differ. */
export type Plan = "free" | "launch" | "scale";

/** Admins manage the organization; members work in its projects and delete none. Neon's other roles are not offered. */
export type OrganizationRole = "admin" | "member";

/** A person, known by the email address. */
export interface LocalPerson {
  email: string;
  /** Default: the email address. */
  name?: string;
}

export interface LocalOrganization {
  /** Default `org-local-00000001`. */
  id: string;
  name: string;
  plan: Plan;
  /** Most projects at one time. Default 100,000, so that a whole fleet fits. */
  projectsLimit: number;
  /** The regions that its projects may be in. Default: all. */
  regions?: string[];
  /** Whether its projects may be marked as HIPAA. Default true. */
  allowHipaa?: boolean;
  /**
   * People who are in it from the first start on; later changes over the API stay. The person of a personal key that names the
   * organization is in it as an admin and needs not be listed. Default: none.
   */
  members?: (LocalPerson & { role?: OrganizationRole })[];
}

/** A key that the server accepts. */
export type LocalApiKey =
  | {
      key: string;
      /** Belongs to a person who is in these organizations, and in those that they are invited to later. */
      kind: "personal";
      orgIds: string[];
      /**
       * Where a request names no organization, take the only one instead of Neon's 400 "org_id is required". Default false.
       * The key that is made when none is given has it, so that clients need no further flag.
       */
      inferOrg?: boolean;
      /** Whose it is. Default: the local user, `local@neon.local`. */
      user?: LocalPerson;
    }
  | {
      key: string;
      /** Belongs to one organization, which is implied. */
      kind: "organization";
      orgId: string;
    };

/** Who sends a request. */
export interface Caller {
  kind: "personal" | "organization";
  accountId: string;
  orgIds: string[];
  /** Those of the organizations that it manages. */
  adminOf: string[];
  /** Where none is named in the request. */
  defaultOrgId?: string;
  /** The person of a personal key. */
  user?: LocalUser;
  /** The only project that a project-scoped key reaches. */
  projectId?: string;
}

type KeyFacts = Pick<ApiContext, "store" | "clock" | "apiKeys" | "users">;

/**
 * Finds the caller of an Authorization header, from this address; 401 without a known key. Keys are looked up by their SHA-256,
 * so that the time it takes tells nothing of a key.
 */
export function callerFinder(context: KeyFacts): (authorization: string | undefined, from?: string) => Caller {
  const configured = new Map(context.apiKeys.map((key) => [digestOf(key.key), key]));
  return (authorization, from = "") => {
    const token = /^Bearer +(\S+) *$/i.exec(authorization ?? "")?.[1];
    if (token === undefined)
      throw new ApiError(401, "This endpoint requires authentication. Add an Authorization header.");
    const digest = digestOf(token);
    const key = configured.get(digest);
    const caller = key ? callerOfConfigured(context, key) : callerOfMade(context, digest);
    if (!caller) throw new ApiError(401, "supplied credentials do not pass authentication");
    noteUse(context, digest, from);
    return caller;
  };
}

function callerOfConfigured(context: KeyFacts, key: LocalApiKey): Caller {
  if (key.kind === "organization") return organizationCaller(key.orgId);
  const user = personOf(context, key.user);
  const only = key.inferOrg && key.orgIds.length === 1 ? key.orgIds[0] : undefined;
  return personalCaller(
    context,
    user,
    (membership) => membership.isLater || key.orgIds.includes(membership.orgId),
    only,
  );
}

/** A key that was made over the API. */
function callerOfMade(context: KeyFacts, digest: string): Caller | undefined {
  const key = context.store.get("apiKey", digest);
  if (!key) return undefined;
  if (key.org_id !== undefined) return organizationCaller(key.org_id, key.project_id);
  const user = context.users.find(({ id }) => id === key.created_by);
  return user && personalCaller(context, user, () => true);
}

function organizationCaller(orgId: string, projectId?: string): Caller {
  const own = [orgId];
  const adminOf = projectId === undefined ? own : [];
  return { kind: "organization", accountId: orgId, orgIds: own, adminOf, defaultOrgId: orgId, projectId };
}

function personalCaller(
  { store }: KeyFacts,
  user: LocalUser,
  counts: (membership: { orgId: string; isLater: boolean }) => boolean,
  defaultOrgId?: string,
): Caller {
  const memberships = membershipsOf(store, user.id).filter(({ org_id, configured }) =>
    counts({ orgId: org_id, isLater: !configured }),
  );
  const adminOf = memberships.filter(({ role }) => role === "admin").map(({ org_id }) => org_id);
  const orgIds = memberships.map(({ org_id }) => org_id);
  return { kind: "personal", accountId: user.id, orgIds, adminOf, defaultOrgId, user };
}

/** The user that a person of the options is. */
export function personOf({ users }: Pick<ApiContext, "users">, person: LocalPerson | undefined): LocalUser {
  const email = person?.email.toLowerCase();
  const user = email === undefined ? users[0] : users.find((known) => known.email.toLowerCase() === email);
  if (!user) throw new Error(`${email ?? "the local user"} is unknown`);
  return user;
}

/** Uses are kept to the second: not every request writes. */
const useGrainMs = 1000;

function noteUse({ store, clock }: { store: Store; clock: KeyFacts["clock"] }, digest: string, from: string): void {
  const now = clock.now();
  const last = store.get("keyUse", digest);
  if (!last) store.insert("keyUse", digest, "", { at: now.toISOString(), from });
  else if (last.from !== from || now.getTime() - Date.parse(last.at) >= useGrainMs) {
    store.update("keyUse", digest, { at: now.toISOString(), from });
  }
}

/** What is stored of a secret. */
export const digestOf = (secret: string): string => createHash("sha256").update(secret).digest("hex");
