/** A position in the WAL as Postgres writes it (`0/1A2B3C`), as a number of bytes; nothing if the text is none. */
export function parseLsn(text: string): bigint | undefined {
  const match = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/.exec(text);
  if (!match) return undefined;
  return (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`);
}

/** Of what Postgres itself said. */
export function knownLsn(text: string | undefined): bigint {
  const position = parseLsn(text ?? "");
  if (position === undefined) throw new Error(`Postgres gave "${text}" as a position in its WAL.`);
  return position;
}
