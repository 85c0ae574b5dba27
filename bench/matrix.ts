import { medians } from "./measure/median";
import { accountingGaps } from "./measure/runAccounted";
import { seededRandom, shuffled } from "./measure/shuffled";
import { measurePhases, type Cell, type PhaseFigures, type Secrets } from "./measurePhases";
import type { Figures, Phase, Way } from "./figures";
import type { Services } from "./services/startServices";
import type { SetName } from "./sets";

export interface MatrixOptions {
  services: Services;
  sets: readonly SetName[];
  secrets: readonly Secrets[];
  ways: readonly Way[];
  phases?: readonly Phase[];
  tenants: number;
  rounds: number;
  concurrency: number;
  /** Decides the order of the ways in each round. */
  seed: number;
  say: (line: string) => void;
  signal?: AbortSignal;
}

/** The medians of one way, set and secrets provider. */
export interface MeasuredCell extends Cell {
  figures: PhaseFigures;
}

/**
 * Measures every cell in every round, the ways of a round in a shuffled order, so that a machine that gets busier is not one way's bad
 * luck. Processes are counted in a run apart.
 */
export async function measureMatrix(options: MatrixOptions): Promise<MeasuredCell[]> {
  const random = seededRandom(options.seed);
  const cells = options.sets.flatMap((set) =>
    options.secrets.flatMap((secrets) => options.ways.map((way): Cell => ({ set, secrets, way }))),
  );
  const rounds = new Map<Cell, PhaseFigures[]>(cells.map((cell) => [cell, []]));
  const { services, tenants, concurrency, phases, signal } = options;
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const cell of shuffled(cells, random)) {
      options.say(`round ${round} of ${options.rounds}: ${cell.set}, ${cell.secrets}, ${cell.way}`);
      const figures = await measurePhases(cell, { services, tenants, concurrency, phases, signal, mode: "account" });
      rounds.get(cell)?.push(figures);
    }
  }
  const measured: MeasuredCell[] = [];
  for (const cell of cells) {
    measured.push({ ...cell, figures: await withProcesses(cell, mediansOf(rounds.get(cell) ?? []), options) });
  }
  return measured;
}

function mediansOf(rounds: readonly PhaseFigures[]): PhaseFigures {
  const phases = Object.keys(rounds[0] ?? {}) as (keyof PhaseFigures)[];
  return Object.fromEntries(
    phases.map((phase) => [
      phase,
      medians(rounds.flatMap((figures) => figures[phase] ?? []).map((one) => ({ ...one }))),
    ]),
  );
}

/** Counted for one tenant and for two, which tells what a run costs once and what each further tenant adds. */
async function withProcesses(cell: Cell, figures: PhaseFigures, options: MatrixOptions): Promise<PhaseFigures> {
  if (accountingGaps().includes("count")) return figures;
  options.say(`counting processes: ${cell.set}, ${cell.secrets}, ${cell.way}`);
  const count = (tenants: number) => measurePhases(cell, { ...options, tenants, mode: "count" });
  const { tenants } = options;
  const [few, more] = tenants <= 2 ? [undefined, await count(tenants)] : [await count(1), await count(2)];
  return Object.fromEntries(
    (Object.entries(figures) as [keyof PhaseFigures, Figures][]).map(([phase, figure]) => {
      const [ofOne, ofTwo] = [few, more].map((counted) => counted?.[phase]?.processesPerTenant ?? 0);
      const processesPerTenant = few ? extrapolate(ofOne ?? 0, 2 * (ofTwo ?? 0), tenants) / tenants : (ofTwo ?? 0);
      return [phase, { ...figure, processesPerTenant }];
    }),
  );
}

/** The count for `tenants`, of which the first takes `ofOne`, the first two `ofTwo`, and each further one as much as the second. */
export function extrapolate(ofOne: number, ofTwo: number, tenants: number): number {
  return ofOne + (ofTwo - ofOne) * (tenants - 1);
}
