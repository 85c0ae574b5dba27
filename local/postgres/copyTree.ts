import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import type { Account } from "./account";

export interface CopyOptions {
  /** Who owns the copy; default: this process. */
  owner?: Account;
  /** Paths relative to the source that are left out, with everything below them. */
  skip?: (relativePath: string) => boolean;
  /** Files that vanish while they are copied are no error: a running Postgres deletes files. */
  changing?: boolean;
  /** Files may be the same ones as in the source, where the filesystem can do that: for copies that nobody writes to. */
  link?: boolean;
}

const readSome = promisify(fs.read);
const writeSome = promisify(fs.write);

/** Work done between two turns of the event loop: enough to be quick, little enough to keep answering meanwhile. */
const FILES_PER_TURN = 48;
const BYTES_PER_TURN = 4 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;
/** From here on a file is copied by other threads. */
const LARGE_BYTES = 4 * CHUNK_BYTES;

/**
 * Copies a folder with synchronous reads and writes in short turns: about five times as quick as `fs.cp` for the 1,300 small files
 * of a Postgres cluster. Blocks are shared instead where the filesystem can do that. Answers with how many bytes the copy has.
 */
export async function copyTree(from: string, to: string, options: CopyOptions = {}): Promise<number> {
  const copy = new Copy(options);
  await copy.folder(from, to, "");
  return copy.totalBytes;
}

class Copy {
  totalBytes = 0;
  #files = 0;
  #bytes = 0;
  #link: boolean;
  #reflink = true;
  readonly #buffer = Buffer.allocUnsafe(CHUNK_BYTES);

  constructor(private readonly options: CopyOptions) {
    this.#link = options.link ?? false;
  }

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
    if (!this.#sameFile(from, to) && !this.#share(from, to)) await this.#readAndWrite(from, to);
    this.#files += 1;
    if (this.#files >= FILES_PER_TURN || this.#bytes >= BYTES_PER_TURN) await this.#turn();
  }

  #sameFile(from: string, to: string): boolean {
    if (!this.#link) return false;
    try {
      fs.linkSync(from, to);
      return true;
    } catch {
      this.#link = false;
      return false;
    }
  }

  #share(from: string, to: string): boolean {
    if (!this.#reflink) return false;
    try {
      fs.copyFileSync(from, to, fs.constants.COPYFILE_FICLONE_FORCE);
      this.totalBytes += fs.statSync(to).size;
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
      const { mode, size } = fs.fstatSync(input);
      const output = fs.openSync(to, "wx", mode & 0o777);
      try {
        if (size < LARGE_BYTES) await this.#inTurns(input, output);
        else if (this.options.changing) await this.#elsewhere(input, output);
        else await this.#whole(from, to, size);
        if (this.options.owner) fs.fchownSync(output, this.options.owner.uid, this.options.owner.gid);
      } finally {
        fs.closeSync(output);
      }
    } finally {
      fs.closeSync(input);
    }
  }

  async #inTurns(input: number, output: number): Promise<void> {
    for (let read; (read = fs.readSync(input, this.#buffer)) > 0;) {
      for (let written = 0; written < read;) {
        written += fs.writeSync(output, this.#buffer, written, read - written);
      }
      this.totalBytes += read;
      this.#bytes += read;
      if (this.#bytes >= BYTES_PER_TURN) await this.#turn();
    }
  }

  /** Read and written to the end by hand: `copyFile` does not end where the file becomes shorter meanwhile. */
  async #elsewhere(input: number, output: number): Promise<void> {
    for (let read; (read = (await readSome(input, this.#buffer, 0, CHUNK_BYTES, null)).bytesRead) > 0;) {
      for (let written = 0; written < read;) {
        written += (await writeSome(output, this.#buffer, written, read - written, null)).bytesWritten;
      }
      this.totalBytes += read;
    }
  }

  async #whole(from: string, to: string, size: number): Promise<void> {
    await fs.promises.copyFile(from, to);
    this.totalBytes += size;
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
