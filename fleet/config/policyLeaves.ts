import { z } from "zod";
import { describe, flagLeaf, leaf } from "./leaf";
import { boundedTextLeaf, integerLeaf, patternLeaf, wordLeaf } from "./nameLeaves";

const timeLeaf = (description: string) =>
  patternLeaf(/^([01]\d|2[0-3]):[0-5]\d$/, "a time of the day; write it as 03:30, in UTC", description, ["03:30"]);

const settingName = z.string().regex(/^[A-Za-z_][\w$.]*$/, {
  error: "cannot name a setting of Postgres; write one such as work_mem",
});

/** The value of a setting of Postgres. People write numbers and switches too; Neon takes texts. */
const settingLeaf = leaf<string>(
  { type: ["string", "number", "boolean"], examples: ["64MB", 200, true], description: "As Postgres writes it." },
  (written) => {
    if (typeof written === "string") return { value: written };
    if (typeof written === "boolean") return { value: written ? "on" : "off" };
    if (typeof written === "number" && Number.isFinite(written)) return { value: String(written) };
    const sentence = `${describe(written)} is not a value of a setting; write a text, a number, or true or false`;
    return { fault: { sentence, code: "FLEET_TYPE" } };
  },
);

/** Settings of Postgres by name. */
export const pgSettingsSchema = z
  .record(settingName, settingLeaf)
  .meta({ description: "Settings of Postgres by name; a change restarts the compute." });

/** Libraries that computes load when they start. */
export const preloadLibrariesSchema = z
  .strictObject({
    useDefaults: flagLeaf("Whether Neon's own libraries are loaded too; true by default.").optional(),
    enabledLibraries: z
      .array(boundedTextLeaf(1, 63, "Name of a library."))
      .meta({ description: "Further libraries." })
      .optional(),
  })
  .meta({ description: "Libraries that computes load when they start; a change restarts them." });

/** Who reaches a project and how Neon runs it, under the names of the API. */
export const policySchemas = {
  allowedIpsProtectedBranchesOnly: flagLeaf("Whether allowedIps holds for protected branches only.").optional(),
  blockPublicConnections: flagLeaf("Whether connections from the public internet are refused.").optional(),
  blockVpcConnections: flagLeaf("Whether connections from VPC endpoints are refused.").optional(),
  enableLogicalReplication: flagLeaf("Logical replication; Neon never switches it off again.").optional(),
  maintenanceWindow: z
    .strictObject({
      weekdays: z
        .array(integerLeaf(1, 7, "a day of the week; write 1 (Monday) to 7 (Sunday)", "1 (Monday) to 7 (Sunday)."))
        .min(1, { error: "names no day at all; name at least one" }),
      startTime: timeLeaf("When it begins, UTC."),
      endTime: timeLeaf("When it ends, UTC."),
    })
    .meta({ description: "When Neon may restart computes for maintenance." })
    .optional(),
  hipaa: flagLeaf("HIPAA mode; Neon never switches it off again.").optional(),
  auditLogLevel: wordLeaf(["base", "extended", "full"], "How much the audit log of a HIPAA project holds.").optional(),
  preloadLibraries: preloadLibrariesSchema.optional(),
};
