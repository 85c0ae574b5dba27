import { type Json, neonDocument } from "../../local/api/apiDocument";
import { handlers } from "../../local/api/handlers/handlers";
import { checkedRoutes } from "../../local/api/routes";
import { createValidators, pointerKey } from "../../local/api/validators";

const document = neonDocument();

interface Example {
  pointer: string;
  name: string;
  value: unknown;
}

/** Every example that the document gives for a JSON body, with the pointer of the schema it is for. */
function examplesIn(node: unknown, pointer: string): Example[] {
  if (Array.isArray(node)) return node.flatMap((item, i) => examplesIn(item, `${pointer}/${i}`));
  if (typeof node !== "object" || node === null) return [];
  const found = Object.entries(node).flatMap(([key, value]) => examplesIn(value, `${pointer}/${pointerKey(key)}`));
  const media = node as { schema?: Json; example?: unknown; examples?: Record<string, { value?: unknown }> };
  if (!media.schema || !pointer.endsWith("application~1json")) return found;
  const schema = `${pointer}/schema`;
  const named = Object.entries(media.examples ?? {}).map(([name, { value }]) => ({ pointer: schema, name, value }));
  return [...found, ...named, ...("example" in media ? [{ pointer: schema, name: "", value: media.example }] : [])];
}

const examples = examplesIn(document, "").filter(({ value }) => value !== undefined);

describe("Neon's document", () => {
  it.each([false, true])("accepts its own examples but for the one with a wrong id (closed: %s)", (closed) => {
    const validators = createValidators(document, closed);
    const refused = examples.filter(({ pointer, value }) => validators.body(pointer)(structuredClone(value)));
    expect(examples.length).toBeGreaterThanOrEqual(58);
    expect(refused.map(({ pointer }) => decodeURIComponent(pointer))).toHaveLength(1);
  });

  it("names every operation that is built here", () => {
    const known = new Set(checkedRoutes(document, false).map(({ operationId }) => operationId));
    expect(Object.keys(handlers).filter((id) => !known.has(id))).toEqual([]);
    expect(known.size).toBeGreaterThan(160);
  });
});
