import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import path from "node:path";
import type { TenantSpec } from "../config";

/** What the ledger remembers of one tenant: an index of the state, never the truth. Deleting the file costs time only. */
export interface LedgerRecord {
  tenant: string;
  /**
   * `attempt` before a create is sent, `waiting` while Neon works on it, `applied` or `failed` after it, `destroyed` when the stack is gone.
   */
  status: "attempt" | "waiting" | "applied" | "failed" | "destroyed";
  /** ISO 8601. */
  at: string;
  /** Operating system user and host of the run. */
  by: string;
  /** Hash of the resolved entry that was applied. */
  hash?: string;
  programVersion?: string;
  /** Commit of the configuration. */
  revision?: string;
  /** Fingerprint of the checkpoint after the run. */
  fingerprint?: string;
  /** The entry as it was applied, so that the next plan can name what changed. Holds no secret. */
  spec?: TenantSpec;
  projectId?: string;
  error?: string;
}

const compactAbove = 4;

/**
 * The ledger as a file of JSON lines: each outcome is one appended line, so that a killed run loses at most the line it was writing,
 * and two runs side by side do not overwrite each other. The last line of a tenant counts.
 */
export class Ledger {
  private readonly records = new Map<string, LedgerRecord>();
  private lines = 0;

  private constructor(private readonly file: string) {}

  /** Reads the ledger; a missing file is an empty ledger, a torn last line is left out. */
  static open(file: string): Ledger {
    const ledger = new Ledger(file);
    ledger.load();
    return ledger;
  }

  get(tenant: string): LedgerRecord | undefined {
    return this.records.get(tenant);
  }

  all(): LedgerRecord[] {
    return [...this.records.values()];
  }

  /** Appends and syncs: what was recorded survives the end of the process. */
  append(record: LedgerRecord): void {
    mkdirSync(path.dirname(this.file), { recursive: true, mode: 0o700 });
    const descriptor = openSync(this.file, "a", 0o600);
    try {
      writeSync(descriptor, `${JSON.stringify(record)}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    this.remember(record);
  }

  private load(): void {
    let text: string;
    try {
      text = readFileSync(this.file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
      throw error;
    }
    for (const line of text.split("\n")) {
      const record = parseLine(line);
      if (record) this.remember(record);
    }
    // A torn last line must not swallow the next record.
    if (text.length > 0 && !text.endsWith("\n")) this.rewrite();
    else if (this.lines > compactAbove * Math.max(this.records.size, 250)) this.rewrite();
  }

  private remember(record: LedgerRecord): void {
    // An attempt that ended in nothing keeps what was applied before it.
    const before = this.records.get(record.tenant);
    this.records.set(record.tenant, record.status === "attempt" ? { ...before, ...record } : record);
    this.lines += 1;
  }

  private rewrite(): void {
    const temporary = `${this.file}.${process.pid}.tmp`;
    const descriptor = openSync(temporary, "w", 0o600);
    try {
      writeSync(
        descriptor,
        this.all()
          .map((record) => `${JSON.stringify(record)}\n`)
          .join(""),
      );
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, this.file);
    this.lines = this.records.size;
  }
}

function parseLine(line: string): LedgerRecord | undefined {
  if (line === "") return undefined;
  try {
    const record = JSON.parse(line) as LedgerRecord;
    return typeof record.tenant === "string" && typeof record.status === "string" ? record : undefined;
  } catch {
    return undefined;
  }
}
