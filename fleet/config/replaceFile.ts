import { closeSync, fsyncSync, openSync, realpathSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** Replaces a file so that a reader, or a crash at any moment, meets the old text or the new one and never a part. Keeps its mode and follows links. */
export function replaceFile(file: string, text: string): void {
  const target = existing(file) ?? file;
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  const mode = existing(file) === undefined ? 0o644 : statSync(target).mode & 0o777;
  try {
    const descriptor = openSync(temporary, "w", mode);
    try {
      writeSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(dirname(target));
}

function existing(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** The rename itself survives a power cut only once the folder is on disk. Windows has no such call and needs none. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
