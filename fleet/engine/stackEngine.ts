import type { NeonApi } from "../../provider/api";
import type { TenantSpec } from "../config";

/** What a stack operation leaves in the stack's own outputs, so that any door can tell what was applied. */
export interface AppliedMark {
  /** Hash of the resolved entry. */
  hash: string;
  /** Commit of the configuration, or `unversioned`. */
  revision: string;
  /** Version of the program that applied it. */
  version: string;
}

export type StackVerb = "up" | "preview" | "refresh" | "destroy";

export interface StackOperation {
  verb: StackVerb;
  /** The resolved entry; its `tenant` is the stack's name. */
  spec: TenantSpec;
  mark: AppliedMark;
  /** The fleet's ownership mark. */
  fleet: string;
  /** With `refresh`: forget creates that a killed run left pending; the next `up` finds what they made. */
  clearPendingCreates?: boolean;
  /** When an earlier run sent a create of this stack's project without recording the answer; ISO 8601. */
  attemptedAt?: string;
  /** What the driver puts around the provider's API. Only an engine that runs the provider in this process can. */
  wrapApi?: (api: NeonApi) => NeonApi;
  /** With `refresh`: why the project is not ready although its state says so; the state then says it, and the next `up` heals it. */
  unreadyReasons?: string[];
  /** Each line the engine prints. */
  onLine?: (line: string) => void;
  /** Asks the engine to stop after the step it is in. */
  signal?: AbortSignal;
}

export interface StackResult {
  /** Resource counts by what was done: `create`, `update`, `same`, `delete` … */
  changes: Record<string, number>;
}

/** Runs one operation on one stack. Two implementations leave the same state: `stock` here, `direct` beside it. */
export interface StackEngine {
  readonly name: "stock" | "direct";
  run(operation: StackOperation): Promise<StackResult>;
  /** The stack's outputs with secrets in clear: for `connect`, never for a log. */
  outputs(stack: string): Promise<Record<string, unknown>>;
  /** Removes the lock of an operation whose process is gone (`pulumi cancel`). */
  cancel(stack: string): Promise<void>;
  close(): Promise<void>;
}
