import { z } from "zod";

/** One thing that is wrong with the inputs: which field, and a sentence. */
export interface Problem {
  readonly path: string;
  readonly reason: string;
}

/**
 * Compute sizes that Neon has: 0.25, 0.5, 1 to 16 in whole steps, 18 to 56 in steps of two. Which of them a plan allows is left to Neon.
 */
export function isComputeSize(cu: number): boolean {
  if (cu === 0.25 || cu === 0.5) return true;
  if (!Number.isInteger(cu) || cu < 1) return false;
  return cu <= 16 || (cu <= 56 && cu % 2 === 0);
}

/** Schema of one compute size. */
export const computeSize = z
  .number()
  .refine(isComputeSize, "must be a size that Neon has: 0.25, 0.5, 1 to 16, or an even number from 18 to 56");

/** Neon's rule for `suspend_timeout_seconds`. */
export const suspendTimeout = z
  .number()
  .int("must be whole seconds")
  .refine(
    (seconds) => seconds === -1 || seconds === 0 || (seconds >= 60 && seconds <= 604_800),
    "must be -1 (never), 0 (Neon's default of 300 seconds), or 60 to 604800 seconds",
  );

/** The sizes of one compute, as the fields `autoscalingLimitMinCu` and `autoscalingLimitMaxCu` hold them. */
export interface ComputeLimits {
  autoscalingLimitMinCu?: unknown;
  autoscalingLimitMaxCu?: unknown;
}

/** The rules between the two limits: min <= max, and while autoscaling both at most 16 and at most 8 apart. */
export function computeLimitProblems(limits: ComputeLimits, prefix = ""): Problem[] {
  const { autoscalingLimitMinCu: min, autoscalingLimitMaxCu: max } = limits;
  if (typeof min !== "number" || typeof max !== "number") return [];
  const path = `${prefix}autoscalingLimitMaxCu`;
  if (min > max) return [{ path, reason: `must not be below autoscalingLimitMinCu (${min})` }];
  if (min === max) return [];
  const problems: Problem[] = [];
  if (max > 16) {
    problems.push({ path, reason: "must be at most 16 while autoscaling; above it set both limits to the same size" });
  }
  if (max - min > 8) problems.push({ path, reason: `must be at most 8 above autoscalingLimitMinCu (${min})` });
  return problems;
}

/** Settings of Postgres by name (`pg_settings`). Which ones there are, and their values, is left to Neon. */
export const pgSettings = z.record(
  z.string().regex(/^[A-Za-z_][\w$.]*$/, "must be a name of a Postgres setting, such as work_mem"),
  z.string(),
  { error: 'must be an object of texts by name, such as { work_mem: "64MB" }' },
);

/** Libraries of `shared_preload_libraries` (`PreloadLibraries`); both parts are always sent. */
export const preloadLibraries = z.strictObject({
  useDefaults: z.boolean(),
  enabledLibraries: z.array(z.string().min(1, "must not be empty")),
});

/** What {@link preloadLibraries} are where nobody chose: Neon's own and no others. */
export const defaultPreloadLibraries: z.output<typeof preloadLibraries> = { useDefaults: true, enabledLibraries: [] };

/** A name of a role or database: Postgres cuts identifiers at 63 bytes, so longer ones are refused. */
export const identifier = z
  .string()
  .min(1, "must not be empty")
  .refine((name) => Buffer.byteLength(name) <= 63, "must be at most 63 bytes long");

const reservedRoles = ["neon_superuser", "cloud_admin", "zenith_admin", "public", "none"];

/** A role name that Neon does not keep for itself. */
export const roleName = identifier.refine(
  (name) => !name.startsWith("pg_") && !reservedRoles.includes(name),
  `must not be a name that Neon or Postgres keeps for itself (pg_…, ${reservedRoles.join(", ")})`,
);
