import { z } from "zod";
import { type ChangeClass, type Declared, field } from "./field";
import { adoptExisting, allowDelete, id, parent } from "./subResourceFields";

const shortText = z.string().min(1, "must not be empty").max(256, "must be at most 256 characters long");

const orgId = field({
  schema: id,
  about: "Organization in which this lives.",
  api: "path org_id",
  defaultText: "`neon:orgId`, then `NEON_ORG_ID`",
  change: "refused",
  refusal: {
    reason: "Neon cannot move it to another organization",
    wayOut: "Add a second resource with the new value, or put the old value back.",
  },
});

const frequencies = ["hourly", "daily", "weekly", "monthly", "yearly"] as const;
const whole = (min: number, max: number) =>
  z.number().int("must be a whole number").min(min, `must be ${min} to ${max}`).max(max, `must be ${min} to ${max}`);

/** One entry of a snapshot schedule, in UTC. */
const scheduleEntry = z
  .strictObject({
    frequency: z.enum(frequencies, { error: `must be one of ${frequencies.join(", ")}` }),
    hour: whole(0, 23).optional(),
    day: whole(1, 31).optional(),
    month: whole(1, 12).optional(),
    retentionSeconds: z.number().int("must be whole seconds").min(3600, "must be at least 3600 seconds").optional(),
  })
  .refine(({ frequency, day }) => frequency !== "weekly" || (day ?? 1) <= 7, {
    path: ["day"],
    message: "must be 1 (Monday) to 7 (Sunday) for a weekly snapshot",
  });

type ScheduleEntry = z.output<typeof scheduleEntry>;

/** Fewer snapshots, or snapshots that are kept less long, guard the data less. */
function thinsOut(from: ScheduleEntry[] | undefined, to: ScheduleEntry[]): ChangeClass {
  const keptFor = ({ retentionSeconds }: ScheduleEntry): number => retentionSeconds ?? Infinity;
  const isCovered = (former: ScheduleEntry): boolean =>
    to.some((entry) => entry.frequency === former.frequency && keptFor(entry) >= keptFor(former));
  return (from ?? []).every(isCovered) ? "inPlace" : "reducesProtection";
}

/** Every input of a SnapshotSchedule. */
export const snapshotScheduleFields = {
  projectId: parent("Project", "path project_id"),
  branchId: field({
    schema: id,
    required: true,
    about:
      "Root branch of which snapshots are made; a change moves the schedule, as after a restore gave the branch another id.",
    api: "path branch_id",
  }),
  schedule: field({
    schema: z.array(scheduleEntry).min(1, "must have an entry; to make no more snapshots, remove the resource"),
    required: true,
    about:
      "When snapshots are made, in UTC: each entry has a `frequency` (hourly, daily, weekly, monthly, yearly), and where it applies " +
      "`hour` (0 to 23), `day` (of the week, 1 is Monday, or of the month) and `month`; `retentionSeconds` (at least 3600) is how long " +
      "each is kept, for ever where it is left out.",
    api: "schedule[] (setSnapshotSchedule)",
    change: thinsOut,
    changeText: "in place; fewer snapshots, or kept less long, reduce protection",
    asSet: true,
  }),
  adoptExisting: field({
    schema: z.boolean(),
    about: "A schedule that the branch has already is replaced instead of being an error.",
    defaultText: "false",
    removed: { to: false },
  }),
} as const;

/** Every input of a ProjectPermission. */
export const projectPermissionFields = {
  projectId: parent("Project", "path project_id"),
  email: field({
    schema: z.email("must be an email address").max(256, "must be at most 256 characters long"),
    required: true,
    about: "Person who may work in the project; another one gets access before the former one loses it.",
    api: "email (grantPermissionToProject)",
    change: "reducesProtection",
  }),
  adoptExisting: adoptExisting("permission"),
} as const;

/** Every input of an ApiKey. */
export const apiKeyFields = {
  orgId,
  projectId: field({
    schema: id,
    required: true,
    about: "The only project that the key reaches; it can neither create projects nor delete this one.",
    api: "project_id (createOrgApiKey)",
    change: "refused",
    refusal: {
      reason: "a key that reaches another project is another key",
      wayOut: "Add a second ApiKey for the other project, or put the old value back.",
    },
  }),
  name: field({
    schema: shortText,
    required: true,
    about: "Name shown by Neon; another name makes another key, as another `epoch` does.",
    api: "key_name (createOrgApiKey)",
  }),
  epoch: field({
    schema: z.string(),
    about:
      "Any text; another one makes a new key. The former one goes on working until the next rotation, or `revokePrevious`.",
    defaultText: "none",
  }),
  revokePrevious: field({
    schema: z.boolean(),
    about: "Revoke the key before the present one: write true once everything has the present one.",
    defaultText: "false",
    removed: { to: false },
  }),
  adoptExisting: field({
    schema: z.boolean(),
    about:
      "Keys of this name for this project that are there already are revoked, because their secret cannot be read again, instead of being an error.",
    defaultText: "false",
    removed: { to: false },
  }),
} as const;

