import type { IncomingMessage } from "node:http";
import { ApiError, badRequest } from "./apiError";
import type { Route } from "./routes";

/** Larger than any body of Neon's document that makes sense. */
const maxBodyBytes = 1024 * 1024;

export interface Target {
  /** Still percent-encoded, without the `/api/v2` that may lead. */
  segments: string[];
  rawQuery: string;
  /** Where a path with empty segments leads, as at Neon. */
  redirectTo?: string;
}

/** The path and query of a request line; both `/api/v2/projects` and `/projects` are right. */
export function targetOf(url: string): Target {
  const [rawPath = "", rawQuery = ""] = splitOnce(url.replace(/^https?:\/\/[^/?]*/i, ""), "?");
  const path = rawPath.replace(/#.*$/, "");
  if (path.includes("//")) {
    return { segments: [], rawQuery, redirectTo: path.replace(/\/{2,}/g, "/") + (rawQuery ? `?${rawQuery}` : "") };
  }
  return {
    segments: path
      .replace(/^\/api\/v2(?=\/|$)/, "")
      .slice(1)
      .split("/"),
    rawQuery,
  };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}

export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badRequest("invalid percent-encoding in the URL");
  }
}

export function pathParameters(route: Route, segments: string[]): Record<string, string> {
  const parameters = emptyRecord<string>();
  route.segments.forEach(({ parameter }, i) => {
    if (parameter !== undefined) parameters[parameter] = decode(segments[i] ?? "");
  });
  return parameters;
}

/** Lists come comma-separated or repeated; of another parameter that is repeated the last one counts. */
export function queryParameters(route: Route, rawQuery: string): Record<string, unknown> {
  const parameters = emptyRecord<unknown>();
  for (const pair of rawQuery.replace(/#.*$/, "").split("&")) {
    if (pair === "") continue;
    const [name, value] = splitOnce(pair.replaceAll("+", " "), "=").map(decode) as [string, string];
    if (!route.listParameters.has(name)) parameters[name] = value;
    else parameters[name] = [...((parameters[name] as string[] | undefined) ?? []), ...value.split(",")];
  }
  return parameters;
}

/** Without a prototype: the names are a stranger's. */
const emptyRecord = <T>() => Object.create(null) as Record<string, T>;

/** The JSON body; `undefined` if there is none. */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const bytes = await readBytes(request);
  if (bytes.length === 0) return undefined;
  const type = request.headers["content-type"];
  if (type !== undefined && !/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type.trim())) {
    throw badRequest("the request body must be application/json", { content_type: type });
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw badRequest("the request body is not valid JSON");
  }
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const tooLarge = () =>
    new ApiError(413, `the request body is larger than ${maxBodyBytes} bytes`, "", { Connection: "close" });
  if (Number(request.headers["content-length"] ?? 0) > maxBodyBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
