/** What is not known for certain of Neon's computes, or contradicted by one of its sources: switches with defaults. */
export interface ComputeRules {
  /**
   * What becomes of a `suspend_timeout_seconds` on the Free plan: `refused` (default) with 412, as is reported today, or `ignored`, which
   * stores 0, as was observed in 2023.
   */
  freeSuspendTimeout?: "refused" | "ignored";
  /**
   * What `startProjectEndpoint` does with an active compute: `nothing` (default) answers with no operations, `operations` with those of a
   * start, `refused` with 422.
   */
  startActive?: "nothing" | "operations" | "refused";
  /** What `suspendProjectEndpoint` does with an idle compute. Default `nothing`, as above. */
  suspendIdle?: "nothing" | "operations" | "refused";
  /**
   * What `restartProjectEndpoint` does with an idle compute, which Neon's documentation says it does not work on: `operations` (default)
   * starts it, `nothing` answers with no operations, `refused` with 422. Here computes are idle at times when they would be active at Neon.
   */
  restartIdle?: "nothing" | "operations" | "refused";
  /**
   * What `updateProjectEndpoint` answers where it changes an idle compute: `nothing` (default), no operations, as in a sample of Neon's
   * documentation, or `operations`, as in Neon's document: the compute wakes shortly and is suspended again.
   */
  updateIdle?: "nothing" | "operations";
  /** Most computes of a project that may be active at a time. Those of its default branch neither count nor are refused. Default 20. */
  activeComputesLimit?: number;
  /** Whether that limit holds for starts over the API too (`connectAndStart`, default), or for connections alone (`connect`). */
  activeComputesLimitOn?: "connectAndStart" | "connect";
}

export type CompleteComputeRules = Required<ComputeRules>;

export const completeComputeRules = (rules: ComputeRules = {}): CompleteComputeRules => ({
  freeSuspendTimeout: "refused",
  startActive: "nothing",
  suspendIdle: "nothing",
  restartIdle: "operations",
  updateIdle: "nothing",
  activeComputesLimit: 20,
  activeComputesLimitOn: "connectAndStart",
  ...rules,
});
