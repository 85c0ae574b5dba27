/** What is not known for certain of Neon's projects, keys and organizations, or contradicted by one of its sources. */
export interface AccessRules {
  /**
   * What `updateProject` does with an object in `settings` (`quota`, `allowed_ips`, …): `merge` (default) keeps the keys that are
   * not named, `replace` gives them their defaults.
   */
  settingsPatch?: "merge" | "replace";
  /** What `deleteProject` does: `recoverable` (default) for seven days, as Neon's document says, or `permanent`, as older pages say. */
  projectDeletion?: "recoverable" | "permanent";
  /** Whether `getProject` answers for a deleted project that can be recovered. Default false: 404. */
  showsDeletedProjects?: boolean;
  /** Whether a deleted project that can be recovered counts against its organization's limit. Default false. */
  recoverableProjectsCount?: boolean;
  /**
   * Whether `getCurrentUserOrganizations` answers an organization's key with its organization, as Neon's document says. Default
   * false: 403, as was observed.
   */
  organizationKeysListOrganizations?: boolean;
  /**
   * What is refused with 403 on other plans than Scale: `allowed_ips`, a list of addresses that is not empty, and `private_networking`,
   * VPC endpoints and blocked connections. Default: `allowed_ips` alone, which Neon documents so.
   */
  scaleOnly?: ScaleFeature[];
  /** Most API keys of a person or an organization. Neon advises at most 10,000, the default. */
  apiKeysLimit?: number;
  /** Most invitations of an organization. Neon's limit is not known. Default 1,000. */
  invitationsLimit?: number;
}

export type ScaleFeature = "allowed_ips" | "private_networking";

export type CompleteAccessRules = Required<AccessRules>;

export const completeAccessRules = (rules: AccessRules = {}): CompleteAccessRules => ({
  settingsPatch: "merge",
  projectDeletion: "recoverable",
  showsDeletedProjects: false,
  recoverableProjectsCount: false,
  organizationKeysListOrganizations: false,
  scaleOnly: ["allowed_ips"],
  apiKeysLimit: 10_000,
  invitationsLimit: 1000,
  ...rules,
});
