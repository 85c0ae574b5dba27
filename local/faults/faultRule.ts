/** Which requests a fault is for, and which of those it strikes. */
export interface FaultSelection {
  /**
   * The operation id of Neon's document (`createProject`), `*` for every operation, or a method and a path below `/api/v2`:
   * `POST /projects`, `* /projects/{project_id}/branches`, `PATCH /projects/royal-sun-91776391`, `GET /projects/**`. There `*` and
   * `{…}` stand for one part of the path, a last `**` for any rest.
   */
  route: string;
  /** Leaves so many matching requests alone before anything else counts. Default 0. */
  after?: number;
  /** Of the others, every so-many-th. Default 1. */
  every?: number;
  /** Of these, only the first so many. Default: all. */
  first?: number;
  /** The chance of each of these, 0 to 1. Default 1. */
  probability?: number;
  /** Begins this rule's own row of chances. Default: derived from the server's seed and the rule's place. */
  seed?: number;
}

/** Where in the course of a request a fault strikes. */
export type FaultMoment = "beforeCommit" | "afterCommit";

/**
 * An internal error, an unavailable service, or the timeout of the edge in front of Neon, whose body is no JSON. Neon promises
 * that nothing was done after a 503; `afterCommit` breaks that promise.
 */
export interface ServerErrorEffect<K extends string> {
  kind: K;
  /** Default `beforeCommit`: nothing is done. */
  when?: FaultMoment;
}

/** What happens instead of, or besides, Neon's answer. */
export type FaultEffect =
  /** The project is locked, as by an operation under way; nothing is done. */
  | { kind: "423" }
  /** Too many requests; nothing is done. */
  | {
      kind: "429";
      /** Seconds in `Retry-After`. Default: no such header. */
      retryAfterSeconds?: number;
    }
  | ServerErrorEffect<"500">
  | ServerErrorEffect<"503">
  | ServerErrorEffect<"524">
  /** The connection is reset before the request's body is read; nothing is done. */
  | { kind: "resetBeforeRequest" }
  /** The change is made and the connection reset without an answer. */
  | { kind: "resetAfterCommit" }
  /** The connection is reset at once and the change made later, if it is still allowed then. It is lost when the server stops meanwhile. */
  | {
      kind: "commitAfterReset";
      /** Milliseconds from the reset to the change. */
      delayMs: number;
    }
  /** The request takes longer. */
  | {
      kind: "slow";
      /** Milliseconds. */
      delayMs: number;
      /** Default `afterCommit`: the change is made at once and only its answer is slow. */
      when?: FaultMoment;
    }
  /**
   * An operation that the request starts ends as `failed` and those behind it are cancelled: a branch has no data and stays `init`, a
   * compute is not started. What the API shows already (roles, databases, settings, deletions) reaches Postgres all the same, as
   * Neon's next start of the compute would make it good. Operations are counted, not requests.
   */
  | {
      kind: "operationFails";
      /** Only operations of this action, such as `start_compute`. Default: any. */
      action?: string;
      /** What the operation shows as its `error`. */
      error?: string;
    }
  /** An operation that the request starts stays `running`, its work not begun, until it is released. Operations are counted, not requests. */
  | {
      kind: "operationHangs";
      /** Only operations of this action. Default: any. */
      action?: string;
    }
  /**
   * An operation appears by itself in the project of the request, which finds the project locked. `createProject` does not: there
   * it comes behind the new project's own operations. Requests without a project are not counted.
   */
  | {
      kind: "lock";
      /** Milliseconds. Default 1,000. */
      durationMs?: number;
      /** Default `check_availability`, which Neon runs by itself. */
      action?: string;
    };

export type FaultKind = FaultEffect["kind"];

/** A fault to be injected: for which requests, and what it does. */
export type FaultRule = FaultSelection & FaultEffect;

/** The rules whose effect is of these kinds. */
export type FaultOf<K extends FaultKind> = FaultSelection & Extract<FaultEffect, { kind: K }>;

/**
 * A request meets at most one fault of each class, that of the oldest rule which strikes; later rules of the class do not count
 * the request then.
 */
export type FaultClass = "answer" | "time" | "operation" | "lock";

export const faultClassOf: Record<FaultKind, FaultClass> = {
  "423": "answer",
  "429": "answer",
  "500": "answer",
  "503": "answer",
  "524": "answer",
  resetBeforeRequest: "answer",
  resetAfterCommit: "answer",
  commitAfterReset: "answer",
  slow: "time",
  operationFails: "operation",
  operationHangs: "operation",
  lock: "lock",
};
