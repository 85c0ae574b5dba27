import { z } from "zod";
import type { Declared, Fields } from "./field";

/** The zod schema of a resource's inputs, for plain values. Rules between fields are not part of it. */
export function zodSchema<F extends Fields>(fields: F): z.ZodType<Declared<F>> {
  return objectSchema(fields) as unknown as z.ZodType<Declared<F>>;
}

function objectSchema(fields: Fields): z.ZodObject {
  const shape: Record<string, z.ZodType> = {};
  for (const [name, node] of Object.entries(fields)) {
    if (node.kind === "group") shape[name] = objectSchema(node.fields).describe(node.about).optional();
    else {
      const schema = node.schema.describe(node.about);
      shape[name] = node.required ? schema : schema.optional();
    }
  }
  return z.strictObject(shape);
}

/** The JSON Schema of a resource's inputs, for editors and documentation. */
export function jsonSchema(fields: Fields): Record<string, unknown> {
  return z.toJSONSchema(objectSchema(fields), { unrepresentable: "any" });
}
