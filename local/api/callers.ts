import { createHash, timingSafeEqual } from "node:crypto";
import { ApiError } from "./apiError";

/** Neon's plans, as far as their limits differ. */
export type Plan = "free" | "launch" | "scale";

export interface LocalOrganization {
  /** Default `org-local-00000001`. */
  id: string;
  name: string;
  plan: Plan;
  /** Most projects at one time. Default 100,000, so that a whole fleet fits. */
  projectsLimit: number;
}

/** A key that the server accepts. */
export type LocalApiKey =
  | {
      key: string;
      /** Belongs to a person who is in these organizations. */
      kind: "personal";
      orgIds: string[];
      /**
       * Where a request names no organization, take the only one instead of Neon's 400 "org_id is required". Default false.
       * The key that is made when none is given has it, so that clients need no further flag.
       */
      inferOrg?: boolean;
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
  /** Where none is named in the request. */
  defaultOrgId?: string;
}

/** Finds the caller of an Authorization header; 401 without a known key. Keys are compared without telling by time how much fits. */
export function callerFinder(keys: LocalApiKey[], userId: string): (authorization: string | undefined) => Caller {
  const known = keys.map((key) => ({ digest: sha256(key.key), caller: callerOf(key, userId) }));
  return (authorization) => {
    const token = /^Bearer +(\S+) *$/i.exec(authorization ?? "")?.[1];
    if (token === undefined)
      throw new ApiError(401, "This endpoint requires authentication. Add an Authorization header.");
    const digest = sha256(token);
    const match = known.find((key) => timingSafeEqual(key.digest, digest));
    if (!match) throw new ApiError(401, "supplied credentials do not pass authentication");
    return match.caller;
  };
}

function callerOf(key: LocalApiKey, userId: string): Caller {
  if (key.kind === "organization") {
    return { kind: "organization", accountId: key.orgId, orgIds: [key.orgId], defaultOrgId: key.orgId };
  }
  const only = key.inferOrg && key.orgIds.length === 1 ? key.orgIds[0] : undefined;
  return { kind: "personal", accountId: userId, orgIds: key.orgIds, defaultOrgId: only };
}

const sha256 = (text: string) => createHash("sha256").update(text).digest();
