import fc from "fast-check";
import type { ProjectDeclared } from "../../../provider/fields";

const sizes = [0.25, 0.5, ...Array.from({ length: 16 }, (_, index) => index + 1)];

const compute = fc
  .tuple(fc.constantFrom(...sizes), fc.nat({ max: 8 }), fc.constantFrom(-1, 0, 60, 300, 604_800))
  .map(([min, spread, suspend]) => {
    const candidates = sizes.filter((size) => size >= min && size - min <= spread);
    return {
      autoscalingLimitMinCu: min,
      autoscalingLimitMaxCu: candidates.at(-1) ?? min,
      suspendTimeoutSeconds: suspend,
    };
  });

const limit = fc.nat({ max: 1_000_000 });
const quota = fc.record({
  activeTimeSeconds: limit,
  computeTimeSeconds: limit,
  writtenDataBytes: limit,
  dataTransferBytes: limit,
  logicalSizeBytes: limit,
});

const address = fc.oneof(
  fc.ipV4(),
  fc.tuple(fc.ipV4(), fc.nat({ max: 32 })).map(([ip, bits]) => `${ip}/${bits}`),
  fc.constant("2001:db8::/32"),
  fc.constant("10.0.0.1-10.0.0.9"),
);

/** Names that Neon takes, odd ones among them. */
const name = fc.oneof(
  fc.constantFrom("acme", "Müller & Söhne", "a", "x".repeat(256)),
  fc.string({ minLength: 1, maxLength: 40 }),
);

/** Any valid inputs of a Project, without those that cannot change. */
export const projectInputs: fc.Arbitrary<ProjectDeclared> = fc
  .record(
    {
      name,
      regionId: fc.constant("aws-eu-central-1"),
      historyRetentionSeconds: fc.constantFrom(0, 21_600, 86_400, 2_592_000),
      branchName: fc.constantFrom("main", "production"),
      compute,
      quota,
      allowedIps: fc.oneof(fc.constant<"any">("any"), fc.uniqueArray(address, { minLength: 1, maxLength: 4 })),
      allowedIpsProtectedBranchesOnly: fc.boolean(),
      blockPublicConnections: fc.boolean(),
      blockVpcConnections: fc.boolean(),
      maintenanceWindow: fc.record({
        weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
        startTime: fc.constantFrom("00:00", "23:59"),
        endTime: fc.constant("05:30"),
      }),
      auditLogLevel: fc.constantFrom<"base" | "extended" | "full">("base", "extended", "full"),
      protectedBranch: fc.boolean(),
      deletionProtection: fc.boolean(),
      recreateIfMissing: fc.boolean(),
    },
    { requiredKeys: ["name", "regionId"] },
  )
  .map((inputs) => {
    // The flag narrows a list, so it needs one.
    const { allowedIpsProtectedBranchesOnly: only, ...rest } = inputs;
    return rest.allowedIps === undefined || only === undefined
      ? rest
      : { ...rest, allowedIpsProtectedBranchesOnly: only };
  });

/** Anything at all in the place of inputs. */
export const anyInputs: fc.Arbitrary<Record<string, unknown>> = fc.dictionary(
  fc.constantFrom(
    "name",
    "regionId",
    "pgVersion",
    "compute",
    "quota",
    "allowedIps",
    "maintenanceWindow",
    "mark",
    "__provider",
    "projectId",
    "expiresAt",
    "surprise",
  ),
  fc.anything({ maxDepth: 3 }),
);
