import type { z } from "zod";

/**
 * What a change of one field does to a running customer, from harmless to impossible.
 *
 * - `inPlace`: nobody notices.
 * - `restartsCompute`: open connections drop once.
 * - `reducesProtection`: data or access is guarded less than before (a lock, a list, history).
 * - `maySuspend`: a limit may now lie below what is in use, and Neon then suspends the computes.
 * - `refused`: Neon cannot do it in place, and replacing would lose the customer's data.
 */
export type ChangeClass = "inPlace" | "restartsCompute" | "reducesProtection" | "maySuspend" | "refused";

/** The classes in the order of how much they hurt. */
export const changeClasses: readonly ChangeClass[] = [
  "inPlace",
  "restartsCompute",
  "reducesProtection",
  "maySuspend",
  "refused",
];

/** The classes in words. */
export const classTexts: Readonly<Record<ChangeClass, string>> = {
  inPlace: "in place",
  restartsCompute: "restarts the compute",
  reducesProtection: "reduces protection",
  maySuspend: "may suspend",
  refused: "refused",
};

/** What it means when the user takes a field out of the program. */
export type Removal<T> =
  /** Back to this value, which is what Neon does when the field was never set; null where Neon is told to clear it. */
  | { to: T | null }
  /** Neon keeps what it has; the field is no longer watched. Used where Neon's default depends on the plan or is unknown. */
  | "leftAlone"
  /** Removing must be written as a value, because the default would be dangerous. */
  | "refused";

/** Everything this project knows about one input of a resource; see {@link field}. */
export interface Field<T, Required extends boolean = boolean> {
  readonly kind: "field";
  readonly schema: z.ZodType<T>;
  readonly required: Required;
  /** One sentence for the documentation. */
  readonly about: string;
  /** Unit of the number, such as `seconds`. */
  readonly unit?: string;
  /** Where the value lives in the API, as `operation: path`; undefined for fields that are only ours. */
  readonly api?: string;
  /** The value where the field is not set, in words. */
  readonly defaultText: string;
  readonly removed: Removal<T>;
  /** Class of a change; a function where it depends on the direction. */
  change(from: T | undefined, to: T): ChangeClass;
  /** What a change does, in words; undefined where a class depends on the direction and nobody said how. */
  readonly changeText?: string;
  /** Why a refused change is refused, and what to do instead. */
  readonly refusal?: { reason: string; wayOut: string };
  /** True where a list page carries the field, so that whole-fleet reads can compare it. */
  readonly inListPages: boolean;
  readonly quota: boolean;
  readonly secret: boolean;
  /** True where the order of a list has no meaning. */
  readonly asSet: boolean;
  /** True where only the making of the thing reads it: one that was not set then cannot be set later. */
  readonly createOnly: boolean;
}

/** Fields that live under one key of the input. */
export interface Group<F extends Fields> {
  readonly kind: "group";
  readonly about: string;
  readonly fields: F;
}

/** The inputs of one resource by name. */
export interface Fields {
  readonly [name: string]: Field<unknown> | Group<Fields>;
}

interface FieldOptions<S extends z.ZodType, R extends boolean> {
  schema: S;
  required?: R;
  about: string;
  unit?: string;
  api?: string;
  defaultText?: string;
  removed?: Removal<z.output<S>>;
  change?: ChangeClass | ((from: z.output<S> | undefined, to: z.output<S>) => ChangeClass);
  /** Needed beside a function as `change`, for the documentation. */
  changeText?: string;
  refusal?: { reason: string; wayOut: string };
  inListPages?: boolean;
  quota?: boolean;
  secret?: boolean;
  asSet?: boolean;
  createOnly?: boolean;
}

/** Declares one field. What is not said: optional, `inPlace`, left alone when removed, not in list pages, no quota, no secret. */
export function field<S extends z.ZodType, R extends boolean = false>(
  options: FieldOptions<S, R>,
): Field<z.output<S>, R> {
  const { change = "inPlace" } = options;
  return {
    kind: "field",
    schema: options.schema as z.ZodType<z.output<S>>,
    required: (options.required ?? false) as R,
    about: options.about,
    unit: options.unit,
    api: options.api,
    defaultText: options.defaultText ?? (options.required ? "required" : "Neon's own"),
    removed: options.removed ?? "leftAlone",
    change: typeof change === "function" ? change : () => change,
    changeText: options.changeText ?? (typeof change === "function" ? undefined : classTexts[change]),
    refusal: options.refusal,
    inListPages: options.inListPages ?? false,
    quota: options.quota ?? false,
    secret: options.secret ?? false,
    asSet: options.asSet ?? false,
    createOnly: options.createOnly ?? false,
  };
}

/** Declares fields under one key. */
export function group<F extends Fields>(about: string, fields: F): Group<F> {
  return { kind: "group", about, fields };
}

type ValueOf<N> = N extends Field<infer T> ? T : N extends Group<infer F> ? Declared<F> : never;
type RequiredKeys<F> = { [K in keyof F]: F[K] extends Field<unknown, true> ? K : never }[keyof F];

/** The plain values of a resource's inputs: what `declared` holds. */
export type Declared<F> = { [K in RequiredKeys<F>]: ValueOf<F[K]> } & {
  [K in Exclude<keyof F, RequiredKeys<F>>]?: ValueOf<F[K]>;
};

/** A field with its dotted path, such as `quota.activeTimeSeconds`. */
export interface Leaf {
  readonly path: string;
  readonly field: Field<unknown>;
}

/** Every field of a resource, groups opened. */
export function leaves(fields: Fields, prefix = ""): Leaf[] {
  return Object.entries(fields).flatMap(([name, node]) =>
    node.kind === "group" ? leaves(node.fields, `${prefix}${name}.`) : [{ path: `${prefix}${name}`, field: node }],
  );
}
