import { NeonError, type NeonErrorCode, type NeonErrorOptions } from "./errors";
import type { HttpFailure } from "./httpFailure";
import { readExhausted } from "./limits";
import type { HttpMethod, OperationId } from "./routes";

/**
 * What a failure means for trying again.
 * - `busy`: 423, and 422 "branch not ready yet": not carried out, another operation is in the way;
 * - `rateLimited`: 429, not carried out;
 * - `unavailable`: 503, not carried out;
 * - `unreachable`: nothing was sent;
 * - `unclear`: it may have been carried out (a lost connection, 524, a 5xx other than 503 and 501);
 * - `final`: trying again cannot help.
 */
export type FailureClass = "busy" | "rateLimited" | "unavailable" | "unreachable" | "unclear" | "final";

/** The call that failed, as errors name it. */
export interface FailedCall {
  operation: OperationId;
  method: HttpMethod;
  /** What it was about, such as `project p, branch b`; may be empty. */
  subject?: string;
  tenant?: string;
}

export interface Classified {
  class: FailureClass;
  /** What to throw if nothing more is tried. */
  error: NeonError;
}

interface Verdict {
  class: FailureClass;
  code: NeonErrorCode;
  sentence?: string;
  hint?: string;
  unanswered?: boolean;
}

/** Neon's answer, or the lack of one, as a stable error code and as what it means for trying again (`GeneralError` of Neon's document). */
export function classify(failure: HttpFailure, call: FailedCall): Classified {
  const verdict = judge(failure, call);
  const options: NeonErrorOptions = {
    hint: verdict.hint,
    tenant: call.tenant,
    status: failure.status,
    neonCode: failure.kind === "answered" ? failure.code : undefined,
    requestId: failure.requestId,
    operation: call.operation,
    unanswered: verdict.unanswered,
    cause: failure,
  };
  const about = call.subject ? `${call.operation} (${call.subject})` : call.operation;
  return {
    class: verdict.class,
    error: new NeonError(verdict.code, `${about}: ${verdict.sentence ?? failure.detail}`, options),
  };
}

function judge(failure: HttpFailure, call: FailedCall): Verdict {
  switch (failure.kind) {
    case "refused":
      return {
        class: "unreachable",
        code: "NEON_UNREACHABLE",
        sentence: `no connection to the Neon API (${failure.detail})`,
        hint: "Check the network and the API host (neon:apiHost or NEON_API_HOST); nothing was sent.",
      };
    case "untrusted":
      return {
        class: "final",
        code: "NEON_UNREACHABLE",
        sentence: `no trusted TLS connection to the API host (${failure.detail})`,
        hint: "Name its authority in NODE_EXTRA_CA_CERTS, or correct the API host; nothing was sent.",
      };
    case "lost":
      return unclear(call, failure.detail, "NEON_UNREACHABLE");
    case "answered":
      return judgeAnswer(failure, call);
  }
}

function judgeAnswer(failure: HttpFailure, call: FailedCall): Verdict {
  const status = failure.status ?? 0;
  if (status >= 500) return judgeServerError(status, failure, call);
  if (status === 408) return unclear(call, `status ${status}, ${failure.detail}`, "NEON_UNAVAILABLE");
  if (status === 429 || failure.code === "RATE_LIMIT_EXCEEDED") {
    return {
      class: "rateLimited",
      code: "NEON_RATE_LIMITED",
      hint: "Neon allows 700 requests per minute to an account; lower NEON_RATE_LIMIT or the number of tenants at once.",
    };
  }
  // Nothing exists too much for a DELETE: its 409 is a refusal.
  if (call.method !== "DELETE" && alreadyExists(status, failure)) {
    return { class: "final", code: "NEON_ALREADY_EXISTS", hint: "Choose another name, or adopt what exists." };
  }
  if (status === 402 || status === 403 || status >= 406) {
    const exhausted = readExhausted(failure.code ?? "", failure.detail);
    if (exhausted) {
      const code = exhausted.kind === "quota" ? "NEON_QUOTA_EXHAUSTED" : "NEON_LIMIT_EXCEEDED";
      return { class: "final", code, sentence: exhausted.sentence, hint: exhausted.hint };
    }
  }
  return judgeRefusal(status, failure);
}

function judgeServerError(status: number, failure: HttpFailure, call: FailedCall): Verdict {
  if (status === 503) {
    return {
      class: "unavailable",
      code: "NEON_UNAVAILABLE",
      hint: "Neon is temporarily unavailable; run the same command again later.",
    };
  }
  if (status === 501) {
    return {
      class: "final",
      code: "NEON_REFUSED",
      hint: "This operation is not available there; nothing was changed.",
    };
  }
  return unclear(call, `status ${status}, ${failure.detail}`, "NEON_UNAVAILABLE");
}

/** A GET changes nothing, so only calls that do can leave something unanswered. */
function unclear(call: FailedCall, detail: string, codeOfGet: NeonErrorCode): Verdict {
  if (call.method === "GET") {
    return {
      class: "unclear",
      code: codeOfGet,
      sentence: `no answer from the Neon API (${detail})`,
      hint: "Run the same command again.",
    };
  }
  return {
    class: "unclear",
    code: "NEON_UNANSWERED",
    sentence: `the answer was lost and it may have been carried out (${detail})`,
    hint: "Run the same command again: it looks at what exists before it asks a second time.",
    unanswered: true,
  };
}

