import type { FaultEffect, FaultRule } from "../../../local";
import { seededRandom } from "./random";

/**
 * What may happen to the one POST of a project. A 503 after the commit is not among them: Neon promises that a 503 did nothing, and
 * repeating it is right.
 */
function createEffects(delayMs: number): FaultEffect[] {
  return [
    { kind: "423" },
    { kind: "429" },
    { kind: "429", retryAfterSeconds: 1 },
    { kind: "500", when: "beforeCommit" },
    { kind: "500", when: "afterCommit" },
    { kind: "503", when: "beforeCommit" },
    { kind: "524", when: "beforeCommit" },
    { kind: "524", when: "afterCommit" },
    { kind: "resetBeforeRequest" },
    { kind: "resetAfterCommit" },
    { kind: "commitAfterReset", delayMs },
    { kind: "commitAfterReset", delayMs: Math.ceil(delayMs / 2) },
  ];
}

/** What may happen to any request that reads or changes what is there. */
const elsewhere: FaultRule[] = [
  { route: "* /**", kind: "429", probability: 0.01 },
  { route: "* /**", kind: "429", retryAfterSeconds: 1, probability: 0.01 },
  { route: "GET /**", kind: "500", probability: 0.01 },
  { route: "GET /**", kind: "503", probability: 0.01 },
  { route: "GET /**", kind: "524", probability: 0.01 },
  { route: "GET /**", kind: "resetBeforeRequest", probability: 0.01 },
  { route: "GET /**", kind: "resetAfterCommit", probability: 0.01 },
  { route: "* /**", kind: "slow", delayMs: 1_500, probability: 0.05 },
];

/** Changes: a PATCH is repeated after a lost answer, and what is repeated is the same. */
const changes: FaultRule[] = [
  { route: "PATCH /**", kind: "423", every: 3 },
  { route: "PATCH /**", kind: "500", when: "afterCommit", probability: 0.1 },
  { route: "PATCH /**", kind: "503", when: "afterCommit", probability: 0.1 },
  { route: "PATCH /**", kind: "resetAfterCommit", probability: 0.1 },
  { route: "updateProject", kind: "lock", durationMs: 500, every: 4 },
];

export interface FaultPlanOptions {
  /** How many projects are made. */
  creates: number;
  /** How often each kind strikes a creation. Default 1. */
  repeats?: number;
  /** What is waited out for a minute strikes first, so that the minutes pass at the same time. Default false: at any time. */
  slowFirst?: boolean;
}

/** Nobody answers, and nothing was made. */
const isSlow = (effect: FaultEffect) =>
  effect.kind === "resetBeforeRequest" ||
  ((effect.kind === "500" || effect.kind === "524") && effect.when === "beforeCommit");

/**
 * The faults of a chaos run: each kind strikes `repeats` of the first `creates` creations at places that the seed decides, and everything
 * else at random. The compute of every tenth new project does not start.
 */
export function faultPlan(seed: number, { creates, repeats = 1, slowFirst = false }: FaultPlanOptions): FaultRule[] {
  const random = seededRandom(seed, "faults");
  const effects = Array.from({ length: repeats }, () => createEffects(2_000 + random.integer(6_000))).flat();
  const places = random
    .shuffled(Array.from({ length: creates }, (_, place) => place))
    .slice(0, effects.length)
    .toSorted((a, b) => a - b);
  const shuffled = random.shuffled(effects);
  const ordered = slowFirst ? shuffled.toSorted((a, b) => Number(isSlow(b)) - Number(isSlow(a))) : shuffled;
  const onCreate = ordered.flatMap((effect, index): FaultRule[] => {
    const place = places[index];
    // A rule does not count what an older one took.
    return place === undefined ? [] : [{ route: "createProject", after: place - index, first: 1, ...effect }];
  });
  return [
    ...onCreate,
    ...changes,
    ...elsewhere,
    {
      route: "createProject",
      kind: "operationFails",
      action: "start_compute",
      every: 10,
      first: Math.ceil(creates / 10),
    },
  ];
}
