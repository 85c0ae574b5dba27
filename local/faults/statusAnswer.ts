import { ApiError, locked, tooManyRequests } from "../api/apiError";
import type { AnswerFault } from "./requestFaults";

/** The error that a fault answers with; nothing for those that answer nothing. */
export function statusAnswer(fault: AnswerFault): ApiError | undefined {
  switch (fault.kind) {
    case "423":
      return locked();
    case "429":
      return tooManyRequests(fault.retryAfterSeconds);
    case "500":
      return new ApiError(500, "internal server error");
    case "503":
      return new ApiError(503, "the service is temporarily unavailable, please try again later");
    case "524":
      // What answers is the edge in front of Neon, which knows nothing of its JSON.
      return new ApiError(524, "error code: 524", "", { "Content-Type": "text/plain; charset=UTF-8" }, true);
    default:
      return undefined;
  }
}
