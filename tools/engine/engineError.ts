/**
 * `NEON_ENGINE_MISSING`: no source gave a working engine. `NEON_ENGINE_CACHE`: the cache folder cannot be written (read-only,
 * another user's, or full).
 */
export type EngineErrorCode = "NEON_ENGINE_MISSING" | "NEON_ENGINE_CACHE";

/** A failure of the engine set-up that the user can act on: a code, one sentence, and what to do next. */
export class EngineError extends Error {
  readonly code: EngineErrorCode;
  /** What to do next. */
  readonly hint: string;

  constructor(code: EngineErrorCode, sentence: string, hint: string, cause?: unknown) {
    super(`${code}: ${sentence} ${hint}`, cause === undefined ? undefined : { cause });
    // The name by which the command line tells the user's errors from ours; this folder imports no other room.
    this.name = "NeonError";
    this.code = code;
    this.hint = hint;
  }
}

const unwritable = new Map([
  ["EROFS", "it is on a read-only file system"],
  ["EACCES", "this user may not write there"],
  ["EPERM", "this user may not write there"],
  ["ENOTDIR", "a part of its path is a file"],
  ["EEXIST", "a file is in its place"],
  ["ENOSPC", "the disk is full"],
  ["EDQUOT", "the disk quota is used up"],
]);

/** The system's code of a failed file operation, such as `ENOSPC`; empty for other errors. */
export function systemCode(error: unknown): string {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "";
}

/** Says in the user's words that the cache folder refused a write; any other error comes back as it is. */
export function asCacheError(error: unknown, folder: string): unknown {
  if (error instanceof EngineError) return error;
  const reason = unwritable.get(systemCode(error));
  if (reason === undefined) return error;
  return new EngineError(
    "NEON_ENGINE_CACHE",
    `The engine cannot be kept in ${folder}: ${reason}.`,
    "Free it, or set XDG_CACHE_HOME to a folder that can be written and has 1 GB to spare.",
    error,
  );
}
