/** An operation of Neon's document, as far as rules name it. */
export interface KnownRoute {
  operationId: string;
  method: string;
  /** `/projects/{project_id}` */
  template: string;
}

/** A request, as far as rules choose by it. */
export interface RoutedRequest {
  operationId: string;
  method: string;
  /** The parts of its path below `/api/v2`, decoded. */
  path: readonly string[];
}

/** Whether a request is one that a rule's `route` stands for. */
export type RoutePattern = (request: RoutedRequest) => boolean;

/** A rule's `route`, understood; or what is wrong with it. */
export function parseRoute(text: string, routes: readonly KnownRoute[]): RoutePattern | { problem: string } {
  if (text === "*") return () => true;
  if (!/\s/.test(text) && !text.includes("/")) return operationPattern(text, routes);
  const match = /^(\*|[A-Za-z]+)\s+(?:\/api\/v2(?=\/))?(\/\S*)$/.exec(text);
  if (!match)
    return { problem: `"${text}" is not an operation id, *, or a method and a path such as "POST /projects"` };
  const method = (match[1] ?? "").toUpperCase();
  const parts = partsOf(match[2] ?? "");
  if (parts.slice(0, -1).includes("**")) return { problem: `** in "${text}" must be the last part` };
  const possible = routes.some(
    (route) => fitsMethod(method, route.method) && fits(parts, partsOf(route.template), mayMeet),
  );
  if (!possible) return { problem: `"${text}" fits no operation of Neon's document` };
  return (request) => fitsMethod(method, request.method) && fits(parts, request.path, isPart);
}

function operationPattern(operationId: string, routes: readonly KnownRoute[]): RoutePattern | { problem: string } {
  if (routes.some((route) => route.operationId === operationId))
    return (request) => request.operationId === operationId;
  const other = routes.find((route) => route.operationId.toLowerCase() === operationId.toLowerCase());
  const hint = other ? `; did you mean ${other.operationId}?` : "";
  return { problem: `"${operationId}" is no operation of Neon's document${hint}` };
}

const partsOf = (path: string): string[] => path.slice(1).split("/");
const isWildcard = (part: string) => part === "*" || /^\{.*\}$/.test(part);
const fitsMethod = (pattern: string, method: string) => pattern === "*" || pattern === method;

/** A part of a request. */
const isPart = (pattern: string, part: string) => isWildcard(pattern) || pattern === part;
/** A part of a template: its parameters may be anything. */
const mayMeet = (pattern: string, part: string) => isWildcard(part) || isPart(pattern, part);

function fits(
  pattern: readonly string[],
  path: readonly string[],
  fitsPart: (pattern: string, part: string) => boolean,
): boolean {
  const open = pattern.at(-1) === "**";
  const fixed = open ? pattern.slice(0, -1) : pattern;
  if (open ? path.length < fixed.length : path.length !== fixed.length) return false;
  return fixed.every((part, index) => fitsPart(part, path[index] ?? ""));
}
