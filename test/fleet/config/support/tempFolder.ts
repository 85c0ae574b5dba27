import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FleetConfigError, loadFleet, type Fleet, type Problem } from "../../../../fleet/config";

/** The two keys that every fleet file needs beside its tenants. */
export const head = "name: test-fleet\nfleet: 6f1c2a58-0d3e-4b7f-9a41-5c8e7d20b396\n";

/** The same, and a region for everyone. */
export const base = `${head}defaults: { region: aws-eu-central-1 }\n`;

/** A folder for the files of one test, removed with {@link TempFolder.remove}. */
export class TempFolder {
  readonly path = mkdtempSync(join(tmpdir(), "neon-tenants-config-"));

  file(name: string): string {
    return join(this.path, name);
  }

  write(name: string, text: string | Buffer): string {
    writeFileSync(this.file(name), text);
    return this.file(name);
  }

  load(text: string, name = "tenants.yaml"): Fleet {
    return loadFleet(this.write(name, text));
  }

  /** The problems of a text; fails where it has none. */
  problems(text: string | Buffer, name = "tenants.yaml"): readonly Problem[] {
    const file = this.write(name, text);
    try {
      loadFleet(file);
    } catch (error) {
      if (error instanceof FleetConfigError) return error.problems;
      throw error;
    }
    throw new Error(`no problem was found in:\n${text.toString()}`);
  }

  /** `line:column code path` of each problem. */
  places(text: string | Buffer, name?: string): string[] {
    return this.problems(text, name).map((one) => `${one.line}:${one.column} ${one.code} ${one.path}`.trim());
  }

  removeFile(name: string): void {
    rmSync(this.file(name));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A text without its marks `§`, and `line:column` of each mark. */
export function marked(text: string): { text: string; places: string[] } {
  const places = text
    .split("§")
    .slice(0, -1)
    .map((_, index, parts) => {
      const before = parts.slice(0, index + 1).join("");
      return `${before.split("\n").length}:${before.length - before.lastIndexOf("\n")}`;
    });
  return { text: text.replaceAll("§", ""), places };
}
