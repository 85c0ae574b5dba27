import { readFileSync } from "node:fs";
import path from "node:path";

/** The package's own folder: the one above this file whose `package.json` is ours, from the sources as from `dist/`. */
export function packageFolder(): string {
  for (let folder = __dirname; ; folder = path.dirname(folder)) {
    if (nameIn(folder) === "neon-tenants") return folder;
    if (folder === path.dirname(folder)) throw new Error(`neon-tenants: no package.json above ${__dirname}`);
  }
}

function nameIn(folder: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as { name?: string }).name;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
