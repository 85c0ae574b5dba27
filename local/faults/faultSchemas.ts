import { z } from "zod";
import { type FaultEffect, faultClassOf, type FaultKind, type FaultSelection } from "./faultRule";
import { type KnownRoute, parseRoute } from "./routePattern";

/** What rules may name: the operations of Neon's document, and the actions of its asynchronous operations. */
export interface Vocabulary {
  routes: readonly KnownRoute[];
  actions: readonly string[];
}

/** A day: what is longer is a mistake in the unit. */
const maxMs = 24 * 60 * 60 * 1000;
const milliseconds = z.int().min(0).max(maxMs);
const moment = z.enum(["beforeCommit", "afterCommit"]).optional();

type Shape<T> = { [K in keyof Required<T>]: z.ZodType<T[K]> };

const selectionShape = ({ routes }: Vocabulary): Shape<FaultSelection> => ({
  route: z.string().superRefine((route, context) => {
    const parsed = parseRoute(route, routes);
    if ("problem" in parsed) context.addIssue({ code: "custom", message: parsed.problem });
  }),
  after: z.int().min(0).optional(),
  every: z.int().min(1).optional(),
  first: z.int().min(1).optional(),
  probability: z.number().min(0).max(1).optional(),
  seed: z.int().optional(),
});

type EffectShapes = { [K in FaultKind]: Shape<Omit<Extract<FaultEffect, { kind: K }>, "kind">> };

function effectShapes({ actions }: Vocabulary): EffectShapes {
  const action = z
    .string()
    .refine((name) => actions.includes(name), {
      error: ({ input }) => `"${String(input)}" is no action of Neon's operations`,
    })
    .optional();
  return {
    "423": {},
    "429": { retryAfterSeconds: z.int().min(0).optional() },
    "500": { when: moment },
    "503": { when: moment },
    "524": { when: moment },
    resetBeforeRequest: {},
    resetAfterCommit: {},
    commitAfterReset: { delayMs: milliseconds },
    slow: { delayMs: milliseconds, when: moment },
    operationFails: { action, error: z.string().min(1).optional() },
    operationHangs: { action },
    lock: { durationMs: milliseconds.optional(), action },
  };
}

/** The schema of a rule of each kind, and one for what every rule has. */
export interface FaultSchemas {
  selection: z.ZodType;
  kinds: Record<string, z.ZodType>;
}

export function faultSchemas(vocabulary: Vocabulary): FaultSchemas {
  const selection = selectionShape(vocabulary);
  const kinds = Object.entries(effectShapes(vocabulary)).map(
    ([kind, effect]) => [kind, z.strictObject({ ...selection, ...effect, kind: z.literal(kind) })] as const,
  );
  return { selection: z.looseObject(selection), kinds: Object.fromEntries(kinds) };
}

export const faultKinds = Object.keys(faultClassOf) as FaultKind[];
