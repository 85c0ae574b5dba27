import type { PlanAction } from "../plan";

/** What a run says while it goes on: terminal, log and report all read this one stream. */
export type FleetEvent =
  | { type: "started"; tenant: string; action: PlanAction; at: string }
  | { type: "note"; tenant: string; note: string; at: string }
  | { type: "line"; tenant: string; line: string; at: string }
  | { type: "ended"; tenant: string; outcome: TenantOutcome; at: string };

export type TenantState =
  "created" | "updated" | "unchanged" | "failed" | "refused" | "departed" | "unlisted" | "skipped" | "destroyed";

/** How one tenant ended. */
export interface TenantOutcome {
  tenant: string;
  state: TenantState;
  plan?: string;
  region?: string;
  projectId?: string;
  /** Wall-clock seconds of its own run. */
  seconds: number;
  /** Resource counts by what was done. */
  changes: Record<string, number>;
  error?: { code: string; message: string };
}
