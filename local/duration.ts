const unitSeconds: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Seconds of a duration as people write it: `90s`, `15m`, `36h`, `30d`, `2w`, or a number of seconds. Nothing if it is none. */
export function durationSeconds(text: string | number): number | undefined {
  const [, amount = "", unit = "s"] = /^(\d+(?:\.\d+)?)([smhdw])?$/.exec(String(text)) ?? [];
  const seconds = amount === "" ? NaN : Number(amount) * (unitSeconds[unit] ?? NaN);
  return Number.isFinite(seconds) ? seconds : undefined;
}
