import { readFileSync } from "node:fs";
import { openerFor } from "../../../fleet/secrets/passphrase";

const secretKey = "4dabf18193072939515e22adb298388d";

/**
 * What may differ between two runs of the same program, and nothing else: by the key in the state, with the shape that its value must
 * have. A value of another shape stays and makes the states differ.
 */
const volatile: [key: string, shape: RegExp, becomes: string][] = [
  ["created", /^\d{4}-\d\d-\d\dT[\d:.]+Z$/, "(time)"],
  ["modified", /^\d{4}-\d\d-\d\dT[\d:.]+Z$/, "(time)"],
  ["time", /^\d{4}-\d\d-\d\dT[\d:.]+Z$/, "(time)"],
  ["createdAt", /^\d{4}-\d\d-\d\dT[\d:.]+Z$/, "(time)"],
  ["projectId", /^[a-z]+-[a-z]+-\d{8}$/, "(project id)"],
  ["branchId", /^br-[a-z]+-[a-z]+-[a-z0-9]{8}$/, "(branch id)"],
  ["databaseId", /^\d+$/, "(database id)"],
  ["endpointId", /^ep-[a-z]+-[a-z]+-[a-z0-9]{8}$/, "(endpoint id)"],
  ["salt", /^v1:/, "(salt)"],
  // Files and lines of whoever ran the program: the host of a program shows sources, the driver what it runs.
  ["sourcePosition", /^project:\/\//, "(position)"],
];

/** Inside any text: ids, passwords and ports of this Neon, and the folder that it lies in. */
const inTexts: [RegExp, string][] = [
  [/\bnpg_[A-Za-z0-9]{12}\b/g, "(password)"],
  [/\b[a-z]+-[a-z]+-\d{8}\b/g, "(project id)"],
  [/\bbr-[a-z]+-[a-z]+-[a-z0-9]{8}\b/g, "(branch id)"],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/g, "(provider id)"],
  [/@127\.\d+\.\d+\.\d+:\d+\//g, "@(host)/"],
  [/^127\.\d+\.\d+\.\d+$/g, "(host)"],
  [/\/[^=&]*\/local-neon-[A-Za-z0-9]+\//g, "(neon)/"],
];

/** A checkpoint with its secrets opened and everything {@link volatile} named instead of shown. */
export async function normalizedState(file: string, passphrase: string): Promise<unknown> {
  const { checkpoint } = JSON.parse(readFileSync(file, "utf8")) as {
    checkpoint: { latest: { secrets_providers: { state: { salt: string } } } };
  };
  const opener = await openerFor(passphrase, checkpoint.latest.secrets_providers.state.salt);
  if (!opener) throw new Error(`${file} was not encrypted with this passphrase`);
  return normalize(checkpoint, (ciphertext) => opener.open(ciphertext));
}

function normalize(value: unknown, open: (ciphertext: string) => string): unknown {
  if (typeof value === "string")
    return inTexts.reduce((text, [pattern, becomes]) => text.replace(pattern, becomes), value);
  if (Array.isArray(value)) return inOrder(value.map((item) => normalize(item, open)));
  if (typeof value !== "object" || value === null) return value;
  const record = value as Record<string, unknown>;
  if (typeof record.ciphertext === "string")
    return { [secretKey]: normalize(JSON.parse(open(record.ciphertext)), open) };
  return Object.fromEntries(
    Object.entries(record).flatMap(([key, inner]) => {
      // As many frames as the way in has: positions once more.
      if (key === "stackTrace") return [];
      const rule = volatile.find(([name, shape]) => name === key && isPlain(inner) && shape.test(String(inner)));
      return [[key, rule ? rule[2] : normalize(inner, open)]];
    }),
  );
}

function isPlain(value: unknown): value is string | number {
  return typeof value === "string" || typeof value === "number";
}

/** Resources that do not depend on each other, and the URNs of a set of dependencies, stand as they came: here by their URN. */
function inOrder(items: unknown[]): unknown[] {
  const urns = items.map((item) => (typeof item === "string" ? item : (item as { urn?: unknown } | null)?.urn));
  if (!urns.every((urn) => typeof urn === "string" && urn.startsWith("urn:"))) return items;
  return items
    .map((item, index) => ({ item, urn: urns[index] as string }))
    .sort((a, b) => (a.urn < b.urn ? -1 : 1))
    .map(({ item }) => item);
}
