import { randomUUID } from "node:crypto";
import http from "node:http";
import https from "node:https";
import { createApiClient, type Api, type ApiConfig, type RequestParams } from "@neondatabase/api-client";
import { HttpFailure, type HttpFailureFacts } from "./httpFailure";
import { isLoopback } from "./loopback";
import { redact } from "./redact";
import type { HttpMethod } from "./routes";

/** The generated client; one method per operation of Neon's document. */
export type NeonHttp = Api<unknown>;
/** Per-request settings of the generated client. */
export type HttpParams = RequestParams;
/** Replaces the network, for tests. */
export type HttpAdapter = NonNullable<ApiConfig["adapter"]>;

export interface HttpClientOptions {
  apiKey: string;
  /** With `/api/v2`. */
  baseUrl: string;
  userAgent: string;
  requestTimeoutMs: number;
  adapter?: HttpAdapter;
}

export interface HttpAnswer<T> {
  status: number;
  data: T;
}

export interface HttpClient {
  /** Makes one request; throws {@link HttpFailure}, never the library's own error. */
  send<T>(
    method: HttpMethod,
    request: (neon: NeonHttp, params: HttpParams) => Promise<HttpAnswer<T>>,
  ): Promise<HttpAnswer<T>>;
}

/** The one place that knows the HTTP library behind `@neondatabase/api-client`. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const neon = createApiClient(clientConfig(options));
  // A server may close an idle connection just as the next request goes out, and the answer then looks lost. A GET is repeated; a POST
  // would have to be reported as unanswered, so it never travels on a used connection. Idle sockets of these agents do not keep the process alive.
  const reused = { httpAgent: new http.Agent({ keepAlive: true }), httpsAgent: new https.Agent({ keepAlive: true }) };
  const fresh = { httpAgent: new http.Agent({ keepAlive: false }), httpsAgent: new https.Agent({ keepAlive: false }) };
  return {
    async send(method, request) {
      const requestId = randomUUID();
      const params: HttpParams = {
        ...(method === "POST" ? fresh : reused),
        signal: AbortSignal.timeout(options.requestTimeoutMs),
        headers: { "X-Request-ID": requestId },
      };
      try {
        return await request(neon, params);
      } catch (error) {
        throw new HttpFailure(readFailure(error, { ...options, requestId }));
      }
    },
  };
}

function clientConfig(options: HttpClientOptions): Parameters<typeof createApiClient>[0] {
  return {
    apiKey: options.apiKey,
    baseURL: options.baseUrl,
    headers: { "User-Agent": options.userAgent },
    // A redirect would turn a POST into a GET and carry the key to another host.
    maxRedirects: 0,
    ...(isLoopback(new URL(options.baseUrl).hostname) ? { proxy: false as const } : {}),
    ...(options.adapter ? { adapter: options.adapter } : {}),
  };
}

/** The parts of the library's error that are read; everything is optional because the error may be anything. */
interface LibraryError {
  code?: unknown;
  message?: unknown;
  syscall?: unknown;
  cause?: unknown;
  errors?: unknown;
  response?: { status?: unknown; data?: unknown; headers?: Record<string, unknown> };
}

const REFUSED = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_FAIL",
  "EAI_NODATA",
  "EAI_NONAME",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
  "EADDRNOTAVAIL",
]);
const UNTRUSTED =
  /^(CERT_|ERR_TLS_|ERR_SSL_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|EPROTO$)/;

function readFailure(
  error: unknown,
  context: Pick<HttpClientOptions, "apiKey" | "requestTimeoutMs"> & { requestId: string },
): HttpFailureFacts {
  const failed = (typeof error === "object" && error !== null ? error : { message: String(error) }) as LibraryError;
  const status = failed.response?.status;
  // An answer that broke off is reported with the 2xx status of its first line: what it said is not known.
  if (failed.response && typeof status === "number" && status >= 300)
    return readAnswer(failed.response, status, context);

  const code = textOf(failed.code);
  const requestId = context.requestId;
  if (code === "ERR_CANCELED") {
    const detail = `no answer within ${context.requestTimeoutMs / 1000} s`;
    return { kind: "lost", code: "ETIMEDOUT", detail, requestId };
  }
  const detail = redact(textOf(failed.message) || code || "the connection failed", [context.apiKey]);
  if (neverConnected(failed) || detail.includes("before secure TLS connection was established"))
    return { kind: "refused", code, detail };
  if (code !== undefined && UNTRUSTED.test(code)) return { kind: "untrusted", code, detail };
  return { kind: "lost", code, detail, requestId };
}

/** True where the socket never came to be: a name without address, a closed port, or every address tried in vain. */
function neverConnected(error: LibraryError): boolean {
  const code = textOf(error.code);
  if (code !== undefined && REFUSED.has(code)) return true;
  if (code !== "ETIMEDOUT") return false;
  const inner = [error, error.cause, ...(Array.isArray(error.errors) ? (error.errors as unknown[]) : [])];
  return inner.some((one) => (one as LibraryError | undefined)?.syscall === "connect");
}

function readAnswer(
  response: NonNullable<LibraryError["response"]>,
  status: number,
  context: { apiKey: string; requestId: string },
): HttpFailureFacts {
  const body = (typeof response.data === "object" && response.data !== null ? response.data : {}) as Record<
    string,
    unknown
  >;
  const header = (name: string) => textOf(response.headers?.[name]);
  const detail = redact(textOf(body.message) ?? "", [context.apiKey]);
  return {
    kind: "answered",
    status,
    code: textOf(body.code) ?? "",
    fromNeon: detail !== "",
    detail: detail || describeStatus(status, header("location")),
    requestId: textOf(body.request_id) ?? header("x-request-id") ?? context.requestId,
    retryAfter: header("retry-after"),
    serverDate: header("date"),
  };
}

function describeStatus(status: number, location: string | undefined): string {
  if (location !== undefined && status < 400) return `redirected to ${redact(location.split("?")[0] ?? "")}`;
  const name = http.STATUS_CODES[status];
  return name === undefined ? `status ${status} without a message` : name.toLowerCase();
}

function textOf(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}
