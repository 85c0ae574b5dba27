import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Faults } from "../faults/faults";
import { injectLock } from "../faults/injectLock";
import { performFaulted } from "../faults/performFaulted";
import type { RequestFaults } from "../faults/requestFaults";
import { canReach } from "./reach";
import { ApiError, badRequest, notBuilt } from "./apiError";
import type { Json } from "./apiDocument";
import type { Call, Handlers, Reply } from "./call";
import type { Caller } from "./callers";
import type { ApiContext } from "./context";
import { answerControl, type ControlRoutes, isControl } from "./controlRoutes";
import type { Insider } from "./insider";
import { decode, pathParameters, queryParameters, readBody, targetOf } from "./readRequest";
import type { RequestCounts } from "./requestCounts";
import { checkedRoutes, matchRoutes, type Route } from "./routes";

export interface ApiServerOptions {
  document: Json;
  handlers: Handlers;
  context: ApiContext;
  /** 401 unless the Authorization header is right. */
  authenticate: (authorization: string | undefined, from?: string) => Caller;
  /** 429 when there were too many. */
  limitRate?: (accountId: string, operationId: string, nowMs: number) => void;
  /** Refuse, in requests and answers, every field and query parameter that Neon's document does not name: for tests. */
  closed?: boolean;
  /** Raised for every request. */
  counts?: RequestCounts;
  /** Injected into requests. Default: none. */
  faults?: Faults;
  /** Requests of the server itself: answered without limits, counts and faults. Default: none. */
  insider?: Pick<Insider, "callerOf">;
  /** What is asked of the local Neon itself. Default: nothing. */
  control?: ControlRoutes;
  log: (line: string) => void;
}

interface Answer extends Omit<Reply, "bodyLater"> {
  headers?: Record<string, string>;
  /** Instead of a body in JSON. */
  text?: string;
}

/** A request that is known to the document, from a caller that is known. */
interface Asked {
  request: IncomingMessage;
  requestId: string;
  caller: Caller;
  route: Route;
  segments: string[];
  rawQuery: string;
}

/**
 * Answers the requests of a server: what Neon's document says is routed and checked, both ways; everything else is a Neon error.
 */
export function serveApi(server: Server, options: ApiServerOptions): void {
  const api = new ApiServer(options);
  server.on("request", (request, response) => void api.serve(request, response));
  server.on("clientError", refuseNoise);
}

class ApiServer {
  readonly #routes: Route[];

