const SECRETS: readonly [RegExp, string][] = [
  [/\b(postgres(?:ql)?:\/\/[^\s:@/]+):[^\s@]+@/gi, "$1:[secret]@"],
  [/\b(Bearer)\s+[\w.~+/=-]+/gi, "$1 [secret]"],
  [/\b(?:napi|npg)_\w+/g, "[secret]"],
  [/("?password"?\s*[:=]\s*)("[^"]*"|[^\s",;}]+)/gi, "$1[secret]"],
];

/** `text` on one line, at most `maxLength` characters, with the known secrets and everything that looks like a key or a password blotted out. */
export function redact(text: string, known: readonly string[] = [], maxLength = 600): string {
  let clean = text;
  for (const secret of known) if (secret !== "") clean = clean.replaceAll(secret, "[secret]");
  for (const [pattern, replacement] of SECRETS) clean = clean.replace(pattern, replacement);
  clean = clean.replace(/\s+/g, " ").trim();
  return clean.length > maxLength ? `${clean.slice(0, maxLength - 1)}…` : clean;
}
