import type { BranchContents, BranchSpec, Computes, EndpointSpec } from "../../../local/types";

/** The Postgres side without Postgres: notes every call, fails where it is told to, and knows which computes run. */
export interface FakeComputes extends Computes {
  caFile: string;
  pgPort: number;
  calls: unknown[][];
  branches: Map<string, { spec: BranchSpec; contents: () => BranchContents }>;
  endpoints: Map<string, EndpointSpec>;
  /** The next call of this name fails with this error. */
  failNext(name: keyof Computes, error: Error): void;
  /** Calls of this name wait until the returned function is called. */
  hold(name: keyof Computes): () => void;
  /** As a first connection does. */
  wake(endpointId: string): void;
}

export function fakeComputes({ pgPort = 5432, caFile = "/ca/root.crt" } = {}): FakeComputes {
  const calls: unknown[][] = [];
  const branches: FakeComputes["branches"] = new Map();
  const endpoints = new Map<string, EndpointSpec>();
  const active = new Map<string, Date>();
  const failures = new Map<string, Error>();
  const holds = new Map<string, Promise<void>>();

  const note = (name: string, ...values: unknown[]) => {
    calls.push([name, ...values]);
    const failure = failures.get(name);
    failures.delete(name);
    if (failure) throw failure;
  };
  const noted =
    <A extends unknown[]>(name: keyof Computes, effect?: (...values: A) => void) =>
    async (...values: A): Promise<void> => {
      note(name, ...values);
      await holds.get(name);
      effect?.(...values);
    };

  return {
    caFile,
    pgPort,
    calls,
    branches,
    endpoints,
    failNext: (name, error) => void failures.set(name, error),
    hold(name) {
      let release = () => undefined as void;
      holds.set(name, new Promise((resolve) => (release = resolve)));
      return () => {
        holds.delete(name);
        release();
      };
    },
    wake: (endpointId) => void active.set(endpointId, new Date()),
    addBranch(spec, contents) {
      note("addBranch", spec);
      branches.set(spec.branchId, { spec, contents });
    },
    addEndpoint: noted("addEndpoint", (spec: EndpointSpec) => void endpoints.set(spec.endpointId, spec)),
    updateEndpoint: noted("updateEndpoint", (spec: EndpointSpec) => void endpoints.set(spec.endpointId, spec)),
    removeEndpoint: noted("removeEndpoint", (id: string) => void endpoints.delete(id)),
    removeBranch: noted("removeBranch", (id: string) => void branches.delete(id)),
    materializeBranch: noted("materializeBranch"),
    createRole: noted("createRole"),
    setPassword: noted("setPassword"),
    dropRole: noted("dropRole"),
    createDatabase: noted("createDatabase"),
    updateDatabase: noted("updateDatabase"),
    dropDatabase: noted("dropDatabase"),
    start: noted("start", (id: string) => void active.set(id, new Date())),
    suspend: noted("suspend", (id: string) => void active.delete(id)),
    restart: noted("restart", (id: string) => void active.set(id, new Date())),
    state(endpointId) {
      const startedAt = active.get(endpointId);
      return startedAt ? { state: "active", startedAt, lastActiveAt: startedAt } : { state: "idle" };
    },
    close: async () => undefined,
  };
}
