import type {
  BranchContents,
  BranchSpec,
  ComputeObserver,
  Computes,
  EndpointSpec,
  FoundContents,
  HistoryBounds,
} from "../../../local/types";

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
  /** What a branch's own catalog holds; without an entry, what the API says of the branch. */
  found: Map<string, FoundContents>;
  /** What can be restored of a branch; without an entry, everything. */
  history: Map<string, HistoryBounds>;
  /** What `pg_dump` prints of a branch. */
  schemas: Map<string, string>;
  snapshots: Set<string>;
  /** Who is asked and told. */
  observer(): ComputeObserver | undefined;
}

export function fakeComputes({ pgPort = 5432, caFile = "/ca/root.crt" } = {}): FakeComputes {
  const calls: unknown[][] = [];
  const branches: FakeComputes["branches"] = new Map();
  const endpoints = new Map<string, EndpointSpec>();
  const active = new Map<string, Date>();
  const failures = new Map<string, Error>();
  const holds = new Map<string, Promise<void>>();
  const found: FakeComputes["found"] = new Map();
  const history: FakeComputes["history"] = new Map();
  const schemas: FakeComputes["schemas"] = new Map();
  const snapshots = new Set<string>();
  let observer: ComputeObserver | undefined;

  const wake = (endpointId: string) => {
    const isAwake = active.has(endpointId);
    active.set(endpointId, new Date());
    if (!isAwake) observer?.woke(endpointId);
  };
  const sleep = (endpointId: string) => {
    if (active.delete(endpointId)) observer?.fellAsleep(endpointId);
  };
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

  const contentsOf = (branchId: string): FoundContents => {
    const { roles = [], databases = [] } = branches.get(branchId)?.contents() ?? {};
    return { roles: roles.map(({ name, noLogin = false }) => ({ name, noLogin })), databases };
  };

  return {
    found,
    history,
    schemas,
    snapshots,
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
    wake,
    observer: () => observer,
    observe: (given) => void (observer = given),
    addBranch(spec, contents) {
      note("addBranch", spec);
      branches.set(spec.branchId, { spec, contents });
    },
    addEndpoint: noted("addEndpoint", (spec: EndpointSpec) => void endpoints.set(spec.endpointId, spec)),
    updateEndpoint: noted("updateEndpoint", (spec: EndpointSpec) => void endpoints.set(spec.endpointId, spec)),
    removeEndpoint: noted("removeEndpoint", (id: string) => {
      sleep(id);
      endpoints.delete(id);
    }),
    removeBranch: noted("removeBranch", (id: string) => void branches.delete(id)),
    materializeBranch: noted("materializeBranch"),
    restoreBranch: noted(
      "restoreBranch",
      (_branchId: string, { preserveAs }: Parameters<Computes["restoreBranch"]>[1]) => {
        if (preserveAs) branches.set(preserveAs.spec.branchId, preserveAs);
      },
    ),
    async historyOf(branchId) {
      note("historyOf", branchId);
      return history.get(branchId) ?? { from: new Date(0), fromLsn: "0/0", headLsn: "FFFFFFFF/FFFFFFFF" };
    },
    async createSnapshot(snapshotId, of) {
      note("createSnapshot", snapshotId, of);
      await holds.get("createSnapshot");
      snapshots.add(snapshotId);
      return { lsn: of.at?.lsn ?? "0/1500000", sizeBytes: 30_000_000 };
    },
    removeSnapshot: noted("removeSnapshot", (id: string) => void snapshots.delete(id)),
    async readContents(branchId) {
      note("readContents", branchId);
      return found.get(branchId) ?? contentsOf(branchId);
    },
    async dumpSchema(branchId, database, at) {
      note("dumpSchema", branchId, database, at);
      return schemas.get(branchId) ?? "";
    },
    createRole: noted("createRole"),
    setPassword: noted("setPassword"),
    dropRole: noted("dropRole"),
    createDatabase: noted("createDatabase"),
    updateDatabase: noted("updateDatabase"),
    dropDatabase: noted("dropDatabase"),
    limitWrites: noted("limitWrites"),
    start: noted("start", wake),
    suspend: noted("suspend", sleep),
    restart: noted("restart", wake),
    state(endpointId) {
      const startedAt = active.get(endpointId);
      return startedAt ? { state: "active", startedAt, lastActiveAt: startedAt } : { state: "idle" };
    },
    close: async () => undefined,
  };
}
