import { stripVTControlCharacters } from "node:util";

/** One lock that the backend named when it refused an operation. */
export interface StackLock {
  user: string;
  host: string;
  pid: number;
  /** ISO 8601. */
  since: string;
}

export type StackErrorKind = "locked" | "refused" | "failed" | "interrupted";

/** A stack operation that did not end well: the code and the sentence that a person needs out of the engine's output. */
export class StackError extends Error {
  constructor(
    readonly kind: StackErrorKind,
    readonly code: string,
    message: string,
    /** The last lines of the engine's output, for the log. Holds no secret: the engine masks them. */
    readonly output: string,
    readonly locks: StackLock[] = [],
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = "StackError";
  }
}

const ownCode = /\b((?:NEON|FLEET)_[A-Z_]+): ([^\n]+)/;
const lockLine = /created by (\S+)@(\S+) \(pid (\d+)\) at (\S+)/g;
const outputKept = 4_000;

/** Reads the engine's output and finds why it failed. */
export function diagnose(output: string, cause?: unknown): StackError {
  const tail = output.slice(-outputKept);
  const plain = stripVTControlCharacters(output);
  if (plain.includes("the stack is currently locked by")) {
    const locks = [...plain.matchAll(lockLine)].map(([, user, host, pid, since]) => ({
      user: user ?? "",
      host: host ?? "",
      pid: Number(pid),
      since: since ?? "",
    }));
    const holder = locks[0];
    const by = holder ? `${holder.user}@${holder.host} (pid ${holder.pid}) since ${holder.since}` : "another process";
    return new StackError("locked", "FLEET_STACK_LOCKED", `the stack is locked by ${by}`, tail, locks, { cause });
  }
  const own = ownCode.exec(plain);
  if (own) return new StackError("refused", own[1] ?? "", (own[2] ?? "").trim(), tail, [], { cause });
  const sentence = sentenceIn(plain) || "the engine failed; --verbose shows what it printed";
  return new StackError("failed", "FLEET_ENGINE_FAILED", sentence, tail, [], { cause });
}

const generic = /^(an unhandled error occurred|update failed|preview failed|destroy failed|refresh failed)/;
const sentenceLimit = 400;

/** The engine's last error that says something; where there is none, the beginning of its diagnostics. */
function sentenceIn(output: string): string {
  const errors = output.split("\n").flatMap((line) => /^\s*error: (.*)/.exec(line)?.[1]?.trim() ?? []);
  const said = errors.findLast((error) => !generic.test(error));
  if (said) return said;
  const [, diagnostics = ""] = /\nDiagnostics:\n([\s\S]*?)(\n\s*\n|\nResources:|$)/.exec(output) ?? [];
  return diagnostics.replace(/\s+/g, " ").trim().slice(0, sentenceLimit) || (errors.at(-1) ?? "");
}
