import type { Clock } from "../api/clock";
import type { NeonApi } from "../api/neonApi";
import type { FieldChange, Problem, Values } from "../fields";
import type { Sql } from "../sql";
import type { RunMemory } from "./runMemory";

/** The resources of this package by the names that the `__provider` texts ask for. */
export type ResourceKind =
  | "project"
  | "branch"
  | "endpoint"
  | "role"
  | "database"
  | "appRole"
  | "snapshotSchedule"
  | "projectPermission"
  | "apiKey"
  | "jwksUrl"
  | "vpcEndpointAssignment"
  | "vpcEndpointRestriction";

/** What a lifecycle function works with; all time and all I/O come through it. */
export interface LifecycleContext {
  readonly api: NeonApi;
  readonly clock: Pick<Clock, "now" | "sleep">;
  /** Connections to databases, for what Neon's API cannot do. */
  readonly sql: Sql;
  readonly run: RunMemory;
  /** Name of the Pulumi project, to write the alias that a rename needs. */
  readonly pulumiProject?: string;
  /** When an earlier run sent a create whose answer it did not record, in milliseconds: it may be carried out for a while yet. */
  readonly attemptedAt?: number;
  /** Hears of what was done but is not as asked; the lines hold no secret. */
  readonly warn: (line: string) => void;
}

export interface Checked {
  readonly inputs: Values;
  readonly problems: readonly Problem[];
}

export interface Created {
  readonly id: string;
  readonly outputs: Values;
}

/** A resource as it is now; `undefined` where it is gone and may be forgotten. */
export interface ReadBack {
  readonly id: string;
  readonly outputs: Values;
  /** The inputs that would describe it. */
  readonly inputs: Values;
}

/**
 * One resource's life as plain functions. `outputs` are those of the state: they hold what the user set in `declared`.
 * Errors are {@link NeonError}; one that left something behind is a {@link PartialFailure}.
 */
export interface Lifecycle {
  /** Every problem at once; never throws. `olds` are the former inputs, empty for something new. */
  check(run: RunMemory, olds: Values, news: Values): Checked;
  /** What an update would do; throws `NEON_IMMUTABLE` for what is refused. */
  diff(outputs: Values, news: Values): FieldChange[];
  /**
   * The outputs at the place that the inputs name, where Neon and not the user moved the resource there (another object than `outputs`
   * then): `diff` compares with them, and `update` completes the move. Costs a GET only where the places differ.
   */
  follow?(context: LifecycleContext, id: string, outputs: Values, news: Values): Promise<Values>;
  /**
   * True where something that no input shows asks for an update. Called where {@link diff} found nothing; costs at most one GET, and
   * one that fails says nothing.
   */
  changedOutside?(context: LifecycleContext, id: string, outputs: Values): Promise<boolean>;
  create(context: LifecycleContext, inputs: Values): Promise<Created>;
  read(context: LifecycleContext, id: string, outputs: Values): Promise<ReadBack | undefined>;
  update(context: LifecycleContext, id: string, outputs: Values, news: Values): Promise<Values>;
  delete(context: LifecycleContext, id: string, outputs: Values): Promise<void>;
}
