import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { pulumiVersion, randomVersion } from "./engine";

/** The places inside the cache that one release of the engine uses. All are absolute. */
export interface EngineFolder {
  root: string;
  /** Holds the programs, or links to those found on PATH. */
  bin: string;
  /** `PULUMI_HOME`. */
  home: string;
  /** Written last: without it, nothing here is trusted. */
  record: string;
  lock: string;
  pulumi: string;
  languageHost: string;
  launcher: string;
  randomPlugin: string;
}

/** Name of the random plugin's folder under `plugins` in a Pulumi home. */
export const randomPluginFolder = `resource-random-v${randomVersion}`;

/** Name of the random plugin's program. */
export const randomPluginProgram = programName("pulumi-resource-random");

/** Name of the launcher of dynamic providers, a script. */
export const launcherName =
  process.platform === "win32" ? "pulumi-resource-pulumi-nodejs.cmd" : "pulumi-resource-pulumi-nodejs";

/** The file name of a compiled program on this system. */
export function programName(name: string): string {
  return process.platform === "win32" ? `${name}.exe` : name;
}

/** The user's cache folder: `$XDG_CACHE_HOME`, else `~/Library/Caches`, `%LOCALAPPDATA%` or `~/.cache`, by system. */
export function userCacheFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  // The XDG specification has relative values ignored.
  if (env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME)) return env.XDG_CACHE_HOME;
  const home = userHome(env);
  if (platform === "darwin") return join(home, "Library", "Caches");
  if (platform === "win32") return env.LOCALAPPDATA || join(home, "AppData", "Local");
  return join(home, ".cache");
}

/** The user's home folder, `$HOME` first, so that a caller's environment decides. */
export function userHome(env: NodeJS.ProcessEnv): string {
  return env.HOME || homedir();
}

/** The Pulumi home of the user, where a login and plugins installed by hand are. */
export function userPulumiHome(env: NodeJS.ProcessEnv): string {
  return env.PULUMI_HOME || join(userHome(env), ".pulumi");
}

/**
 * The engine's folder under a cache folder. The system and processor are part of the path because home folders are shared
 * between machines.
 */
export function engineFolder(cacheFolder: string): EngineFolder {
  const root = join(
    resolve(cacheFolder),
    "neon-tenants",
    "engine",
    pulumiVersion,
    `${process.platform}-${process.arch}`,
  );
  const bin = join(root, "bin");
  const home = join(root, "home");
  return {
    root,
    bin,
    home,
    record: join(root, "engine.json"),
    lock: join(root, "setup.lock"),
    pulumi: join(bin, programName("pulumi")),
    languageHost: join(bin, programName("pulumi-language-nodejs")),
    launcher: join(bin, launcherName),
    randomPlugin: join(home, "plugins", randomPluginFolder, randomPluginProgram),
  };
}

/** Makes the folders. A failure keeps the system's code. */
export async function makeEngineFolder(folder: EngineFolder): Promise<void> {
  await mkdir(folder.bin, { recursive: true });
  await mkdir(join(folder.home, "plugins"), { recursive: true });
  // A file where Pulumi expects its folder of debug logs turns them off: they are never cleared, and each start of the
  // engine reads the whole folder.
  await writeFile(join(folder.home, "logs"), "", { flag: "a" }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EISDIR") throw error;
  });
}

const temporary = ".making-";

/** End of the name of a program that is on its way into place. */
export const partSuffix = ".part";

/** A folder inside the engine's, on the same file system, so that a finished program is moved into place in one step. */
export async function makeWorkFolder(folder: EngineFolder): Promise<string> {
  return mkdtemp(join(folder.root, temporary));
}

/** Removes what killed set-ups left. Only for the holder of the lock. */
export async function sweepLeftovers(folder: EngineFolder): Promise<void> {
  const plugin = dirname(folder.randomPlugin);
  await mkdir(plugin, { recursive: true });
  for (const place of [folder.root, folder.bin, plugin]) {
    for (const name of await readdir(place)) {
      if (name.startsWith(temporary) || name.endsWith(partSuffix)) {
        await rm(join(place, name), { recursive: true, force: true });
      }
    }
  }
}
