import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { ApiError, badRequest, notBuilt } from "./apiError";
import type { Json } from "./apiDocument";
import type { Call, Handlers, Reply } from "./call";
import type { Caller } from "./callers";
import type { ApiContext } from "./context";
import { pathParameters, queryParameters, readBody, targetOf } from "./readRequest";
import { checkedRoutes, matchRoutes, type Route } from "./routes";

export interface ApiServerOptions {
  document: Json;
  handlers: Handlers;
  context: ApiContext;
  /** 401 unless the Authorization header is right. */
  authenticate: (authorization: string | undefined) => Caller;
  /** 429 when there were too many. */
  limitRate?: (accountId: string, operationId: string, nowMs: number) => void;
  /** Refuse, in requests and answers, every field and query parameter that Neon's document does not name: for tests. */
  closed?: boolean;
  log: (line: string) => void;
}

interface Answer extends Reply {
  headers?: Record<string, string>;
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
    const answer = await this.#answer(request).catch((error: unknown) => this.#errorAnswer(error, requestId));
    this.options.log(`${request.method} ${pathOnly(request.url)} ${answer.status}`);
    if (response.destroyed) return;
    const text = answer.body === undefined ? undefined : JSON.stringify(answer.body);
    response.writeHead(answer.status, {
      ...(text === undefined ? {} : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) }),
      "X-Request-ID": requestId,
      "X-Local-Neon-Pid": String(process.pid),
      ...answer.headers,
    });
    response.end(text);
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const { segments, rawQuery, redirectTo } = targetOf(request.url ?? "");
    if (redirectTo !== undefined) return { status: 301, headers: { Location: redirectTo } };
    const caller = this.options.authenticate(request.headers.authorization);
    const route = this.#route(request.method ?? "", segments);
    this.options.limitRate?.(caller.accountId, route.operationId, this.options.context.clock.now().getTime());
    const handler = Object.hasOwn(this.options.handlers, route.operationId)
      ? this.options.handlers[route.operationId]
      : undefined;
    const call: Call = {
      operationId: route.operationId,
      path: pathParameters(route, segments),
      query: queryParameters(route, rawQuery),
      body: route.checkBody ? await readBody(request) : undefined,
      caller,
    };
    this.#checkCall(route, call);
    if (!handler) throw notBuilt(route.operationId);
    const run = () => this.#checkedReply(route, handler(call, this.options.context));
    return route.method === "GET" ? run() : this.options.context.store.transaction(run);
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
      const body = { request_id: requestId, code: error.code, message: error.message };
      return { status: error.status, body, headers: error.headers };
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
