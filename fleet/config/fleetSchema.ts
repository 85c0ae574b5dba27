import { z } from "zod";
import { flagLeaf, textLeaf } from "./leaf";
import {
  allowedIpsLeaf,
  boundedTextLeaf,
  databaseNameLeaf,
  integerLeaf,
  patternLeaf,
  regionLeaf,
  roleNameLeaf,
  wordLeaf,
} from "./nameLeaves";
import { tenantKeyFault, tenantKeyPattern } from "./names";
import { pgSettingsSchema, policySchemas, preloadLibrariesSchema } from "./policyLeaves";
import { computeSizeLeaf, historyLeaf, keepLeaf, sizeQuotaLeaf, suspendLeaf, timeQuotaLeaf } from "./unitLeaves";

/** Names of plans, organizations and residency rules. */
const labelPattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/;
const label = (description: string) =>
  patternLeaf(labelPattern, "a name; use letters, digits, dots, dashes and underscores", description);
const labelKey = z.string().regex(labelPattern, {
  error: "cannot be a name; use letters, digits, dots, dashes and underscores",
});
const tenantKey = z
  .string()
  .meta({ pattern: tenantKeyPattern, description: "The tenant's key: the name of its stack and of its project." })
  .superRefine((key, context) => {
    const message = tenantKeyFault(key);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  });

const computeSize = {
  min: computeSizeLeaf("Smallest size, in CU.").optional(),
  max: computeSizeLeaf("Largest size, in CU; at most 8 more than min.").optional(),
  suspend: suspendLeaf.optional(),
  pgSettings: pgSettingsSchema.optional(),
};

const appRole = z.strictObject({
  name: roleNameLeaf("Name of the role."),
  access: wordLeaf(["readWrite", "readOnly"], "Whether it may change rows or only read them."),
  database: databaseNameLeaf("The database that it may use; the first one by default.").optional(),
});

const replica = z.strictObject({
  name: boundedTextLeaf(1, 64, "Name of the replica; it is found again by it."),
  ...computeSize,
  disabled: flagLeaf("Whether it is suspended and refuses connections.").optional(),
  preloadLibraries: preloadLibrariesSchema.optional(),
});

const snapshots = z.strictObject({
  frequency: wordLeaf(["hourly", "daily", "weekly", "monthly", "yearly"], "How often a snapshot is made."),
  hour: integerLeaf(0, 23, "an hour; write 0 to 23", "The hour, UTC; 0 by default.").optional(),
  day: integerLeaf(1, 31, "a day; write 1 to 31", "Day of the week (1 is Monday) or of the month.").optional(),
  month: integerLeaf(1, 12, "a month; write 1 to 12", "The month, for yearly.").optional(),
  keep: keepLeaf.optional(),
});

const limits = {
  compute: z.strictObject(computeSize).meta({ description: "The size and the settings of the compute." }).optional(),
  history: historyLeaf.optional(),
  quota: z
    .strictObject({
      activeTime: timeQuotaLeaf("Time that computes may be active in a billing period.").optional(),
      computeTime: timeQuotaLeaf("Active time multiplied by CU, in a billing period.").optional(),
      writtenData: sizeQuotaLeaf("Data written in a billing period.").optional(),
      dataTransfer: sizeQuotaLeaf("Data sent to clients in a billing period.").optional(),
      logicalSize: sizeQuotaLeaf("Data in any one branch; it never resets.").optional(),
    })
    .meta({ description: "What Neon lets the tenant use; a limit that is missing is unlimited." })
    .optional(),
  allowedIps: allowedIpsLeaf.optional(),
  ...policySchemas,
  protectedBranch: flagLeaf("Neon's own protection of the default branch (paid plans).").optional(),
  tags: z
    .record(labelKey, boundedTextLeaf(0, 256, "Any text."))
    .meta({ description: "Free words to select tenants by; they never reach Neon." })
    .optional(),
  appRoles: z
    .array(appRole)
    .meta({ description: "Roles that may use rows and nothing else, each with a generated password." })
    .optional(),
  replicas: z.array(replica).meta({ description: "Computes that only read, beside the first one." }).optional(),
  snapshots: z
    .array(snapshots)
    .meta({ description: "When snapshots of the default branch are made (paid plans); an empty list makes none." })
    .optional(),
};

const settings = {
  plan: label("Name of a plan of this file.").optional(),
  region: regionLeaf("Neon's region; it cannot change once the project exists.").optional(),
  residency: label("Name of a residency rule of this file.").optional(),
  organization: label("Name of an organization of this file; the first one by default.").optional(),
  postgres: integerLeaf(
    14,
    18,
    "a version of PostgreSQL that Neon runs; write 14 to 18",
    "PostgreSQL's major version.",
  ).optional(),
  branch: boundedTextLeaf(1, 256, "Name of the default branch.").optional(),
  database: databaseNameLeaf("Name of the first database.").optional(),
  role: roleNameLeaf("Name of the first role, which owns the first database.").optional(),
  protection: flagLeaf("Whether the project is protected from deletion; true by default.").optional(),
  retainOnDelete: flagLeaf(
    "Whether destroy leaves the project with its data at Neon and only ends its management; false by default.",
  ).optional(),
  ...limits,
};

