import { type Json, neonDocument } from "../api/apiDocument";
import { checkedRoutes } from "../api/routes";
import type { Vocabulary } from "./faultSchemas";

/** What rules may name, from Neon's document. */
export function vocabularyOf(document: Json = neonDocument()): Vocabulary {
  const components = document["components"] as { schemas: { OperationAction: { enum: string[] } } };
  return { routes: checkedRoutes(document, false), actions: components.schemas.OperationAction.enum };
}