  constructor(private readonly options: ApiServerOptions) {
    this.#routes = checkedRoutes(options.document, options.closed ?? false);
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = requestIdOf(request) ?? this.options.context.random.uuid();
    const answer = await this.#answer(request, requestId).catch((error: unknown) =>
      this.#errorAnswer(error, requestId),
    );
    this.options.log(`${request.method} ${pathOnly(request.url)} ${answer?.status ?? "connection reset"}`);
    if (!answer || response.destroyed) return;
    const text = answer.text ?? (answer.body === undefined ? undefined : JSON.stringify(answer.body));
    response.writeHead(answer.status, {
      ...(text === undefined ? {} : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) }),
      "X-Request-ID": requestId,
      "X-Local-Neon-Pid": String(process.pid),
      ...answer.headers,
    });
    response.end(text);
  }

  /** Nothing where the connection was reset instead. */
  async #answer(request: IncomingMessage, requestId: string): Promise<Answer | undefined> {
    const { segments, rawQuery, redirectTo } = targetOf(request.url ?? "");
    if (redirectTo !== undefined) return { status: 301, headers: { Location: redirectTo } };
    const insider = this.options.insider?.callerOf(request);
    if (insider) return this.#performPlainly(request, requestId, insider, { segments, rawQuery });
    const caller = this.options.authenticate(request.headers.authorization, request.socket.remoteAddress);
    if (isControl(request.url ?? "")) return answerControl(this.options.control ?? {}, request);
    const route = this.#route(request.method ?? "", segments);
    const count = this.options.counts?.of(route.operationId);
    if (count) count.total += 1;
    try {
      this.options.limitRate?.(caller.accountId, route.operationId, this.options.context.clock.now().getTime());
      return await this.#perform({ request, requestId, caller, route, segments, rawQuery });
    } catch (error) {
      if (count && error instanceof ApiError && error.status === 429) count.refused += 1;
      throw error;
    }
  }

  async #performPlainly(
    request: IncomingMessage,
    requestId: string,
    caller: Caller,
    { segments, rawQuery }: Pick<Asked, "segments" | "rawQuery">,
  ): Promise<Answer> {
    const route = this.#route(request.method ?? "", segments);
    return (await this.#prepare({ request, requestId, caller, route, segments, rawQuery }, this.options.context))();
  }

  async #perform(asked: Asked): Promise<Answer | undefined> {
    const { context, faults: inForce } = this.options;
    const { route, segments } = asked;
    const faults = inForce?.of({
      operationId: route.operationId,
      method: route.method,
      path: segments.map(decode),
      requestId: asked.requestId,
      projectId: () => this.#visibleProject(asked),
    });
    if (!inForce || !faults) return await (await this.#prepare(asked, context))();
    const faulted: ApiContext = { ...context, strikeOperation: (operation) => faults.strikeOperation(operation) };
    return performFaulted<Answer>(faults, {
      prepare: () => this.#prepare(asked, faulted),
      lock: (projectId) => this.#lock(faults, projectId),
      createdProject: ({ body }) => (body as { project?: { id?: string } } | undefined)?.project?.id,
      reset: () => asked.request.socket.resetAndDestroy(),
      wait: (ms) => inForce.wait(ms),
      refusedLater: (error) => this.#errorAnswer(error, asked.requestId),
    });
  }

  /** Reads and checks a request. The answer carries it out: in one transaction, and at once; only reading may take longer. */
  async #prepare(
    { request, caller, route, segments, rawQuery }: Asked,
    context: ApiContext,
  ): Promise<() => Answer | Promise<Answer>> {
    const { handlers } = this.options;
    const handler = Object.hasOwn(handlers, route.operationId) ? handlers[route.operationId] : undefined;
    const call: Call = {
      operationId: route.operationId,
      path: pathParameters(route, segments),
      query: queryParameters(route, rawQuery),
      body: route.checkBody ? await readBody(request) : undefined,
      caller,
    };
    this.#checkCall(route, call);
    if (!handler) throw notBuilt(route.operationId);
    await handler.before?.(call, context);
    if (route.method !== "GET") {
      return () => context.store.transaction(() => this.#checkedReply(route, handler(call, context)));
    }
    return () => {
      const { bodyLater, ...reply } = handler(call, context);
      if (!bodyLater) return this.#checkedReply(route, reply);
      return bodyLater().then((body) => this.#checkedReply(route, { ...reply, body }));
    };
  }

  #visibleProject({ caller, route, segments }: Asked): string | undefined {
    const id = pathParameters(route, segments)["project_id"];
    const project = id === undefined ? undefined : this.options.context.store.get("project", id);
    return project && canReach(this.options.context, caller, project) ? project.id : undefined;
  }

  #lock({ lock }: RequestFaults, projectId: string): void {
    const operation = lock && injectLock(this.options.context, projectId, lock.rule);
    if (operation) lock.note(operation);
  }

  #route(method: string, segments: string[]): Route {
    const routes = matchRoutes(this.#routes, segments);
    const route = routes.find((candidate) => candidate.method === method);
    if (route) return route;
    if (routes.length === 0) throw new ApiError(404, "this route does not exist");
    const allow = [...new Set(routes.map((candidate) => candidate.method))].join(", ");
    throw new ApiError(405, "this method is not allowed here", "", { Allow: allow });
  }

  #checkCall(route: Route, call: Call): void {
    const problem = route.checkPath(call.path) ?? route.checkQuery(call.query) ?? this.#problemOfBody(route, call.body);
    if (problem) throw badRequest(problem);
    if (!this.options.closed) return;
    const unknown = Object.keys(call.query).find((name) => !route.queryParameters.has(name));
    if (unknown !== undefined) throw badRequest(`${route.operationId} has no query parameter ${unknown}`);
  }

  #problemOfBody(route: Route, body: unknown): string | undefined {
    if (!route.checkBody) return undefined;
    if (body !== undefined) return route.checkBody(body);
    return route.bodyRequired ? "a request body is required" : undefined;
  }

  /** An answer that leaves the document is a mistake of ours: nothing of the request is kept. */
  #checkedReply(route: Route, reply: Reply): Reply {
    const check = route.checkResponse(reply.status);
    const problem = check ? check(reply.body) : reply.body === undefined ? undefined : "no body is expected";
    if (problem) throw new Error(`the answer of ${route.operationId} is not Neon's: ${problem}`);
    return reply;
  }

  #errorAnswer(error: unknown, requestId: string): Answer {
    if (error instanceof ApiError) {
      const { status, message, headers } = error;
      if (error.isPlainText) return { status, text: message, headers };
      const body = { request_id: requestId, code: error.code, message };
      return { status, body, headers };
    }
    this.options.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
    const message = error instanceof Error ? error.message : "internal error";
    return { status: 500, body: { request_id: requestId, code: "", message } };
  }
}

/** What is not HTTP at all: the same answer as for every other wrong request, as far as the connection still takes one. */
function refuseNoise(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const body = JSON.stringify({ code: "", message: "the request is not valid HTTP" });
  const head = ["HTTP/1.1 400 Bad Request", "Content-Type: application/json", "Connection: close"];
  socket.end([...head, `Content-Length: ${Buffer.byteLength(body)}`, "", body].join("\r\n"));
}

/** A caller may name its requests; only what is safe to repeat in a header is taken over. */
function requestIdOf(request: IncomingMessage): string | undefined {
  const value = request.headers["x-request-id"];
  return typeof value === "string" && /^[\x21-\x7e]{1,128}$/.test(value) ? value : undefined;
}

/** Queries stay out of the log. */
const pathOnly = (url = "") => url.split("?", 1)[0];
