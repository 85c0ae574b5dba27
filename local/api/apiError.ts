/** An answer that is not a success: Neon's `GeneralError` with its HTTP status. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** Neon leaves it empty for most errors. */
    readonly code = "",
    readonly headers: Record<string, string> = {},
    /** Answer with the message alone, which is what comes when it is not Neon that answers. */
    readonly isPlainText = false,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

/** Neon packs the detail of an error into its message: `branch not found; branch_id:"br-…"`. */
export function withDetail(sentence: string, detail: Record<string, string>): string {
  const pairs = Object.entries(detail).map(([key, value]) => `${key}:"${value}"`);
  return pairs.length ? `${sentence}; ${pairs.join(", ")}` : sentence;
}

export const badRequest = (sentence: string, detail: Record<string, string> = {}) =>
  new ApiError(400, withDetail(sentence, detail));
export const notFound = (sentence: string, detail: Record<string, string> = {}) =>
  new ApiError(404, withDetail(sentence, detail));
export const conflict = (sentence: string, detail: Record<string, string> = {}) =>
  new ApiError(409, withDetail(sentence, detail));
export const unprocessable = (sentence: string, detail: Record<string, string> = {}, code = "") =>
  new ApiError(422, withDetail(sentence, detail), code);
export const notBuilt = (what: string) => new ApiError(501, `${what} is not implemented by the local Neon`);

/** While an operation of the project runs (any route that changes the project). */
export const locked = () =>
  new ApiError(423, "project already has running conflicting operations, scheduling of new ones is prohibited");

/** Beyond a rate limit; nothing has been done. */
export const tooManyRequests = (retryAfterSeconds?: number) =>
  new ApiError(
    429,
    "you have exceeded the rate limit",
    "RATE_LIMIT_EXCEEDED",
    retryAfterSeconds === undefined ? {} : { "Retry-After": String(retryAfterSeconds) },
  );
