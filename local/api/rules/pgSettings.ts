import { badRequest } from "../apiError";
import { pgSettingsTable } from "./pgSettingsTable";

interface Setting {
  type: "bool" | "integer" | "real" | "enum" | "string";
  values: string[];
  min: number;
  max: number;
  unit: string | undefined;
  versions: { from: number; to: number };
}

const settings = new Map(pgSettingsTable.trim().split("\n").map(parseLine));

/** `work_mem integer 64..2147483647 kB`, `xmlbinary enum base64,hex`, `jit bool`; `@16-18` or `@18` at the end. */
function parseLine(line: string): [string, Setting] {
  const [, name = "", type = "", rest = "", from = "14", to = from] =
    /^(\w+) (\w+) ?(.*?)(?: ?@(\d+)(?:-(\d+))?)?$/.exec(line) ?? [];
  const [, min = "", max = "", unit] = /^(-?[\d.e]+?)\.\.(-?[\d.e]+)(?: (\w+))?$/.exec(rest) ?? [];
  const versions = line.includes("@") ? { from: Number(from), to: Number(to) } : { from: 14, to: Infinity };
  const kind = type as Setting["type"];
  return [name, { type: kind, values: rest.split(","), min: Number(min), max: Number(max), unit, versions }];
}

/**
 * Refuses what Postgres would not start with. Names with a dot are an extension's: Postgres takes those as they are.
 */
export function checkPgSettings(given: Record<string, string>, pgVersion: number): void {
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== "string" || hasControlCharacter(value)) throw invalid(name);
    if (/^[a-z_][\w$]*(\.[a-z_][\w$]*)+$/i.test(name) && name.length <= 63) continue;
    const setting = settings.get(name.toLowerCase());
    if (!setting || pgVersion < setting.versions.from || pgVersion > setting.versions.to) {
      throw badRequest("unknown or unsupported pg_settings parameter", { name });
    }
    if (!fits(name.toLowerCase(), setting, value)) throw invalid(name);
  }
}

const invalid = (name: string) => badRequest("invalid value of pg_settings parameter", { name });

// eslint-disable-next-line no-control-regex
const hasControlCharacter = (text: string) => /[\0-\x1f\x7f]|\p{Surrogate}/u.test(text);

function fits(name: string, setting: Setting, value: string): boolean {
  const text = value.toLowerCase();
  if (setting.type === "bool") return isBoolean(text);
  if (setting.type === "enum") return setting.values.includes(text);
  if (setting.type === "string") return stringRules[name]?.test(value) ?? isTimeZone(value);
  const amount = amountOf(text, setting);
  return amount !== undefined && amount >= setting.min && amount <= setting.max;
}

/** Postgres takes any beginning of a word that is not ambiguous. */
function isBoolean(text: string): boolean {
  const isBeginningOf = (word: string) => text.length > 0 && word.startsWith(text);
  return ["true", "false", "yes", "no"].some(isBeginningOf) || ["on", "of", "off", "1", "0"].includes(text);
}

/** All settings of type string in the table but `timezone`. */
const stringRules: Record<string, RegExp> = {
  createrole_self_grant: /^(\s*(set|inherit)\s*(,\s*(set|inherit)\s*)?)?$/i,
  datestyle: /^\s*(iso|sql|postgres|german)?\s*,?\s*(dmy|mdy|ymd)?\s*$/i,
  default_text_search_config: /^(\w+\.)?\w+$/,
  search_path: /^\s*(("[^"]+"|[a-z_][\w$]*)\s*(,\s*("[^"]+"|[a-z_][\w$]*)\s*)*)?$/i,
};

/** Of the zones that Node knows, those that Postgres knows by the same name. */
function isTimeZone(name: string): boolean {
  if (/^[A-Z][A-Za-z_]+\/[A-Za-z_/+-]+$/.test(name) === false) return ["UTC", "GMT"].includes(name.toUpperCase());
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone.length > 0;
  } catch {
    return false;
  }
}

const bytes: Record<string, number> = { b: 1, kb: 1024, "8kb": 8192, mb: 1024 ** 2, gb: 1024 ** 3, tb: 1024 ** 4 };
const milliseconds: Record<string, number> = { us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** In the setting's own unit; Postgres rounds whole numbers. */
function amountOf(text: string, { type, unit }: Setting): number | undefined {
  const match = /^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d{1,3})?)\s*([a-z]*)\s*$/.exec(text);
  if (!match) return undefined;
  const [, digits = "", given = ""] = match;
  const own = unit?.toLowerCase();
  const table = own === undefined ? undefined : own in bytes ? bytes : milliseconds;
  const factor = given === "" ? 1 : (table?.[given] ?? NaN) / (table?.[own ?? ""] ?? NaN);
  if (given === "8kb" || !Number.isFinite(factor)) return undefined;
  const amount = Number(digits) * factor;
  return type === "integer" ? Math.round(amount) : amount;
}
