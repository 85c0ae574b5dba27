import { pulumiVersion } from "./engine";

/** Negative, zero or positive as release `a` is older than, equal to or newer than `b`; both like `3.259.0` or `1.26`. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(".").map(Number)) as [number[], number[]];
  for (let part = 0; part < Math.max(left.length, right.length); part++) {
    const difference = (left[part] ?? 0) - (right[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * True for a release that the installed SDK works with: the one that this package is tested with, or a later one of the same
 * major version.
 */
export function isCompatiblePulumi(version: string): boolean {
  const major = (text: string): string | undefined => text.split(".")[0];
  return major(version) === major(pulumiVersion) && compareVersions(version, pulumiVersion) >= 0;
}
