import { Ajv, type ValidateFunction } from "ajv";
import { Ajv2019 } from "ajv/dist/2019";
import addFormats from "ajv-formats";
import type { Json } from "./apiDocument";
import { closeSchemas } from "./closeSchemas";

/** Checks a value; the answer says what is wrong, or nothing. */
export type Check = (value: unknown) => string | undefined;

export interface Validators {
  /** A body, against the schema at a JSON pointer of the document. */
  body(pointer: string): Check;
  /** Path and query parameters, which arrive as text: numbers and booleans are converted in place. */
  parameters(schema: Json): Check;
}

/** Validators straight from Neon's document: nothing is dereferenced or converted, each is compiled when it is first needed. */
export function createValidators(document: Json, closed: boolean): Validators {
  const source = onceOnly(() => (closed ? closeSchemas(document) : document));
  const bodies = onceOnly(() => createAjv(source(), closed, false));
  const texts = onceOnly(() => createAjv(source(), closed, true));
  return {
    body: (pointer) => lazily(() => bodies().compile({ $ref: `neon#${pointer}` }), "body"),
    parameters: (schema) => lazily(() => texts().compile(schema), "parameter"),
  };
}

/** Reading the whole document takes longer than starting everything else: a server that nobody asks does without it. */
function onceOnly<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function createAjv(document: Json, closed: boolean, coerce: boolean): Ajv {
  const options = { strict: false, allErrors: true, ...(coerce ? { coerceTypes: true as const } : {}) };
  const ajv = closed ? new Ajv2019(options) : new Ajv(options);
  addFormats(ajv);
  ajv.addFormat("uint64", { type: "number", validate: (value: number) => Number.isInteger(value) && value >= 0 });
  ajv.addFormat("int", { type: "number", validate: Number.isInteger });
  ajv.addSchema(document, "neon");
  return ajv;
}

function lazily(compile: () => ValidateFunction, what: string): Check {
  let validate: ValidateFunction | undefined;
  return (value) => {
    validate ??= compile();
    if (validate(value)) return undefined;
    const problems = (validate.errors ?? []).slice(0, 5).map((error) => {
      const extra = (error.params as { unevaluatedProperty?: string }).unevaluatedProperty;
      return `${what}${error.instancePath} ${error.message ?? "is wrong"}${extra ? ` (${extra})` : ""}`;
    });
    return [...new Set(problems)].join(", ");
  };
}

/** The part of a JSON pointer that stands for one key, as a URI fragment. */
export function pointerKey(key: string): string {
  return encodeURIComponent(key.replace(/~/g, "~0").replace(/\//g, "~1"));
}
