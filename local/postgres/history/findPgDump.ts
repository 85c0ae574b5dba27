import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { LocalNeonError } from "../../localNeonError";

const run = promisify(execFile);

/** Where Debian and Red Hat packages, Homebrew and the PostgreSQL installers put one folder per version. */
const VERSION_FOLDERS = [
  ["/usr/lib/postgresql", /^\d+$/],
  ["/usr", /^pgsql-\d+$/],
  ["/opt/homebrew/opt", /^(postgresql@\d+|libpq)$/],
  ["/usr/local/opt", /^(postgresql@\d+|libpq)$/],
] as const;

/** The oldest `pg_dump` that reads a server of this major version: a dump shows as little as possible that the server does not know. */
export async function findPgDump(major: number, searchPath = process.env["PATH"] ?? ""): Promise<string> {
  let best: { program: string; major: number } | undefined;
  for (const program of candidates(searchPath)) {
    const found = await majorOf(program);
    if (found !== undefined && found >= major && found < (best?.major ?? Infinity)) best = { program, major: found };
  }
  if (best) return best.program;
  throw new LocalNeonError(
    "LOCAL_PG_DUMP_MISSING",
    `Schemas of PostgreSQL ${major} are read by pg_dump of version ${major} or later, which is not installed here.`,
    `On Debian and Ubuntu it is in the package postgresql-client-${major}.`,
  );
}

function candidates(searchPath: string): string[] {
  const ofVersions = VERSION_FOLDERS.flatMap(([folder, pattern]) =>
    namesIn(folder).flatMap((name) => (pattern.test(name) ? [path.join(folder, name, "bin", "pg_dump")] : [])),
  );
  const onPath = searchPath.split(path.delimiter).flatMap((folder) => (folder ? [path.join(folder, "pg_dump")] : []));
  return [...new Set([...ofVersions, ...onPath])].filter((program) => fs.existsSync(program));
}

function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}

/** Nothing if it does not run. */
async function majorOf(program: string): Promise<number | undefined> {
  try {
    const { stdout } = await run(program, ["--version"]);
    const [, major] = /\(PostgreSQL\) (\d+)/.exec(stdout) ?? [];
    return major === undefined ? undefined : Number(major);
  } catch {
    return undefined;
  }
}
