import fs from "node:fs";
import path from "node:path";
import type { Account } from "./account";

export interface CopyOptions {
  /** Who owns the copy; default: this process. */
  owner?: Account;
  /** Paths relative to the source that are left out, with everything below them. */
  skip?: (relativePath: string) => boolean;
  /** Files that vanish while they are copied are no error: a running Postgres deletes files. */
  changing?: boolean;
}

/** Work done between two turns of the event loop: enough to be quick, little enough to keep answering meanwhile. */
const FILES_PER_TURN = 48;
const BYTES_PER_TURN = 4 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;

/**
 * Copies a folder with synchronous reads and writes in short turns: about five times as quick as `fs.cp` for the 1,300 small files
 * of a Postgres cluster. Blocks are shared instead where the filesystem can do that.
 */
export async function copyTree(from: string, to: string, options: CopyOptions = {}): Promise<void> {
  await new Copy(options).folder(from, to, "");
}

class Copy {
  #files = 0;
  #bytes = 0;
  #reflink = true;
  readonly #buffer = Buffer.allocUnsafe(CHUNK_BYTES);

  constructor(private readonly options: CopyOptions) {}

  async folder(from: string, to: string, relative: string): Promise<void> {
    const entries = this.#tolerate(() => fs.readdirSync(from, { withFileTypes: true }));
    if (!entries) return;
    const { mode } = fs.statSync(from);
    fs.mkdirSync(to, { recursive: true, mode: mode | 0o700 });
    for (const entry of entries) {
      const name = relative ? `${relative}/${entry.name}` : entry.name;
      if (this.options.skip?.(name)) continue;
      const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
      if (entry.isDirectory()) await this.folder(source, target, name);
      else if (entry.isSymbolicLink()) fs.symlinkSync(fs.readlinkSync(source), target);
      else if (entry.isFile()) await this.file(source, target);
    }
    fs.chmodSync(to, mode & 0o777);
    this.#own(to);
  }

  async file(from: string, to: string): Promise<void> {
    if (!this.#share(from, to)) await this.#readAndWrite(from, to);
    this.#files += 1;
    if (this.#files >= FILES_PER_TURN || this.#bytes >= BYTES_PER_TURN) await this.#turn();
  }

  #share(from: string, to: string): boolean {
    if (!this.#reflink) return false;
    try {
      fs.copyFileSync(from, to, fs.constants.COPYFILE_FICLONE_FORCE);
      this.#own(to);
      return true;
    } catch {
      this.#reflink = false;
      fs.rmSync(to, { force: true });
      return false;
    }
  }

  async #readAndWrite(from: string, to: string): Promise<void> {
    const input = this.#tolerate(() => fs.openSync(from, "r"));
    if (input === undefined) return;
    try {
      const output = fs.openSync(to, "wx", fs.fstatSync(input).mode & 0o777);
      try {
        for (let read; (read = fs.readSync(input, this.#buffer)) > 0;) {
          for (let written = 0; written < read;) {
            written += fs.writeSync(output, this.#buffer, written, read - written);
          }
          this.#bytes += read;
          if (this.#bytes >= BYTES_PER_TURN) await this.#turn();
        }
        if (this.options.owner) fs.fchownSync(output, this.options.owner.uid, this.options.owner.gid);
      } finally {
        fs.closeSync(output);
      }
    } finally {
      fs.closeSync(input);
    }
  }

  #own(target: string): void {
    if (this.options.owner) fs.chownSync(target, this.options.owner.uid, this.options.owner.gid);
  }

  #turn(): Promise<void> {
    this.#files = 0;
    this.#bytes = 0;
    return new Promise((resolve) => setImmediate(resolve));
  }

  #tolerate<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (this.options.changing && (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }
}
