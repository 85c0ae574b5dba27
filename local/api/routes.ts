import { type Json, resolveRef } from "./apiDocument";
import { type Check, createValidators, pointerKey, type Validators } from "./validators";

const methods = ["get", "post", "put", "patch", "delete"];
const jsonSchema = "/content/application~1json/schema";

/** One operation of Neon's document: how it is recognised, and what is right for it. */
export interface Route {
  operationId: string;
  method: string;
  /** `/projects/{project_id}` */
  template: string;
  segments: { literal?: string; parameter?: string }[];
  /** Query parameters that are lists: they come comma-separated or repeated. */
  listParameters: Set<string>;
  queryParameters: Set<string>;
  checkPath: Check;
  checkQuery: Check;
  /** Absent where the operation takes no body. */
  checkBody?: Check;
  bodyRequired: boolean;
  /** The check of the body that this status answers with; absent where it has none. */
  checkResponse(status: number): Check | undefined;
}

const cache = new WeakMap<Json, Map<boolean, Route[]>>();

/** The routes of a document with their checks: made once in a process, as compiling a check takes longer than many calls. */
export function checkedRoutes(document: Json, closed: boolean): Route[] {
  const known = cache.get(document) ?? new Map<boolean, Route[]>();
  cache.set(document, known);
  const routes = known.get(closed) ?? routesOf(document, createValidators(document, closed));
  known.set(closed, routes);
  return routes;
}

function routesOf(document: Json, validators: Validators): Route[] {
  const routes: Route[] = [];
  for (const [template, item] of Object.entries(document["paths"] as Record<string, Json>)) {
    for (const method of methods) {
      const operation = item[method] as Json | undefined;
      if (operation) routes.push(routeOf(document, validators, template, item, method, operation));
    }
  }
  return routes;
}

function routeOf(
  document: Json,
  validators: Validators,
  template: string,
  item: Json,
  method: string,
  operation: Json,
): Route {
  const parameters = [...asArray(item["parameters"]), ...asArray(operation["parameters"])].map((parameter) =>
    resolveRef(document, parameter),
  );
  const query = parameters.filter((parameter) => parameter["in"] === "query");
  const body = jsonBody(document, operation["requestBody"]);
  const base = `/paths/${pointerKey(template)}/${method}`;
  const bodyPointer = typeof body?.["$ref"] === "string" ? body["$ref"].slice(1) : `${base}/requestBody`;
  return {
    operationId: String(operation["operationId"]),
    method: method.toUpperCase(),
    template,
    segments: template
      .slice(1)
      .split("/")
      .map((text) => (text.startsWith("{") ? { parameter: text.slice(1, -1) } : { literal: text })),
    listParameters: new Set(
      query.filter((p) => resolveRef(document, p["schema"])["type"] === "array").map((p) => String(p["name"])),
    ),
    queryParameters: new Set(query.map((p) => String(p["name"]))),
    checkPath: validators.parameters(objectOf(parameters.filter((p) => p["in"] === "path"))),
    checkQuery: validators.parameters(objectOf(query)),
    checkBody: body && validators.body(bodyPointer + jsonSchema),
    bodyRequired: body ? resolveRef(document, body)["required"] === true : false,
    checkResponse: responseChecks(document, validators, operation["responses"] as Json, `${base}/responses`),
  };
}

/** The request body, if it is JSON; the few that are files are of operations that are not built. */
function jsonBody(document: Json, body: unknown): Json | undefined {
  if (!body) return undefined;
  const content = resolveRef(document, body)["content"] as Json | undefined;
  return content?.["application/json"] ? (body as Json) : undefined;
}

function responseChecks(document: Json, validators: Validators, responses: Json, base: string): Route["checkResponse"] {
  const checks = new Map<number, Check | undefined>();
  return (status) => {
    if (!checks.has(status)) {
      const key = String(status) in responses ? String(status) : "default";
      const response = responses[key] as Json;
      const pointer = typeof response["$ref"] === "string" ? response["$ref"].slice(1) : `${base}/${key}`;
      const content = resolveRef(document, response)["content"] as Json | undefined;
      checks.set(status, content?.["application/json"] ? validators.body(pointer + jsonSchema) : undefined);
    }
    return checks.get(status);
  };
}

/** Parameters as one object schema; `$ref`s inside it point into the document. */
function objectOf(parameters: Json[]): Json {
  const schemas = parameters.map((p) => [String(p["name"]), absoluteRefs(p["schema"])] as const);
  const required = parameters.filter((p) => p["required"] === true).map((p) => String(p["name"]));
  return { type: "object", properties: Object.fromEntries(schemas), required };
}

function absoluteRefs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(absoluteRefs);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === "$ref" && typeof inner === "string" ? `neon${inner}` : absoluteRefs(inner),
    ]),
  );
}

const asArray = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : []);

/** The routes whose template fits these (still encoded) segments, the most literal one first. */
export function matchRoutes(routes: Route[], segments: string[]): Route[] {
  return routes.filter((route) => fits(route, segments)).sort((a, b) => parameterCount(a) - parameterCount(b));
}

function fits(route: Route, segments: string[]): boolean {
  if (route.segments.length !== segments.length) return false;
  return route.segments.every(({ literal }, i) =>
    literal === undefined ? segments[i] !== "" : segments[i] === literal,
  );
}

const parameterCount = (route: Route) => route.segments.filter((segment) => segment.parameter).length;
