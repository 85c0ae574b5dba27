/**
 * What the Postgres side asks and tells the API side. All of it is synchronous and cheap. Endpoints and branches may be gone already.
 */
export interface ComputeObserver {
  /** Why this endpoint may neither start nor take connections now, in Neon's words: a quota, a limit, an address that is not allowed. */
  refusal(endpointId: string, peer?: { address: string }): string | undefined;
  /** The endpoint's compute is awake from now on. */
  woke(endpointId: string): void;
  /** It is no longer. */
  fellAsleep(endpointId: string): void;
  /** Bytes that clients were sent through the proxy since the last call. */
  transferred(endpointId: string, bytes: number): void;
  /** Bytes of WAL that the branch wrote since the last call. */
  wrote(branchId: string, bytes: number): void;
  /** Bytes that the branch's databases hold. */
  sized(branchId: string, logicalSizeBytes: number): void;
}
