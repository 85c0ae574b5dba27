import type { ChangeClass, Fields, Values } from "../../../provider/fields";
import type { ResourceKind } from "../../../provider/lifecycle";
import type { Entry, TableWorld } from "./world";

/** How one input is walked through its life. */
export interface Row {
  /** The value with which it is made; undefined where it is left out. */
  readonly from: unknown;
  /** The value that it changes to. */
  readonly to: unknown;
  /** Class of the change, and of the way back (default the same). */
  readonly change: ChangeClass;
  readonly back?: ChangeClass;
  /** Where Neon's own answer holds it (see {@link Resource.look}), dotted; missing for what is only ours. */
  readonly raw?: string;
  /** What Neon's answer holds for `from` and `to`, where it is not the same. */
  readonly rawFrom?: unknown;
  readonly rawTo?: unknown;
  /** False where nobody can change it behind our back: Neon has no way to. */
  readonly outside?: false;
  /** Inputs that it needs beside it. */
  readonly with?: Values;
  /** What must be there before it is made. */
  readonly prepare?: (world: TableWorld) => Promise<unknown>;
  /** What else must hold after the change. */
  readonly effect?: (world: TableWorld, before: Entry, after: Entry) => Promise<void>;
}

/** One resource of the table. */
export interface Resource {
  readonly kind: ResourceKind;
  readonly fields: Fields;
  /** The least that makes one; `n` makes names unique. */
  readonly base: (world: TableWorld, n: number) => Values;
  /** Inputs that allow the deletion, applied by an `up` before it. */
  readonly unlock?: Values;
  /** What Neon itself says of it; undefined where it is gone. */
  readonly look: (world: TableWorld, outputs: Values) => Promise<unknown>;
  /** Changes a raw value behind our back. */
  readonly change?: (world: TableWorld, outputs: Values, raw: string, value: unknown) => Promise<unknown>;
  /** One row for every input by its path. */
  readonly rows: (world: TableWorld, n: number) => Record<string, Row>;
}

/** An object with the value at a dotted path. */
export const nested = (path: string, value: unknown): Values =>
  path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Values;

/** The answer, or undefined for a 404. */
export async function unlessGone<T>(look: Promise<T>): Promise<T | undefined> {
  try {
    return await look;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "NEON_NOT_FOUND") return undefined;
    throw error;
  }
}
