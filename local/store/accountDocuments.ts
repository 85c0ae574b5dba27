import type * as neon from "@neondatabase/api-client";
import type { Plain } from "./neonTypes";

/** An API key that was made over the API; its id in the store is the SHA-256 of the secret, which is nowhere else. */
export interface ApiKeyDocument {
  id: number;
  name: string;
  created_at: string;
  /** The person who made it; a personal key is theirs. */
  created_by: string;
  /** Of an organization's key. */
  org_id?: string;
  /** Of a project-scoped key. */
  project_id?: string;
}

/** When a key was last used; the id in the store is the SHA-256 of the secret, also for configured keys. */
export interface KeyUseDocument {
  at: string;
  from: string;
}

/** A person in an organization; the id in the store is organization and user, the parent is the user. */
export interface MemberDocument {
  id: string;
  user_id: string;
  org_id: string;
  email: string;
  role: "admin" | "member";
  joined_at: string;
  /** By the options of the server; otherwise by an invitation. */
  configured: boolean;
  /** Removed over the API: the options do not bring them back. */
  removed: boolean;
}

export type InvitationDocument = Plain<neon.Invitation>;
export type PermissionDocument = Plain<neon.ProjectPermission>;
export type JwksDocument = Plain<neon.JWKS>;
export type TransferRequestDocument = Plain<neon.ProjectTransferRequestResponse>;

/** A VPC endpoint of an organization, or of a project that is restricted to it. */
export interface VpcEndpointDocument {
  vpc_endpoint_id: string;
  label: string;
  /** Of an organization's. */
  region_id?: string;
  /** Deleted: it cannot be added again. */
  removed?: boolean;
}
