import type { IncomingMessage } from "node:http";
import { ApiError } from "./apiError";
import type { Reply } from "./call";

/**
 * Routes of the local Neon itself, on the same server and with the same keys: `/_local/…`, beside Neon's `/api/v2`. The keys are
 * a method and a path, in which `*` stands for one part: `DELETE /_local/faults/*`.
 */
export type ControlRoutes = Record<string, (request: IncomingMessage, parameter: string) => Promise<Reply> | Reply>;

const prefix = "/_local/";

export const isControl = (url: string) => url.startsWith(prefix);

/** Answers a request whose path begins with `/_local/`, and whose caller is known. */
export async function answerControl(routes: ControlRoutes, request: IncomingMessage): Promise<Reply> {
  const path = (request.url ?? "").split(/[?#]/, 1)[0] ?? "";
  const fitting = Object.entries(routes).flatMap(([key, answer]) => {
    const [method = "", template = ""] = key.split(" ");
    const parameter = parameterOf(template, path);
    return parameter === undefined ? [] : [{ method, answer, parameter }];
  });
  const route = fitting.find(({ method }) => method === request.method);
  if (route) return route.answer(request, route.parameter);
  if (fitting.length === 0) throw new ApiError(404, "this route does not exist");
  throw new ApiError(405, "this method is not allowed here", "", {
    Allow: fitting.map(({ method }) => method).join(", "),
  });
}

/** What stands in the place of `*`, or an empty text where there is none; nothing if the path does not fit. */
function parameterOf(template: string, path: string): string | undefined {
  const parts = path.split("/");
  const wanted = template.split("/");
  const fits = parts.length === wanted.length && wanted.every((part, index) => part === "*" || part === parts[index]);
  return fits ? (parts[wanted.indexOf("*")] ?? "") : undefined;
}