/** 409; a second read-write compute may also be answered as a limit of one. */
function alreadyExists(status: number, failure: HttpFailure): boolean {
  if (status === 409) return !BUSY_REASONS.has(failure.code ?? "");
  return (
    status >= 400 &&
    (/_ALREADY_EXISTS$/.test(failure.code ?? "") || (status === 422 && /\balready exists\b/i.test(failure.detail)))
  );
}

/** Reasons on which Neon's own proxy tries again. */
const BUSY_REASONS = new Set([
  "RUNNING_OPERATIONS",
  "CONCURRENCY_LIMIT_REACHED",
  "LOCK_ALREADY_TAKEN",
  "PROJECT_UNDER_MAINTENANCE",
]);

function busy(): Verdict {
  return {
    class: "busy",
    code: "NEON_BUSY",
    hint: "Other operations of this project are still running; run the same command again.",
  };
}

function judgeRefusal(status: number, failure: HttpFailure): Verdict {
  const said = failure.detail;
  if (BUSY_REASONS.has(failure.code ?? "")) return busy();
  switch (status) {
    case 400:
      if (/\borg_id is required\b/i.test(said)) {
        return {
          class: "final",
          code: "NEON_ORG_REQUIRED",
          hint: "A personal API key needs an organization: set orgId, neon:orgId or NEON_ORG_ID (it is on the organization's settings page), or use an organization key.",
        };
      }
      return { class: "final", code: "NEON_INVALID_INPUT", hint: hintOfRefusal(said) ?? hintOfBadRequest(said) };
    case 401:
      return {
        class: "final",
        code: "NEON_UNAUTHORIZED",
        hint: "The API key is wrong or revoked: check apiKey, neon:apiKey or NEON_API_KEY.",
      };
    case 402:
      return { class: "final", code: "NEON_REFUSED", hint: "The Neon plan or its billing does not allow it." };
    case 403:
      return {
        class: "final",
        code: "NEON_FORBIDDEN",
        hint:
          hintOfRefusal(said) ??
          "This kind of API key, or the Neon plan, does not allow it; a project-scoped key cannot create projects or delete its own.",
      };
    case 404:
      // Anything may answer 404; only Neon's own says that a thing is gone.
      if (!failure.fromNeon) return notNeon(status, said);
      return { class: "final", code: "NEON_NOT_FOUND", hint: "It does not exist, or this API key cannot see it." };
    case 423:
      return busy();
    case 422:
      if (/\bbranch not ready yet\b/i.test(said)) {
        return {
          class: "busy",
          code: "NEON_BUSY",
          hint: "The branch is still being made; run the same command again.",
        };
      }
      return { class: "final", code: "NEON_REFUSED", hint: hintOfRefusal(said) };
    case 406:
    case 409:
    case 412:
      return { class: "final", code: "NEON_REFUSED", hint: hintOfRefusal(said) };
    default:
      if (status >= 400) return { class: "final", code: "NEON_REFUSED" };
      return notNeon(status, said);
  }
}

function notNeon(status: number, said: string): Verdict {
  return {
    class: "final",
    code: "NEON_UNEXPECTED_RESPONSE",
    sentence: `the API host answered with status ${status} (${said}), not as the Neon API does`,
    hint: "Check the API host (neon:apiHost or NEON_API_HOST).",
  };
}

function hintOfBadRequest(said: string): string {
  const maxSeconds = /history retention.*?max:"?(\d+)/i.exec(said)?.[1];
  if (maxSeconds !== undefined) return `This Neon plan keeps at most ${maxSeconds} seconds of history.`;
  return "Correct the value that Neon names.";
}

/** What Neon may say where it refuses something that is well-formed, most special first, and the way out. */
const waysOut: readonly [RegExp, string][] = [
  [/suspend interval/i, "Leave suspendTimeoutSeconds out: this Neon plan does not let it be changed."],
  [
    /stor(e|ing).*password|passwords? .*not stored/i,
    "Neon keeps no passwords for this project: reset the role's password to get a new one.",
  ],
  [
    /\bVPC endpoint\b.*cannot be added again/i,
    "Neon never takes a VPC endpoint again that was taken away: make another one at the cloud provider.",
  ],
  [
    /cannot have an expiration/i,
    "Take expiresAt out, or what keeps the branch from expiring: protection, children, or being the default one.",
  ],
  [/expiration cannot have children/i, "Take expiresAt off the parent first, or choose another parent."],
  [/\bprotected\b/i, "Take the protection off the branch first."],
  [/\bchild(ren)?\b/i, "Delete the child branches first."],
  [
    /\b(default|root) branch cannot be deleted/i,
    "It goes with the whole project; to keep the project, make another branch the default one first.",
  ],
  [/only be created from root branches/i, "Name a root branch, such as the default one."],
  [/\bowns a database\b/i, "Give the database another owner, or delete it first."],
  [/\bintegration/i, "Remove the integration from the project first."],
];

const hintOfRefusal = (said: string): string | undefined => waysOut.find(([pattern]) => pattern.test(said))?.[1];
