import { z } from "zod";
import { durationSeconds } from "../duration";
import type { Seed, SeedBranch, SeedDatabase, SeedProject } from "./seed";
import { checkDatabaseName, checkDisplayName, checkRoleName } from "../api/rules/names";

/** Every field of an interface: one that is added there and not here does not compile. */
type Shape<T> = { [K in keyof Required<T>]: z.ZodType<T[K]> };

/** Text that the API's own rule takes. */
const checkedText = (check: (name: string) => void) =>
  z
    .string()
    .min(1)
    .superRefine((name, context) => {
      try {
        check(name);
      } catch (error) {
        context.addIssue({ code: "custom", message: (error as Error).message });
      }
    });

const displayName = (kind: string) => checkedText((name) => checkDisplayName(kind, name)).max(256);
const texts = z.union([z.string(), z.array(z.string())], { error: "must be a text or a list of texts" }).optional();
const roles = z.array(checkedText(checkRoleName)).optional();

const database = z.strictObject({
  name: checkedText(checkDatabaseName),
  owner_name: checkedText(checkRoleName).optional(),
  sql: texts,
  files: texts,
} satisfies Shape<SeedDatabase>);

const branch = z.strictObject({
  name: displayName("branch"),
  parent: z.string().optional(),
  roles,
  databases: z.array(database).optional(),
} satisfies Shape<SeedBranch>);

const retention = z
  .union([z.int(), z.string()], { error: "must be seconds or a duration" })
  .refine((value) => Number.isInteger(durationSeconds(value)), { error: "must be seconds or a duration like 7d" });

const project = z.strictObject({
  name: displayName("project"),
  org_id: z.string().optional(),
  region_id: z.string().optional(),
  pg_version: z.int().optional(),
  history_retention_seconds: retention.optional(),
  settings: z.record(z.string(), z.unknown()).optional(),
  default_endpoint_settings: z.record(z.string(), z.unknown()).optional(),
  branch: displayName("branch").optional(),
  roles,
  databases: z.array(database).optional(),
  branches: z.array(branch).optional(),
} satisfies Shape<SeedProject>);

/** The form of a seed; what its parts must be to each other is looked at by `planSeed`. */
export const seedSchema: z.ZodType<Seed> = z.strictObject({
  projects: z.array(project),
} satisfies Shape<Seed>);
