import { table } from "../fleet/report/table";
import { phases, type Figures, type FleetFigures, type SetFigures } from "./figures";
import type { MeasuredCell } from "./matrix";
import type { Secrets } from "./measurePhases";
import { setNames } from "./sets";

/** The shape that `--json` prints; only what was measured is in it. */
export function toFleetFigures(cells: readonly MeasuredCell[]): FleetFigures {
  const kms = setsOf(cells, "kms");
  return { ...setsOf(cells, "passphrase"), ...(Object.keys(kms).length > 0 ? { kms } : {}) };
}

function setsOf(cells: readonly MeasuredCell[], secrets: Secrets): Partial<Record<"plain" | "full", SetFigures>> {
  return Object.fromEntries(
    setNames.flatMap((set) => {
      const own = cells.filter((cell) => cell.set === set && cell.secrets === secrets);
      return own.length === 0 ? [] : [[set, setFigures(own)]];
    }),
  );
}

function setFigures(cells: readonly MeasuredCell[]): SetFigures {
  return Object.fromEntries(
    phases.map((phase) => [
      phase,
      Object.fromEntries(cells.flatMap(({ way, figures }) => (figures[phase] ? [[way, rounded(figures[phase])]] : []))),
    ]),
  ) as SetFigures;
}

/** No figure is known to more than four digits after the point. */
function rounded(figures: Figures): Figures {
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]: [string, number]) => [name, Math.round(value * 1e4) / 1e4]),
  ) as unknown as Figures;
}

const head = ["phase", "way", "tenants/min", "CPU-s/tenant", "less CPU", "processes", "calls", "state KB", "peak MB"];
const rowPhases = phases.flatMap((phase) => (phase === "noChange" ? ([phase, "engineNoChange"] as const) : [phase]));

/** One table for each set and secrets provider. `less CPU` is how many times less than the documented way. */
export function fleetTables(cells: readonly MeasuredCell[]): string {
  const titles = [...new Set(cells.map(titleOf))];
  return titles
    .map((title) => `${title}\n\n${table(head, rowsOf(cells.filter((cell) => titleOf(cell) === title)))}`)
    .join("\n\n");
}

function titleOf({ set, secrets }: MeasuredCell): string {
  return `${set}, ${secrets}`;
}

function rowsOf(cells: readonly MeasuredCell[]): string[][] {
  const documented = cells.find(({ way }) => way === "documented")?.figures;
  return rowPhases.flatMap((phase) =>
    cells.flatMap(({ way, figures }) => {
      const own = figures[phase];
      // Whoever asks the engine is compared with the documented way, which always does.
      const reference = documented?.[phase === "engineNoChange" ? "noChange" : phase];
      return own ? [[phase, way, ...numbersOf(own, reference)]] : [];
    }),
  );
}

function numbersOf(own: Figures, reference: Figures | undefined): string[] {
  const ratio = reference && own.cpuSecondsPerTenant > 0 ? reference.cpuSecondsPerTenant / own.cpuSecondsPerTenant : 0;
  return [
    own.tenantsPerMinute.toFixed(1),
    own.cpuSecondsPerTenant.toFixed(3),
    ratio > 0 ? `${ratio.toFixed(1)}x` : "-",
    own.processesPerTenant.toFixed(1),
    own.apiCallsPerTenant.toFixed(1),
    (own.stateBytesPerTenant / 1000).toFixed(1),
    (own.peakMemoryBytes / 1e6).toFixed(0),
  ];
}
