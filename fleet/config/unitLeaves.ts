import { isComputeSize } from "./computeSizes";
import { guessDataSize, parseDataSize } from "./dataSize";
import { formatDuration, guessDuration, parseDuration } from "./duration";
import { describe, leaf, type Fault, type Parsed } from "./leaf";

const longestHistorySeconds = 30 * 86_400;
const shortestSuspendSeconds = 60;
const longestSuspendSeconds = 7 * 86_400;
const durationPattern = "\\d+(\\.\\d+)?[smhd]";
const sizePattern = "\\d+(\\.\\d+)?([KMGT]i?B|B)";

/** The words beside durations or sizes that a field knows, with what they mean to the API. */
type Words = Record<string, number>;

function unitFault(sentence: string, suggestion?: string): { fault: Fault } {
  return { fault: { sentence, code: "FLEET_UNIT", suggestion } };
}

function durationOf(written: unknown, words: Words): Parsed<number> {
  if (typeof written === "number") {
    return unitFault(`${written} has no unit; write it as 10h, 5m or 30s`, `${written}s`);
  }
  if (typeof written !== "string") return unitFault(`${describe(written)} is not a duration; write 10h, 5m or 30s`);
  if (Object.hasOwn(words, written)) return { value: words[written]! };
  const seconds = parseDuration(written);
  if (seconds !== undefined) return { value: seconds };
  const also = Object.keys(words).map((word) => `, or ${word}`);
  return unitFault(
    `${describe(written)} is not a duration; write 10h, 5m or 30s${also.join("")}`,
    nearWord(written, words) ?? guessDuration(written),
  );
}

function sizeOf(written: unknown, words: Words): Parsed<number> {
  if (typeof written === "number") return unitFault(`${written} has no unit; write it as 512MB or 10GB`);
  if (typeof written !== "string") return unitFault(`${describe(written)} is not a size; write 512MB or 10GB`);
  if (Object.hasOwn(words, written)) return { value: words[written]! };
  const bytes = parseDataSize(written);
  if (bytes !== undefined) return { value: bytes };
  const also = Object.keys(words).map((word) => `, or ${word}`);
  return unitFault(
    `${describe(written)} is not a size; write 512MB or 10GB${also.join("")}`,
    nearWord(written, words) ?? guessDataSize(written),
  );
}

function nearWord(written: string, words: Words): string | undefined {
  return Object.keys(words).find((word) => word === written.trim().toLowerCase());
}

/** Nought means "no limit" at Neon; a person who writes it may mean the opposite. */
function refuseNought(parsed: Parsed<number>, written: unknown): Parsed<number> {
  if (!("value" in parsed) || parsed.value !== 0 || written === "unlimited") return parsed;
  return unitFault("a quota of nothing would be no limit at Neon; write unlimited for that, or a larger quota");
}

const unlimited: Words = { unlimited: 0 };

/** A quota in time; `unlimited` is 0. */
export function timeQuotaLeaf(description: string) {
  return leaf<number>(
    { type: "string", pattern: `^(unlimited|${durationPattern})$`, examples: ["100h", "unlimited"], description },
    (written) => refuseNought(durationOf(written === 0 ? "0s" : written, unlimited), written),
  );
}

/** A quota in data; `unlimited` is 0. */
export function sizeQuotaLeaf(description: string) {
  return leaf<number>(
    { type: "string", pattern: `^(unlimited|${sizePattern})$`, examples: ["512MB", "unlimited"], description },
    (written) => refuseNought(sizeOf(written === 0 ? "0B" : written, unlimited), written),
  );
}

/** Seconds until a compute is suspended; `never` is -1, `default` 0. */
export const suspendLeaf = leaf<number>(
  {
    type: "string",
    pattern: `^(never|default|${durationPattern})$`,
    examples: ["5m", "never"],
    description: "How long a compute stays up without activity: 60s to 7d, never, or default (Neon's own).",
  },
  (written) => {
    const words = { never: -1, default: 0 };
    const parsed = durationOf(written, words);
    if (!("value" in parsed) || Object.hasOwn(words, String(written))) return parsed;
    const nearest = Math.min(Math.max(parsed.value, shortestSuspendSeconds), longestSuspendSeconds);
    if (nearest === parsed.value) return parsed;
    const side = parsed.value < nearest ? "shorter" : "longer";
    return unitFault(
      `${describe(written)} is ${side} than the ${nearest === shortestSuspendSeconds ? "60s" : "7d"} that Neon allows; write never to keep the compute up`,
      nearest === shortestSuspendSeconds ? "60s" : "7d",
    );
  },
);

/** Seconds of history; `none` is 0. */
export const historyLeaf = leaf<number>(
  {
    type: "string",
    pattern: `^(none|${durationPattern})$`,
    examples: ["6h", "7d"],
    description: "How far back the database can be restored: up to 30d, or none.",
  },
  (written) => {
    const parsed = durationOf(written, { none: 0 });
    if (!("value" in parsed)) return parsed;
    if (parsed.value === 0 && written !== "none") {
      return unitFault(`${describe(written)} would keep no history at all; write none for that`, "none");
    }
    if (parsed.value <= longestHistorySeconds) return parsed;
    const most = formatDuration(longestHistorySeconds);
    return unitFault(`${describe(written)} is longer than the ${most} that Neon keeps`, most);
  },
);

const shortestKeepSeconds = 3600;

/** Seconds for which a snapshot is kept. */
export const keepLeaf = leaf<number>(
  {
    type: "string",
    pattern: `^${durationPattern}$`,
    examples: ["7d"],
    description: "How long each snapshot is kept, at least 1h; for ever where it is left out.",
  },
  (written) => {
    const parsed = durationOf(written, {});
    if (!("value" in parsed) || parsed.value >= shortestKeepSeconds) return parsed;
    return unitFault(`${describe(written)} is shorter than the 1h that Neon keeps a snapshot`, "1h");
  },
);

/** A compute's size in CU. */
export function computeSizeLeaf(description: string) {
  return leaf<number>({ type: "number", minimum: 0.25, maximum: 56, examples: [0.25, 2], description }, (written) => {
    if (typeof written === "number" && isComputeSize(written)) return { value: written };
    if (typeof written === "number") {
      const sentence = `${written} is not a size that Neon offers; write 0.25, 0.5, 1 to 16, or an even number up to 56`;
      return { fault: { sentence, code: "FLEET_VALUE", suggestion: nearestSize(written) } };
    }
    const number = typeof written === "string" ? Number(/^\s*([\d.]+)\s*(cu)?\s*$/i.exec(written)?.[1]) : NaN;
    const suggestion = isComputeSize(number) ? String(number) : undefined;
    return {
      fault: {
        sentence: `${describe(written)} is not a number of CU; write 0.25 or 2`,
        code: "FLEET_TYPE",
        suggestion,
      },
    };
  });
}

function nearestSize(cu: number): string | undefined {
  if (!(cu > 0 && cu <= 56)) return undefined;
  if (cu < 1) return cu <= 0.25 ? "0.25" : cu <= 0.5 ? "0.5" : "1";
  const up = Math.ceil(cu);
  return String(isComputeSize(up) ? up : up + 1);
}
