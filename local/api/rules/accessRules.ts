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
  /** Most API keys of a person or an organization. Neon advises at most 10,000, the default. */
  apiKeysLimit?: number;
  /** Most invitations of an organization. Neon's limit is not known. Default 1,000. */
  invitationsLimit?: number;
}

export type CompleteAccessRules = Required<AccessRules>;

export const completeAccessRules = (rules: AccessRules = {}): CompleteAccessRules => ({
  settingsPatch: "merge",
  projectDeletion: "recoverable",
  showsDeletedProjects: false,
  recoverableProjectsCount: false,
  organizationKeysListOrganizations: false,
  apiKeysLimit: 10_000,
  invitationsLimit: 1000,
  ...rules,
});
