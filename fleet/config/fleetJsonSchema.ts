import { z } from "zod";
import { fleetSchema } from "./fleetSchema";

/** The JSON Schema (draft 2020-12) of the fleet file as people write it, for editors. */
export function fleetJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(fleetSchema, { io: "input", unrepresentable: "any", target: "draft-2020-12" });
  return { ...schema, title: "neon-tenants fleet" };
}
