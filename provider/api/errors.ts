/**
 * Every failure a user can meet carries one of these codes. They are stable: scripts match on them.
 */
export type NeonErrorCode =
  | "NEON_API_KEY_MISSING"
  | "NEON_API_KEY_PLAINTEXT"
  | "NEON_UNAUTHORIZED"
  | "NEON_FORBIDDEN"
  | "NEON_ORG_REQUIRED"
  | "NEON_INVALID_INPUT"
  | "NEON_NOT_FOUND"
  | "NEON_ALREADY_EXISTS"
  | "NEON_LIMIT_EXCEEDED"
  | "NEON_QUOTA_EXHAUSTED"
  | "NEON_BUSY"
  | "NEON_RATE_LIMITED"
  | "NEON_UNAVAILABLE"
  | "NEON_UNREACHABLE"
  | "NEON_UNANSWERED"
  | "NEON_REFUSED"
  | "NEON_OPERATION_FAILED"
  | "NEON_OPERATION_TIMEOUT"
  | "NEON_SQL_FAILED"
  | "NEON_UNEXPECTED_RESPONSE"
  | "NEON_PROJECT_VANISHED"
  | "NEON_PROJECT_AMBIGUOUS"
  | "NEON_PROJECT_RENAMED"
  | "NEON_ADOPT_REFUSED"
  | "NEON_ADOPT_DIFFERS"
  | "NEON_REPLACE_REFUSED"
  | "NEON_DELETE_PROTECTED"
  | "NEON_IMMUTABLE";

export interface NeonErrorOptions {
  /** What to do next, in one sentence. */
  hint?: string;
  /** The customer whose stack failed. */
  tenant?: string;
  /** HTTP status, where Neon answered. */
  status?: number;
  /** Neon's own `code`, often empty. */
  neonCode?: string;
  /** Neon's `request_id`, to quote to Neon's support. */
  requestId?: string;
  /** The operation id of Neon's document, such as `createProject`. */
  operation?: string;
  /**
   * True where the request may have been carried out although no answer came (a lost connection, a 5xx other than 503, a 524).
   * Such a POST is never repeated blindly.
   */
  unanswered?: boolean;
  cause?: unknown;
}

/** A failure that the user can act on: a code, one sentence, and what to do next. */
export class NeonError extends Error {
  readonly code: NeonErrorCode;
  readonly hint?: string;
  readonly tenant?: string;
  readonly status?: number;
  readonly neonCode?: string;
  readonly requestId?: string;
  readonly operation?: string;
  readonly unanswered: boolean;

  constructor(code: NeonErrorCode, sentence: string, options: NeonErrorOptions = {}) {
    super(formatNeonError(code, sentence, options), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "NeonError";
    this.code = code;
    this.hint = options.hint;
    this.tenant = options.tenant;
    this.status = options.status;
    this.neonCode = options.neonCode;
    this.requestId = options.requestId;
    this.operation = options.operation;
    this.unanswered = options.unanswered ?? false;
  }
}

/** True for a {@link NeonError}, also one made by a second copy of this package. */
export function isNeonError(error: unknown): error is NeonError {
  return error instanceof Error && error.name === "NeonError" && "code" in error;
}

/** `NEON_X: tenant acme: sentence (request abc). Hint.` on one line, as logs and the Pulumi CLI show it. */
function formatNeonError(code: NeonErrorCode, sentence: string, options: NeonErrorOptions): string {
  const tenant = options.tenant ? `tenant ${options.tenant}: ` : "";
  const request = options.requestId ? ` (Neon request ${options.requestId})` : "";
  const text = sentence.replace(/\.?$/, "");
  return `${code}: ${tenant}${text}${request}.${options.hint ? ` ${options.hint}` : ""}`;
}
