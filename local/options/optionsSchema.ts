import { z } from "zod";
import type { LocalApiKey, LocalOrganization, LocalPerson } from "../api/callers";
import type { AccessRules } from "../api/rules/accessRules";
import type { BranchRules } from "../api/rules/branchRules";
import type { ComputeRules } from "../api/rules/computeRules";
import type { QuotaRules } from "../usage/quotaRules";
import type { OptionsFile } from "./optionsFile";

/** Every field of an interface: one that is added there and not here does not compile. */
type Shape<T> = { [K in keyof Required<T>]: z.ZodType<T[K]> };

const oneOf = <T extends string | number>(...values: T[]) => z.literal(values).optional();
const flag = z.boolean().optional();
const count = z.int().min(0).optional();
const text = z.string().min(1);
const actions = oneOf("nothing", "operations", "refused");

const branchRules = z.strictObject({
  outsideHistoryStatus: oneOf(400, 404, 406, 412, 422),
  deleteRefusedStatus: oneOf(400, 403, 409, 422),
  restoreBackup: oneOf("parentless", "parent"),
  resetBlockedHours: z.number().min(0).optional(),
  snapshotsLimit: count,
  maxSnapshotRetentionSeconds: z.number().min(0).optional(),
  scheduleFrequencies: z.array(z.literal(["hourly", "daily", "weekly", "monthly", "yearly"])).optional(),
} satisfies Shape<BranchRules>);

const computeRules = z.strictObject({
  freeSuspendTimeout: oneOf("refused", "ignored"),
  startActive: actions,
  suspendIdle: actions,
  restartIdle: actions,
  updateIdle: oneOf("nothing", "operations"),
  activeComputesLimit: count,
  activeComputesLimitOn: oneOf("connectAndStart", "connect"),
} satisfies Shape<ComputeRules>);

const accessRules = z.strictObject({
  settingsPatch: oneOf("merge", "replace"),
  projectDeletion: oneOf("recoverable", "permanent"),
  showsDeletedProjects: flag,
  recoverableProjectsCount: flag,
  organizationKeysListOrganizations: flag,
  scaleOnly: z.array(z.literal(["allowed_ips", "private_networking"])).optional(),
  apiKeysLimit: count,
  invitationsLimit: count,
} satisfies Shape<AccessRules>);

const quotaRules = z.strictObject({
  lagSeconds: z.number().min(0).optional(),
  changedQuota: oneOf("atOnce", "nextLook"),
  counterReset: oneOf("periodEnd", "nextLook"),
  periodAnchorDay: z.int().min(1).max(28).optional(),
  refusalStatus: oneOf(423, 402, 422),
  refusalCode: oneOf("named", "empty"),
  logicalSize: oneOf("suspend", "writesFail"),
} satisfies Shape<QuotaRules>);

const personShape = { email: z.email(), name: text.optional() } satisfies Shape<LocalPerson>;

const organization = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,60}$/, { error: "must be 1 to 60 of a-z, 0-9 and -" }),
  name: text,
  plan: z.literal(["free", "launch", "scale"]),
  projectsLimit: z.int().min(0),
  regions: z.array(text).optional(),
  allowHipaa: flag,
  members: z.array(z.strictObject({ ...personShape, role: oneOf("admin", "member") })).optional(),
} satisfies Shape<LocalOrganization>);

type KeyOf<K extends LocalApiKey["kind"]> = Extract<LocalApiKey, { kind: K }>;

/** As much as an Authorization header can carry. */
const key = z.string().regex(/^[\x21-\x7e]+$/, { error: "must be ASCII text without spaces" });

const apiKey = z.discriminatedUnion("kind", [
  z.strictObject({
    key,
    kind: z.literal("personal"),
    orgIds: z.array(text),
    inferOrg: flag,
    user: z.strictObject(personShape).optional(),
  } satisfies Shape<KeyOf<"personal">>),
  z.strictObject({ key, kind: z.literal("organization"), orgId: text } satisfies Shape<KeyOf<"organization">>),
]);

/** The form of an options file; that keys name organizations that are there is looked at by `checkOptions`. */
export const optionsSchema: z.ZodType<OptionsFile> = z.strictObject({
  organizations: z.array(organization).min(1).optional(),
  apiKeys: z.array(apiKey).min(1).optional(),
  branchRules: branchRules.optional(),
  computeRules: computeRules.optional(),
  accessRules: accessRules.optional(),
  quotaRules: quotaRules.optional(),
  proxyErrorSqlState: z
    .string()
    .regex(/^[0-9A-Z]{5}$/, { error: "must be five of 0-9 and A-Z" })
    .optional(),
  consumptionRateLimit: count,
} satisfies Shape<OptionsFile>);
