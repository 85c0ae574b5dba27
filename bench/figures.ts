/** How stacks are run: as Pulumi's documentation shows the Automation API, and our two engines. */
export type Way = "documented" | "stock" | "direct";
export const ways: readonly Way[] = ["documented", "stock", "direct"];

/** What is done to every tenant. */
export type Phase = "create" | "noChange" | "oneChange" | "refresh" | "destroy";
export const phases: readonly Phase[] = ["create", "noChange", "oneChange", "refresh", "destroy"];

/** What is measured of one phase of one way; per tenant where the name says so. */
export interface Figures {
  tenantsPerMinute: number;
  /** Of the driver and everything that it starts, orphans included; the local Neon is another's process. */
  cpuSecondsPerTenant: number;
  /** Started by the driver and by what it starts. */
  processesPerTenant: number;
  /** Requests that the local Neon answered. */
  apiCallsPerTenant: number;
  /** The checkpoint's file after the phase. */
  stateBytesPerTenant: number;
  /** Resident memory of the driver and all that it started, at the worst moment seen. */
  peakMemoryBytes: number;
}

export type SetFigures = Record<Phase, Partial<Record<Way, Figures>>>;

/** What `--json` prints: the sets under a passphrase, and the same again under `kms`. */
export type FleetFigures = Partial<Record<"plain" | "full", SetFigures>> & {
  kms?: Partial<Record<"plain" | "full", SetFigures>>;
};
