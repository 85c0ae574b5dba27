/** Plain values by name, as the engine sends them. */
export type Values = Record<string, unknown>;

/** What the engine sends during a preview for a value that is not known yet (`rpc.unknownValue` of the Pulumi SDK). */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** True where a value, or anything in it, is not known yet. */
export function hasUnknown(value: unknown): boolean {
  if (value === unknownValue) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  return isRecord(value) && Object.values(value).some(hasUnknown);
}

/** True for a plain object. */
export function isRecord(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a dotted path; undefined where any part is missing. */
export function valueAt(values: unknown, path: string): unknown {
  let current = values;
  for (const part of path.split(".")) {
    if (current === unknownValue) return unknownValue;
    if (!isRecord(current)) return undefined;
    current = Object.hasOwn(current, part) ? current[part] : undefined;
  }
  return current ?? undefined;
}

/** A copy with the value at a dotted path set, or removed where it is undefined. Empty groups disappear. */
export function withValueAt(values: Values, path: string, value: unknown): Values {
  const [head = "", ...rest] = path.split(".");
  const copy: Values = { ...values };
  if (rest.length > 0) {
    const inner = withValueAt(isRecord(copy[head]) ? copy[head] : {}, rest.join("."), value);
    if (Object.keys(inner).length > 0) copy[head] = inner;
    else delete copy[head];
  } else if (value === undefined) delete copy[head];
  else copy[head] = value;
  return copy;
}

/** Deep equality of plain values; `asSet` ignores the order and repetition in a list. */
export function sameValue(a: unknown, b: unknown, asSet = false): boolean {
  return canonical(a, asSet) === canonical(b, asSet);
}

/** One text for equal values: keys sorted, what is undefined left out. */
function canonical(value: unknown, asSet = false): string {
  if (Array.isArray(value)) {
    const items = value.map((item) => canonical(item));
    return `[${(asSet ? [...new Set(items)].sort() : items).join()}]`;
  }
  if (!isRecord(value)) return JSON.stringify(value) ?? "undefined";
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  const texts = entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`);
  return `{${texts.sort().join()}}`;
}
