import { z } from "zod";
import { saltLeaf } from "./fleetSchema";
import { flagLeaf, textLeaf } from "./leaf";
import { boundedTextLeaf } from "./nameLeaves";
import { tenantKeyFault } from "./names";

/** ISO 8601 in UTC, as `Date.toISOString` writes it; the part of a second may be missing. */
const time = textLeaf<string>(
  { description: "ISO 8601, UTC.", pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?Z$" },
  (text) => {
    const sound = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/.test(text) && !Number.isNaN(Date.parse(text));
    return sound ? { value: text } : { fault: { sentence: "is not a time in UTC such as 2026-11-23T15:00:00Z" } };
  },
);

/** Facts of one tenant. Strict: an older program that overlooked a newer fact would undo what was decided. */
export const factsSchema = z.strictObject({
  protection: flagLeaf("False once the deletion of this tenant was allowed.").optional(),
  departed: z
    .strictObject({ at: time, by: boundedTextLeaf(1, 256, "Who ran the command.") })
    .meta({ description: "Set once the tenant has left." })
    .optional(),
});

/** The facts beside a fleet file, which commands write. */
export const stateSchema = z.strictObject({
  secrets: z.strictObject({ salt: saltLeaf.optional() }).optional(),
  tenants: z
    .record(
      z.string().superRefine((key, context) => {
        const message = tenantKeyFault(key);
        if (message !== undefined) context.addIssue({ code: "custom", message });
      }),
      factsSchema,
    )
    .nullable()
    .optional(),
});

export type StateFile = z.infer<typeof stateSchema>;
