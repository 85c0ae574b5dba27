import type { Operation } from "@neondatabase/api-client";
import { accessMethods } from "./access";
import { branchMethods } from "./branches";
import { createCaller, type Caller } from "./caller";
import { systemClock, type Clock } from "./clock";
import { databaseMethods } from "./databases";
import { endpointMethods } from "./endpoints";
import { createHttpClient, type HttpAdapter } from "./httpClient";
import { KeyedMutex } from "./keyedMutex";
import type { NeonApi } from "./neonApi";
import { OperationWatcher } from "./operations";
import { collectPages } from "./pages";
import { projectMethods } from "./projects";
import { createRateLimiter, rateShare, type RateLimit, type RateLimiter } from "./rateLimit";
import { RecentlyCreated } from "./recentlyCreated";
import { DEFAULT_BASE_URL, normalizeBaseUrl } from "./resolveTarget";
import { roleMethods } from "./roles";
import { vpcEndpointMethods } from "./vpcEndpoints";

export interface NeonApiOptions {
  apiKey: string;
  /** Sent as `org_id` to `createProject`, `listProjects` and `getActiveRegions`. Not needed with an organization key. */
  orgId?: string;
  /** With or without `/api/v2`. Default {@link DEFAULT_BASE_URL}. */
  baseUrl?: string;
  /** The customer named in errors. */
  tenant?: string;
  /** The share of Neon's rate limit that this client may use. Default a tenth of 700 requests per minute. */
  rateLimit?: RateLimit;
  /** A limiter shared with other clients of the same account, instead of `rateLimit`. */
  rateLimiter?: RateLimiter;
  /** Turns shared with other clients of the same account, so that a project's mutations are serialized across them. */
  mutex?: KeyedMutex;
  /** How long one request may take, in milliseconds. Default 60,000. */
  requestTimeoutMs?: number;
  /** Hears of every repeat and of long waits; the lines hold no secret. */
  log?: (line: string) => void;
  /** Default `neon-tenants`. */
  userAgent?: string;
  /** Time, sleep and chance. Default the machine's. */
  clock?: Clock;
  /** Replaces the network. */
  adapter?: HttpAdapter;
}

/** The most that `listProjectOperations` gives per page. */
const OPERATIONS_PER_PAGE = 1_000;

/** A {@link NeonApi} over HTTP. It holds no timer and no socket that would keep a finished process alive. */
export function createNeonApi(options: NeonApiOptions): NeonApi {
  const { orgId, tenant, clock = systemClock, log = () => {} } = options;
  const http = createHttpClient({
    apiKey: options.apiKey,
    baseUrl: normalizeBaseUrl(options.baseUrl ?? DEFAULT_BASE_URL, tenant),
    userAgent: options.userAgent ?? "neon-tenants",
    requestTimeoutMs: options.requestTimeoutMs ?? 60_000,
    adapter: options.adapter,
  });
  const limiter = options.rateLimiter ?? createRateLimiter(options.rateLimit ?? rateShare(), clock, log);
  const recent = new RecentlyCreated(clock);
  const watcher = new OperationWatcher({ fetch: (...query) => fetchOperations(call, ...query) }, clock, tenant);
  const mutex = options.mutex ?? new KeyedMutex();
  const call = createCaller({ http, clock, limiter, mutex, watcher, recent, tenant, log });

  return {
    orgId,
    ...projectMethods(call, { orgId, tenant, recent, forget: (projectId) => watcher.forget(projectId) }),
    ...branchMethods(call, { recent }),
    ...endpointMethods(call, { recent }),
    ...roleMethods(call),
    ...databaseMethods(call),
    ...accessMethods(call),
    ...vpcEndpointMethods(call),
    listOperations: (projectId, limit = 100) => listOperations(call, projectId, limit),
    waitForOperations: (operations, wait) => watcher.wait(operations, wait),
  };
}

async function listOperations(call: Caller, projectId: string, limit: number): Promise<Operation[]> {
  const pageSize = Math.min(limit, OPERATIONS_PER_PAGE);
  return collectPages({
    fetchPage: async (cursor) => {
      const answer = await call({
        operation: "listProjectOperations",
        at: [projectId],
        expect: "operations",
        send: (neon, params) => neon.listProjectOperations({ projectId, limit: pageSize, cursor }, params),
      });
      return { items: answer.operations, next: answer.pagination?.cursor };
    },
    idOf: (operation) => operation.id,
    maxItems: limit,
    pageSize,
  });
}

/** One request for one operation, and one for all where there are several; what the newest hundred do not hold is asked for by id. */
async function fetchOperations(call: Caller, projectId: string, operationIds: readonly string[]): Promise<Operation[]> {
  const getOne = async (operationId: string): Promise<Operation> => {
    const answer = await call({
      operation: "getProjectOperation",
      at: [projectId, operationId],
      expect: "operation",
      send: (neon, params) => neon.getProjectOperation(projectId, operationId, params),
    });
    return answer.operation;
  };
  if (operationIds.length === 1) return Promise.all(operationIds.map(getOne));
  const answer = await call({
    operation: "listProjectOperations",
    at: [projectId],
    expect: "operations",
    send: (neon, params) => neon.listProjectOperations({ projectId, limit: 100 }, params),
  });
  const latest = answer.operations.filter((operation) => operationIds.includes(operation.id));
  const missing = operationIds.filter((id) => latest.every((operation) => operation.id !== id));
  return [...latest, ...(await Promise.all(missing.map(getOne)))];
}
