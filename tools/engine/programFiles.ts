import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { access, chmod, copyFile, lstat, realpath, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { delimiter, isAbsolute } from "node:path";
import { systemCode } from "./engineError";
import { partSuffix } from "./engineFolder";

/** The launcher of dynamic providers, for a POSIX shell: it finds the program of the SDK that the working folder uses. */
const posixLauncher = `#!/bin/sh
provider=$(node -e "console.log(require.resolve('@pulumi/pulumi/cmd/dynamic-provider'))") || exit 1
exec node "$provider" "$@"
`;

const windowsLauncher = `@echo off
for /f "delims=" %%i in ('node -e "console.log(require.resolve('@pulumi/pulumi/cmd/dynamic-provider'))"') do set provider=%%i
node "%provider%" %*
`;

/** Puts the launcher of dynamic providers in place, in one step. */
export async function writeLauncher(file: string): Promise<void> {
  const part = partName(file);
  await writeFile(part, process.platform === "win32" ? windowsLauncher : posixLauncher);
  await chmod(part, 0o755);
  await rename(part, file);
}

/** Puts a link to a program of the user's own in place, in one step; a copy where the system allows no link. */
export async function linkProgram(from: string, file: string): Promise<void> {
  const part = partName(file);
  try {
    await symlink(from, part);
  } catch (error) {
    if (systemCode(error) !== "EPERM") throw error;
    await copyFile(from, part);
  }
  await rename(part, file);
}

/** Moves a finished program into place, in one step, replacing a link rather than what it points to. */
export async function moveProgram(from: string, file: string): Promise<void> {
  await chmod(from, 0o755);
  const present = await lstat(file).catch(() => undefined);
  if (present?.isDirectory()) await rm(file, { recursive: true });
  await rename(from, file);
}

/** True for a file that this user may execute. */
export async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

/** The real path, links followed; the path itself where nothing is there. */
export async function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

/** The absolute folders of PATH in order, each once. */
export function pathFolders(env: NodeJS.ProcessEnv): string[] {
  const folders = (env[pathKey(env)] ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  return [...new Set(folders)];
}

/** `PATH`, or how Windows spells it in this environment. */
export function pathKey(env: NodeJS.ProcessEnv): string {
  if (process.platform !== "win32") return "PATH";
  return Object.keys(env).find((key) => key.toUpperCase() === "PATH") ?? "PATH";
}

function partName(file: string): string {
  return `${file}.${randomBytes(6).toString("hex")}${partSuffix}`;
}
