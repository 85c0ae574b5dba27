import { type Json, neonDocument, resolveRef } from "../../local/api/apiDocument";
import type { Route } from "../../local/api/routes";

const document = neonDocument();

function operationOf({ template, method }: Route): { item: Json; operation: Json } {
  const item = (document["paths"] as Record<string, Json>)[template] as Json;
  return { item, operation: item[method.toLowerCase()] as Json };
}

/** The schema of an operation's JSON body, if it takes one. */
export function bodySchemaOf(route: Route): unknown {
  const { operation } = operationOf(route);
  const body = operation["requestBody"] ? resolveRef(document, operation["requestBody"]) : undefined;
  const media = (body?.["content"] as Json | undefined)?.["application/json"] as Json | undefined;
  return media?.["schema"];
}

/** The schemas of an operation's query parameters by name. */
export function querySchemasOf(route: Route): Map<string, unknown> {
  const { item, operation } = operationOf(route);
  const all = [item["parameters"], operation["parameters"]].flatMap((list) =>
    Array.isArray(list) ? (list as unknown[]) : [],
  );
  const parameters = all.map((parameter) => resolveRef(document, parameter));
  const query = parameters.filter((parameter) => parameter["in"] === "query");
  return new Map(query.map((parameter) => [String(parameter["name"]), parameter["schema"]]));
}