const organization = z.strictObject({
  key: textLeaf<string>(
    {
      description: "The environment variable that holds the API key, never the key itself.",
      pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
    },
    (text) => {
      if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(text)) return { value: text };
      return { fault: { sentence: "is not the name of an environment variable; write one such as NEON_API_KEY" } };
    },
  ),
  id: patternLeaf(/^[a-z0-9-]{1,60}$/, "an organization's id; copy it from Neon's console", "Neon's org_id.", [
    "org-royal-sun-91776391",
  ]).optional(),
  plan: patternLeaf(/^[a-z][a-z0-9_-]*$/, "the name of a plan of Neon", "Neon's plan of the organization.", [
    "scale",
  ]).optional(),
  projectLimit: integerLeaf(
    1,
    1_000_000,
    "a number of projects",
    "How many projects the organization may hold.",
  ).optional(),
});

/** Pulumi writes it as `v1:salt:v1:nonce:check`, the last four in base64. */
export const saltLeaf = patternLeaf(
  /^v1:[A-Za-z0-9+/]+={0,2}:v1:[A-Za-z0-9+/]+={0,2}:[A-Za-z0-9+/]+={0,2}$/,
  "a salt as Pulumi writes it; copy encryptionsalt from a stack file, or remove the line",
  "Pulumi's encryptionsalt, for the provider passphrase.",
);

const secrets = z.strictObject({
  provider: patternLeaf(
    /^(passphrase|(awskms|gcpkms|azurekeyvault|hashivault):\/\/.+)$/,
    "a secrets provider; write passphrase, or a URL that begins with awskms://, gcpkms://, azurekeyvault:// or hashivault://",
    "Who encrypts the secrets in the states of the stacks.",
    ["passphrase", "awskms://alias/fleet?region=eu-central-1"],
  ),
  salt: saltLeaf.optional(),
  encryptedKey: patternLeaf(
    /^[A-Za-z0-9+/]+={0,2}$/,
    "an encrypted key as Pulumi writes it",
    "Pulumi's encryptedkey, for a key service.",
  ).optional(),
});

const tenant = z.strictObject({
  displayName: boundedTextLeaf(1, 256, "The customer's name for people; the key by default.").optional(),
  ...settings,
  databases: z
    .array(
      z.strictObject({
        name: databaseNameLeaf("Name of the database."),
        owner: roleNameLeaf("The role that owns it; the first role by default.").optional(),
      }),
    )
    .meta({ description: "Further databases." })
    .optional(),
  roles: z.array(roleNameLeaf("Name of the role.")).meta({ description: "Further roles." }).optional(),
  rotation: integerLeaf(
    0,
    1_000_000,
    "a count; write a whole number",
    "Counts the rotations of the app roles' passwords: another number makes new ones, once.",
  ).optional(),
  adopt: z
    .strictObject({
      projectId: patternLeaf(/^[a-z0-9-]{1,60}$/, "a project's id; copy it from Neon's console", "The project's id.", [
        "calm-sun-12345678",
      ]).optional(),
      byName: flagLeaf("Whether the one project of exactly the tenant's key as its name is taken over.").optional(),
      apply: flagLeaf("Whether what differs is changed with the adoption; otherwise differences stop it.").optional(),
      resetPassword: flagLeaf("Whether the owner gets a new password where the project stores none.").optional(),
    })
    .meta({ description: "An existing project that becomes this tenant's; read at the first apply only." })
    .optional(),
  allowDelete: z
    .array(boundedTextLeaf(1, 64, "Name of a further database or role, an app role or a replica."))
    .meta({
      description:
        "What may be dropped of the lists of databases, roles, app roles and replicas: apply this first, then remove it there.",
    })
    .optional(),
});

/** The fleet file as people write it; parsed, every value is in API units. */
export const fleetSchema = z.strictObject({
  name: patternLeaf(
    /^[a-z0-9][a-z0-9_.-]{0,99}$/,
    "the name of a fleet; use up to 100 lower-case letters, digits, dots, dashes and underscores",
    "The fleet's name, also Pulumi's project name.",
  ),
  fleet: patternLeaf(
    /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    "a UUID in lower case",
    "The ownership mark: a UUID of this fleet alone, which marks its projects at Neon. Never change it.",
  ),
  organizations: z
    .record(labelKey, organization)
    .meta({ description: "Neon's organizations; the first is the default." })
    .optional(),
  secrets: secrets.optional(),
  defaults: z
    .strictObject(settings)
    .meta({ description: "What holds unless a plan or a tenant says otherwise." })
    .optional(),
  plans: z
    .record(labelKey, z.strictObject(limits).nullable())
    .meta({ description: "Limits that tenants share." })
    .optional(),
  residency: z
    .record(
      labelKey,
      z
        .array(regionLeaf("A region that the rule allows."))
        .min(1, { error: "allows no region at all; name at least one" }),
    )
    .meta({ description: "Regions in which a tenant's data may live." })
    .optional(),
  tenants: z.record(tenantKey, tenant.nullable()).nullable().meta({ description: "One entry per customer." }),
});

/** What a fleet file holds after parsing. */
export type FleetFile = z.infer<typeof fleetSchema>;
export type LimitsInFile = NonNullable<NonNullable<FleetFile["plans"]>[string]>;
export type SettingsInFile = NonNullable<FleetFile["defaults"]>;
export type TenantInFile = NonNullable<NonNullable<FleetFile["tenants"]>[string]>;
