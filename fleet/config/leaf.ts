import { z } from "zod";
import type { ProblemCode } from "./problem";

/** Why a written value was not understood. */
export interface Fault {
  /** Without the path, without a full stop. */
  sentence: string;
  /** Default `FLEET_VALUE`. */
  code?: ProblemCode;
  suggestion?: string;
  /** Where inside the value, for an element of a list. */
  path?: number[];
}

export type Parsed<Value> = { value: Value } | { fault: Fault } | { faults: Fault[] };

/** What an editor is told about a leaf: a piece of JSON Schema. */
export interface LeafSchema {
  description: string;
  type?: string | string[];
  pattern?: string;
  examples?: unknown[];
  anyOf?: object[];
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  items?: object;
  minItems?: number;
}

/**
 * One value of the fleet file: `parse` turns what was written into API units or says in a person's words what is wrong. zod carries the
 * fault in a custom issue, so that its own messages never reach a person.
 */
export function leaf<Value>(schema: LeafSchema, parse: (written: unknown) => Parsed<Value>) {
  return z
    .unknown()
    .meta({ ...schema })
    .transform((written, context): Value => {
      const parsed = written === null ? emptyFault : parse(written);
      if ("value" in parsed) return parsed.value;
      for (const fault of "faults" in parsed ? parsed.faults : [parsed.fault]) {
        context.addIssue({ code: "custom", message: fault.sentence, path: fault.path ?? [], params: { ...fault } });
      }
      return z.NEVER;
    });
}

const emptyFault: { fault: Fault } = {
  fault: { sentence: "is empty; write a value or remove the line", code: "FLEET_TYPE" },
};

/** A leaf that is text; a number or a word that YAML reads as something else is named as such. */
export function textLeaf<Value>(
  schema: Omit<LeafSchema, "type">,
  parse: (text: string) => Parsed<Value>,
): ReturnType<typeof leaf<Value>> {
  return leaf({ type: "string", ...schema }, (written) => {
    if (typeof written === "string") return parse(written);
    const fault: Fault = { sentence: `${describe(written)} is not text`, code: "FLEET_TYPE" };
    if (typeof written === "number" || typeof written === "boolean") {
      fault.sentence = `${describe(written)} is read as a ${typeof written}; put it in quotes`;
    }
    return { fault };
  });
}

/** A leaf that is `true` or `false`. */
export function flagLeaf(description: string): ReturnType<typeof leaf<boolean>> {
  return leaf<boolean>({ type: "boolean", description }, (written) => {
    if (typeof written === "boolean") return { value: written };
    const yes = typeof written === "string" && /^(yes|on|true|y)$/i.test(written);
    const no = typeof written === "string" && /^(no|off|false|n)$/i.test(written);
    const suggestion = yes ? "true" : no ? "false" : undefined;
    return { fault: { sentence: `${describe(written)} is not true or false`, code: "FLEET_TYPE", suggestion } };
  });
}

/** A written value as a message shows it: short, on one line, and without anything that looks like a secret. */
export function describe(written: unknown): string {
  if (Array.isArray(written)) return "a list";
  if (typeof written === "object" && written !== null) return "a map";
  if (typeof written !== "string") return written === null ? "null" : JSON.stringify(written);
  const safe = redact(written);
  return JSON.stringify(safe.length > 60 ? `${safe.slice(0, 59)}…` : safe);
}

/** A text without API keys and without the passwords of URIs. */
export function redact(text: string): string {
  return text.replace(/napi_\w+/gi, "napi_…").replace(/(:\/\/[^:/@\s]*):[^@\s]*@/g, "$1:…@");
}
