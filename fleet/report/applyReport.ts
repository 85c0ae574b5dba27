import type { ApplyReport } from "../operations/applyFleet";
import { countLine } from "./planReport";
import { table } from "./table";

/** The table of a run, its failures with their codes, and one line that counts. */
export function applyReport(report: ApplyReport): string {
  const rows = report.outcomes.map((outcome) => [
    outcome.tenant,
    outcome.plan ?? "-",
    outcome.region ?? "-",
    outcome.projectId ?? "-",
    outcome.state,
    `${outcome.seconds.toFixed(1)} s`,
  ]);
  const parts = [table(["customer", "plan", "region", "project", "state", "time"], rows)];
  const failures = report.outcomes.flatMap(({ tenant, error }) =>
    error ? [`  ${tenant}: ${error.code}: ${error.message}`] : [],
  );
  if (failures.length > 0) parts.push(failures.join("\n"));
  parts.push(`${countLine(countsOf(report))} in ${report.seconds.toFixed(1)} s`);
  if (report.interrupted) parts.push("Interrupted. The same command again goes on where this one stopped.");
  return parts.join("\n\n");
}

/** Tenants by how they ended. */
export function countsOf(report: ApplyReport): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of report.outcomes) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}
