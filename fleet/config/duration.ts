const secondsPerUnit = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Seconds of a duration as people write it: `30s`, `5m`, `1.5h`, `7d`. Undefined for anything else, and where it is no whole number of seconds. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text);
  if (match === null) return undefined;
  const seconds = Number(match[1]) * secondsPerUnit[match[2] as keyof typeof secondsPerUnit];
  return Number.isSafeInteger(seconds) ? seconds : undefined;
}

/** The shortest way to write whole seconds in one unit: 36000 is `10h`, 90 is `90s`. */
export function formatDuration(seconds: number): string {
  if (seconds === 0) return "0s";
  for (const unit of ["d", "h", "m"] as const) {
    if (seconds % secondsPerUnit[unit] === 0) return `${seconds / secondsPerUnit[unit]}${unit}`;
  }
  return `${seconds}s`;
}

/** The duration that a near miss such as `10 hours` or `5 Min` probably means. */
export function guessDuration(text: string): string | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)\s*$/i.exec(
    text,
  );
  if (match === null) return undefined;
  const letter = match[2]!.charAt(0).toLowerCase();
  const guess = letter === "w" ? `${Number(match[1]) * 7}d` : `${match[1]}${letter}`;
  return parseDuration(guess) === undefined ? undefined : guess;
}
