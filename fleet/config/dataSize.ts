const bytesPerUnit: Record<string, number> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** Bytes of a size as people write it: `512MB` and `10GB` are decimal, `512MiB` and `1.5GiB` binary. Undefined for anything else. */
export function parseDataSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([KMGT]i?B|B)$/.exec(text);
  if (match === null) return undefined;
  const bytes = Number(match[1]) * bytesPerUnit[match[2]!]!;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** The shortest exact way to write whole bytes in one unit: 512000000 is `512MB`, 536870912 is `512MiB`. */
export function formatDataSize(bytes: number): string {
  if (bytes === 0) return "0B";
  const exact = Object.entries(bytesPerUnit)
    .filter(([, factor]) => bytes % factor === 0)
    .map(([unit, factor]) => `${bytes / factor}${unit}`);
  return exact.reduce((shortest, text) => (text.length < shortest.length ? text : shortest));
}

/** The size that a near miss such as `512 mb` or `10G` probably means. */
export function guessDataSize(text: string): string | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?(?:ytes?)?\s*$/i.exec(text);
  if (match === null || text.trim() === match[1]) return undefined;
  const prefix = match[2]!.toUpperCase();
  const guess = `${match[1]}${prefix}${prefix === "" ? "" : match[3]!.toLowerCase()}B`;
  return parseDataSize(guess) === undefined ? undefined : guess;
}
