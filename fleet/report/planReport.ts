import { allowText, consentNeeds, type FieldChange, type Plan, type PlanEntry, type QuotaUse } from "../plan";
import { table } from "./table";

const quiet = new Set(["unchanged"]);

/** The plan for people: what changes first, each change with its class, then one line that counts. */
export function planReport(plan: Plan): string {
  const shown = plan.entries.filter((entry) => !quiet.has(entry.action));
  const rows = shown.map((entry) => [
    entry.tenant,
    entry.action,
    entry.spec?.plan ?? "-",
    entry.spec?.region ?? "-",
    why(entry),
  ]);
  const parts = shown.length > 0 ? [table(["customer", "action", "plan", "region", "why"], rows)] : [];
  const details = shown.flatMap((entry) => detailsOf(entry));
  if (details.length > 0) parts.push(details.join("\n"));
  const needs = consentNeeds(plan);
  if (needs.length > 0) parts.push(`${countLine(plan.classes)}: apply needs --allow ${allowText(needs)}`);
  parts.push(countLine(plan.actions));
  return parts.join("\n\n");
}

/** `2 create, 10 unchanged` without the zeros. */
export function countLine(counts: Record<string, number>): string {
  const said = Object.entries(counts).filter(([, count]) => count > 0);
  return said.length === 0 ? "nothing to do" : said.map(([what, count]) => `${count} ${what}`).join(", ");
}

const reasonTexts: Record<PlanEntry["reasons"][number], string> = {
  new: "new",
  specChanged: "the entry changed",
  programChanged: "the program's version changed",
  checkpointChanged: "its state changed since the last apply",
  checkpointMissing: "its state is not readable here",
  notInLedger: "not in the ledger",
};

function why(entry: PlanEntry): string {
  if (entry.action === "unlisted") return "no longer in the file: left alone";
  if (entry.action === "departed") return "has left: left alone";
  if (entry.refusals.length > 0) return entry.refusals.map((refusal) => refusal.code).join(", ");
  return entry.reasons.map((reason) => reasonTexts[reason]).join(", ");
}

function detailsOf(entry: PlanEntry): string[] {
  const changes = entry.changes.map((change) => `  ${entry.tenant}: ${changeText(change)}`);
  const refusals = entry.refusals.map(
    (refusal) => `  ${entry.tenant}: ${refusal.code}: ${refusal.reason}. ${refusal.wayOut}`,
  );
  return entry.action === "unlisted" || entry.action === "departed" ? [] : [...changes, ...refusals];
}

function changeText({ field, from, to, class: kind, use }: FieldChange): string {
  return `${field}: ${valueText(from)} -> ${valueText(to)} (${kind}${use ? `; ${useText(use)}` : ""})`;
}

function useText({ used, isUsedUp, error }: QuotaUse): string {
  if (used === undefined) return `present use unknown${error === undefined ? "" : `: ${error}`}`;
  return isUsedUp ? `${used} used: it would suspend at once` : `${used} used`;
}

function valueText(value: unknown): string {
  return value === undefined ? "unset" : typeof value === "string" ? value : JSON.stringify(value);
}
