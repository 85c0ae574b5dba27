import type { FaultEffect } from "../../../../local";
import { seededRandom } from "../../../chaos/support/random";
import type { TestApi } from "../../../local/api/testApi";
import type { SqlFault } from "./fakeSql";

/** One request of a recorded run: the n-th of its operation, from 0. */
export interface Call {
  readonly operationId: string;
  readonly reads: boolean;
  readonly n: number;
}

/** What strikes: a fault of the local Neon, at one call or at it and every later one of its kind; or one of the database. */
export type Strike =
  | { readonly call: Call; readonly effect: FaultEffect; readonly lasting: boolean }
  | { readonly transaction: number; readonly kind: SqlFault };

/** The command that runs under the fault, and what follows it directly. */
export interface FaultCase {
  readonly phase: "create" | "update" | "destroy";
  readonly strike: Strike;
  readonly next: "again" | "refresh" | "destroy";
}

const millisecond = { delayMs: 1 };
const beforeCommit = { when: "beforeCommit" } as const;
const afterCommit = { when: "afterCommit" } as const;

const onReads: readonly FaultEffect[] = [
  { kind: "423" },
  { kind: "429", retryAfterSeconds: 1 },
  { kind: "500" },
  { kind: "503" },
  { kind: "524" },
  { kind: "resetBeforeRequest" },
  { kind: "resetAfterCommit" },
  { kind: "slow", ...millisecond },
];

/** Long after the last look for what a lost answer may have made. */
const lateMs = 600;

const onWrites: readonly FaultEffect[] = [
  { kind: "423" },
  { kind: "429" },
  { kind: "500", ...beforeCommit },
  { kind: "500", ...afterCommit },
  { kind: "503", ...beforeCommit },
  { kind: "503", ...afterCommit },
  { kind: "524", ...beforeCommit },
  { kind: "524", ...afterCommit },
  { kind: "resetBeforeRequest" },
  { kind: "resetAfterCommit" },
  { kind: "commitAfterReset", delayMs: 4 },
  { kind: "commitAfterReset", delayMs: lateMs },
  { kind: "slow", ...millisecond, ...beforeCommit },
  { kind: "slow", ...millisecond, ...afterCommit },
  { kind: "operationFails" },
  { kind: "operationHangs" },
  { kind: "lock", durationMs: 10 },
];

/**
 * Whether a fault can happen at this call. Neon promises that a 503 was not carried out, so a creation is repeated after it, which no
 * client could do safely otherwise. An operation that hangs, hangs until it is released: a second one in its project cannot begin.
 */
function fits({ operationId }: Call, effect: FaultEffect, lasting: boolean): boolean {
  const isCreation = operationId.startsWith("create");
  if (effect.kind === "503" && effect.when === "afterCommit" && isCreation) return false;
  return effect.kind !== "operationHangs" || !lasting;
}

/** Every fault at every call and every transaction, each with everything that may follow. */
export function faultCases(phase: FaultCase["phase"], calls: readonly Call[], transactions: number): FaultCase[] {
  const strikes: Strike[] = [
    ...calls.flatMap((call) =>
      (call.reads ? onReads : onWrites).flatMap((effect) =>
        [false, true].filter((lasting) => fits(call, effect, lasting)).map((lasting) => ({ call, effect, lasting })),
      ),
    ),
    ...Array.from({ length: transactions }, (_, transaction) =>
      (["beforeCommit", "afterCommit"] as const).map((kind) => ({ transaction, kind })),
    ).flat(),
  ];
  const nexts = phase === "destroy" ? (["again", "refresh"] as const) : (["again", "refresh", "destroy"] as const);
  return strikes.flatMap((strike) => nexts.map((next) => ({ phase, strike, next })));
}

/** So many cases of each kind of fault, chosen by the seed. */
export function evenSample(cases: readonly FaultCase[], perKind: number, seed: number): FaultCase[] {
  const kinds = Map.groupBy(seededRandom(seed, "faults").shuffled(cases), ({ strike }) =>
    "transaction" in strike ? "transaction" : strike.effect.kind,
  );
  return [...kinds.values()].flatMap((all) => all.slice(0, perKind));
}

/** A case in one line. */
export function titleOf({ phase, strike, next }: FaultCase): string {
  const follows = next === "again" ? "" : `, then ${next}`;
  if ("transaction" in strike) return `${phase}: transaction ${strike.transaction} lost ${strike.kind}${follows}`;
  const { call, effect, lasting } = strike;
  const { kind, ...more } = effect;
  const details = Object.values(more).join(" ");
  const at = `${call.operationId} ${call.n}${lasting ? " and later" : ""}`;
  return `${phase}: ${kind}${details === "" ? "" : ` (${details})`} at ${at}${follows}`;
}

/** How often operations are looked at is a matter of chance; this often in every run. */
const steadyLooks = 6;

/** Does `work`, and says which requests it made; of the looks at operations the first ones. */
export async function recorded(neon: TestApi, work: () => Promise<unknown>): Promise<Call[]> {
  const { faults } = neon.neon;
  const before = faults.log.length;
  const witness = faults.add({ route: "*", kind: "slow", delayMs: 0 });
  try {
    await work();
  } finally {
    witness.remove();
  }
  const counts = new Map<string, number>();
  const requests = faults.log.slice(before).filter(({ operationId }, index, all) => {
    if (operationId !== "getProjectOperation") return true;
    return all.slice(0, index).filter((earlier) => earlier.operationId === operationId).length < steadyLooks;
  });
  return requests.map(({ operationId, method }) => {
    const n = counts.get(operationId) ?? 0;
    counts.set(operationId, n + 1);
    return { operationId, reads: method === "GET", n };
  });
}
