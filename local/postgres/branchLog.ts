import fs from "node:fs";

const MAX_BYTES = 1024 * 1024;
const TAIL_CHARACTERS = 8192;

/** What a branch's Postgres says, in a file that is renamed to `….1` when it reaches a megabyte. */
export class BranchLog {
  #size: number;
  #tail = "";

  constructor(private readonly file: string) {
    this.#size = fs.existsSync(file) ? fs.statSync(file).size : 0;
  }

  /** The last few thousand characters since the latest start. */
  get tail(): string {
    return this.#tail;
  }

  startOver(): void {
    this.#tail = "";
  }

  write(text: string): void {
    this.#tail = (this.#tail + text).slice(-TAIL_CHARACTERS);
    try {
      if (this.#size > MAX_BYTES) {
        fs.renameSync(this.file, `${this.file}.1`);
        this.#size = 0;
      }
      fs.appendFileSync(this.file, text, { mode: 0o600 });
      this.#size += Buffer.byteLength(text);
    } catch {
      // A full disk or a branch deleted meanwhile: the log is the last thing to fail for.
    }
  }
}
