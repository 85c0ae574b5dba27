import type { Path } from "./yamlSource";

/** Tells of a path whether it was cut out itself, or stands inside or around something that was. */
export function overlaps(cut: readonly PropertyKey[][]): (path: Path) => boolean {
  const prefix = (path: readonly PropertyKey[], end: number): string => JSON.stringify(path.slice(0, end + 1));
  const whole = new Set(cut.map((path) => JSON.stringify(path)));
  const around = new Set(cut.flatMap((path) => path.map((_, end) => prefix(path, end))));
  return (path) => around.has(JSON.stringify(path)) || path.some((_, end) => whole.has(prefix(path, end)));
}
