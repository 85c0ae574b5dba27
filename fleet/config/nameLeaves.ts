import { describe, leaf, textLeaf, type Fault, type Parsed } from "./leaf";
import { databaseNameFault, roleNameFault } from "./names";
import { ipRuleFault, opensToEveryone } from "./ipRule";
import type { ProblemCode } from "./problem";
import { suggest } from "./suggest";

function fault(sentence: string, more: Partial<Fault> = {}): { fault: Fault } {
  return { fault: { sentence, ...more } };
}

/** Text that must match a pattern; `what` completes "is not …". */
export function patternLeaf(pattern: RegExp, what: string, description: string, examples?: string[]) {
  return textLeaf<string>({ description, pattern: pattern.source, examples }, (text) => {
    if (pattern.test(text)) return { value: text };
    const lower = text.toLowerCase();
    return fault(`${describe(text)} is not ${what}`, { suggestion: pattern.test(lower) ? lower : undefined });
  });
}

/** Text of a bounded length. */
export function boundedTextLeaf(minLength: number, maxLength: number, description: string) {
  return textLeaf<string>({ description, minLength, maxLength }, (text) => {
    if (text.length < minLength) return fault("is empty; write a value or remove the line");
    if (text.length > maxLength) return fault(`has ${text.length} characters and may have ${maxLength}`);
    return { value: text };
  });
}

const knownRegions = new Set(
  [
    "us-east-1",
    "us-east-2",
    "us-west-2",
    "eu-central-1",
    "eu-west-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "sa-east-1",
  ].map((region) => `aws-${region}`),
);

/** A region's id. Neon opens and closes regions, so only its form is checked. */
export function regionLeaf(description: string) {
  return textLeaf<string>({ description, pattern: "^[a-z]+-[a-z0-9-]+$", examples: ["aws-eu-central-1"] }, (text) => {
    const lower = text.trim().toLowerCase().replace(/_/g, "-");
    const prefixed = knownRegions.has(`aws-${lower}`) ? `aws-${lower}` : undefined;
    if (/^[a-z]+-[a-z0-9]+(-[a-z0-9]+)*$/.test(text) && prefixed === undefined) return { value: text };
    const suggestion = prefixed ?? (knownRegions.has(lower) ? lower : undefined);
    return fault(`${describe(text)} is not a region of Neon; write it as in aws-eu-central-1`, { suggestion });
  });
}

function identifierLeaf(description: string, faultOf: (name: string) => string | undefined) {
  return textLeaf<string>({ description, minLength: 1, maxLength: 63 }, (text) => {
    const sentence = faultOf(text);
    return sentence === undefined ? { value: text } : fault(text === "" ? sentence : `${describe(text)} ${sentence}`);
  });
}

/** The name of a role that Neon's API makes. */
export function roleNameLeaf(description: string) {
  return identifierLeaf(description, roleNameFault);
}

/** The name of a database. */
export function databaseNameLeaf(description: string) {
  return identifierLeaf(description, databaseNameFault);
}

/** One of a few words. */
export function wordLeaf<Word extends string>(words: readonly Word[], description: string) {
  return leaf<Word>({ enum: [...words], description }, (written) => {
    const word = words.find((known) => known === written);
    if (word !== undefined) return { value: word };
    const code: ProblemCode = typeof written === "string" ? "FLEET_VALUE" : "FLEET_TYPE";
    const suggestion = typeof written === "string" ? suggest(written, words) : undefined;
    return fault(`${describe(written)} is not ${words.join(" or ")}`, { code, suggestion });
  });
}

/** A whole number between two bounds. */
export function integerLeaf(minimum: number, maximum: number, what: string, description: string) {
  return leaf<number>({ type: "integer", minimum, maximum, description }, (written) => {
    if (typeof written === "number" && Number.isInteger(written) && written >= minimum && written <= maximum) {
      return { value: written };
    }
    const number = typeof written === "string" ? Number(written) : NaN;
    const suggestion = Number.isInteger(number) && number >= minimum && number <= maximum ? written : undefined;
    const code: ProblemCode = typeof written === "number" ? "FLEET_VALUE" : "FLEET_TYPE";
    return fault(`${describe(written)} is not ${what}`, { code, suggestion: suggestion as string | undefined });
  });
}

/** `any`, or a list of addresses. An empty list opens the database at Neon, so it must be said. */
export const allowedIpsLeaf = leaf<"any" | string[]>(
  {
    description: "Who may connect: any, or a list of addresses, CIDR blocks and ranges a-b.",
    anyOf: [{ enum: ["any"] }, { type: "array", items: { type: "string" }, minItems: 1 }],
    examples: ["any", ["203.0.113.0/24"]],
  },
  (written): Parsed<"any" | string[]> => {
    if (written === "any") return { value: "any" };
    const code: ProblemCode = "FLEET_ALLOWED_IPS";
    if (!Array.isArray(written)) {
      const suggestion =
        typeof written === "string" && ipRuleFault(written) === undefined ? `[${describe(written)}]` : undefined;
      return fault(`${describe(written)} is neither any nor a list of addresses`, { code, suggestion });
    }
    if (written.length === 0) {
      return fault("is an empty list, which opens the database to every address; write any if that is meant", {
        code,
        suggestion: "any",
      });
    }
    const faults = (written as unknown[]).flatMap((rule, index) => {
      const wrong = ruleFault(rule);
      return wrong === undefined ? [] : [{ code, path: [index], ...wrong } satisfies Fault];
    });
    return faults.length === 0 ? { value: written as string[] } : { faults };
  },
);

function ruleFault(rule: unknown): Pick<Fault, "sentence" | "suggestion"> | undefined {
  if (typeof rule !== "string") return { sentence: `${describe(rule)} is not an address` };
  const wrong = ipRuleFault(rule);
  if (wrong !== undefined) return { sentence: `${describe(rule)} ${wrong}` };
  if (!opensToEveryone(rule)) return undefined;
  return {
    sentence: `${describe(rule)} opens the database to every address; write any in place of the list if that is meant`,
  };
}