/** Every input of a JwksUrl. */
export const jwksUrlFields = {
  projectId: parent("Project", "path project_id"),
  jwksUrl: field({
    schema: z.url({ protocol: /^https$/, error: "must be an https URL" }),
    required: true,
    about: "Where the keys of the token issuer are listed; the new one is added before the former one is taken away.",
    api: "jwks_url (addProjectJWKS)",
  }),
  providerName: field({
    schema: shortText,
    required: true,
    about: "Name of the token issuer, such as Clerk or Auth0. A change takes the entry away and adds it again at once.",
    api: "provider_name (addProjectJWKS)",
  }),
  branchId: field({
    schema: id,
    about: "The only branch for which it holds.",
    api: "branch_id (addProjectJWKS)",
    defaultText: "all branches",
    removed: { to: null },
  }),
  jwtAudience: field({
    schema: shortText,
    about: "The `aud` that tokens must have.",
    api: "jwt_audience (addProjectJWKS)",
    defaultText: "any",
    removed: { to: null },
    changeText: "in place; taking it out reduces protection",
    change: (_from: string | undefined, to: string | null) => (to === null ? "reducesProtection" : "inPlace"),
  }),
  roleNames: field({
    schema: z.array(shortText).min(1, "must name a role").max(10, "must name at most 10 roles"),
    about: "Roles that tokens may take (deprecated at Neon). A change takes the entry away and adds it again at once.",
    api: "role_names (addProjectJWKS)",
    defaultText: "authenticator, authenticated and anonymous",
    removed: { to: ["authenticator", "authenticated", "anonymous"] },
    asSet: true,
  }),
  adoptExisting: adoptExisting("JWKS URL"),
} as const;

const vpcEndpointId = field({
  schema: z.string().regex(/^vpce-[0-9a-z]{1,64}$/, "must be the id of a VPC endpoint, such as vpce-1234567890abcdef0"),
  required: true,
  about: "Id of the VPC endpoint at the cloud provider.",
  api: "path vpc_endpoint_id",
  change: "refused",
  refusal: {
    reason: "another endpoint is another assignment",
    wayOut: "Add a second resource for it, move the connections, and then remove this one.",
  },
});
const label = field({ schema: shortText, required: true, about: "Label shown by Neon.", api: "label" });

/** Every input of a VpcEndpointAssignment. */
export const vpcEndpointAssignmentFields = {
  orgId,
  regionId: field({
    schema: id,
    required: true,
    about: "Region of the VPC endpoint, such as `aws-eu-central-1`.",
    api: "path region_id",
    change: "refused",
    refusal: {
      reason: "a VPC endpoint lives in one region",
      wayOut: "Add a second resource for the endpoint of the other region, or put the old value back.",
    },
  }),
  vpcEndpointId,
  label,
  allowDelete: allowDelete("VPC endpoint, which Neon never takes again once it was taken away,"),
  adoptExisting: adoptExisting("assignment"),
} as const;

/** Every input of a VpcEndpointRestriction. */
export const vpcEndpointRestrictionFields = {
  projectId: parent("Project", "path project_id"),
  vpcEndpointId,
  label,
  allowDelete: allowDelete("restriction, without which the project is open to other VPC endpoints,"),
  adoptExisting: adoptExisting("restriction"),
} as const;

/** What the user declared of a SnapshotSchedule. */
export type SnapshotScheduleDeclared = Declared<typeof snapshotScheduleFields>;
/** What the user declared of a ProjectPermission. */
export type ProjectPermissionDeclared = Declared<typeof projectPermissionFields>;
/** What the user declared of an ApiKey. */
export type ApiKeyDeclared = Declared<typeof apiKeyFields>;
/** What the user declared of a JwksUrl. */
export type JwksUrlDeclared = Declared<typeof jwksUrlFields>;
/** What the user declared of a VpcEndpointAssignment. */
export type VpcEndpointAssignmentDeclared = Declared<typeof vpcEndpointAssignmentFields>;
/** What the user declared of a VpcEndpointRestriction. */
export type VpcEndpointRestrictionDeclared = Declared<typeof vpcEndpointRestrictionFields>;
