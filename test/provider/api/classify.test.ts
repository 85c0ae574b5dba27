import {
  classify,
  HttpFailure,
  type FailureClass,
  type HttpFailureFacts,
  type HttpMethod,
  type NeonErrorCode,
} from "../../../provider/api";
import { expectRow, type Row } from "./answerRow";

const rows: Row[] = [
  {
    what: "no organization",
    status: 400,
    message: "org_id is required, you can find it on your organization settings page",
    class: "final",
    error: "NEON_ORG_REQUIRED",
    says: /NEON_ORG_ID/,
  },
  {
    what: "retention above the plan",
    status: 400,
    message:
      'requested history retention seconds exceeds allowed maximum; requested_history_retention_seconds:"86400", max:"21600"',
    class: "final",
    error: "NEON_INVALID_INPUT",
    says: /at most 21600 seconds/,
  },
  {
    what: "settings without pg_settings",
    status: 400,
    message: "settings must not be nil",
    class: "final",
    error: "NEON_INVALID_INPUT",
  },
  {
    what: "a wrong key",
    status: 401,
    message: "authentication failed",
    class: "final",
    error: "NEON_UNAUTHORIZED",
    says: /NEON_API_KEY/,
  },
  {
    what: "a key of the wrong kind",
    status: 403,
    message: "not allowed for organization API keys",
    class: "final",
    error: "NEON_FORBIDDEN",
  },
  { what: "an unknown branch", status: 404, message: "branch not found", class: "final", error: "NEON_NOT_FOUND" },
  {
    what: "an unknown role",
    status: 404,
    message: 'role not found for branch; role_name:"x", branch_id:"br-1"',
    class: "final",
    error: "NEON_NOT_FOUND",
  },
  { what: "transfer limits", status: 406, message: "plan limits", class: "final", error: "NEON_REFUSED" },
  {
    what: "a branch name that is taken",
    status: 409,
    message: 'branch already exists; branch_name:"x"',
    class: "final",
    error: "NEON_ALREADY_EXISTS",
  },
  {
    what: "a second read-write compute",
    status: 409,
    code: "ENDPOINTS_LIMIT_EXCEEDED",
    message: "read_write endpoint already exists",
    class: "final",
    error: "NEON_ALREADY_EXISTS",
  },
  {
    what: "a second read-write compute, as 422",
    status: 422,
    code: "ENDPOINTS_LIMIT_EXCEEDED",
    message: "read_write endpoint already exists",
    class: "final",
    error: "NEON_ALREADY_EXISTS",
  },
  {
    what: "a taken project id",
    status: 422,
    code: "PROJECT_ID_ALREADY_EXISTS",
    message: "taken",
    class: "final",
    error: "NEON_ALREADY_EXISTS",
  },
  {
    what: "passwords that are not stored",
    status: 412,
    message: "storing passwords is disabled",
    class: "final",
    error: "NEON_REFUSED",
    says: /reset the role's password/,
  },
  {
    what: "suspend timeout on the free plan",
    status: 412,
    message: "suspend interval changing is not allowed for your account",
    class: "final",
    error: "NEON_REFUSED",
    says: /suspendTimeoutSeconds/,
  },
  {
    what: "a branch that is being made",
    status: 422,
    message: "branch not ready yet",
    method: "POST",
    class: "busy",
    error: "NEON_BUSY",
  },
  {
    what: "a protected branch",
    status: 422,
    message: "branch is protected",
    class: "final",
    error: "NEON_REFUSED",
    says: /protection off/,
  },
  {
    what: "an integration",
    status: 422,
    message: "projects with integrations cannot be transferred",
    class: "final",
    error: "NEON_REFUSED",
    says: /integration/,
  },
  {
    what: "running operations",
    status: 423,
    message: "project already has running conflicting operations, scheduling of new ones is prohibited",
    method: "POST",
    class: "busy",
    error: "NEON_BUSY",
  },
  {
    what: "a compute in transit",
    status: 423,
    message: "endpoint is in some transitive state, could not suspend",
    class: "busy",
    error: "NEON_BUSY",
  },
  {
    what: "maintenance",
    status: 423,
    code: "PROJECT_UNDER_MAINTENANCE",
    message: "project is under maintenance",
    class: "busy",
    error: "NEON_BUSY",
  },
  {
    what: "a lock told as 409",
    status: 409,
    code: "LOCK_ALREADY_TAKEN",
    message: "lock is taken",
    class: "busy",
    error: "NEON_BUSY",
  },
  { what: "payment", status: 402, message: "payment required", class: "final", error: "NEON_REFUSED" },
  {
    what: "the rate limit",
    status: 429,
    message: "too many requests",
    method: "POST",
    class: "rateLimited",
    error: "NEON_RATE_LIMITED",
  },
  {
    what: "the rate limit told by code",
    status: 422,
    code: "RATE_LIMIT_EXCEEDED",
    message: "slow down",
    class: "rateLimited",
    error: "NEON_RATE_LIMITED",
  },
  { what: "503", status: 503, message: "unavailable", method: "POST", class: "unavailable", error: "NEON_UNAVAILABLE" },
  {
    what: "501",
    status: 501,
    message: "not built: createSnapshot",
    method: "POST",
    class: "final",
    error: "NEON_REFUSED",
  },
  { what: "524 on GET", status: 524, message: "", method: "GET", class: "unclear", error: "NEON_UNAVAILABLE" },
  {
    what: "524 on POST",
    status: 524,
    message: "",
    method: "POST",
    class: "unclear",
    error: "NEON_UNANSWERED",
    unanswered: true,
  },
  {
    what: "500 on POST",
    status: 500,
    message: "internal",
    method: "POST",
    class: "unclear",
    error: "NEON_UNANSWERED",
    unanswered: true,
  },
  {
    what: "502 on PATCH",
    status: 502,
    message: "",
    method: "PATCH",
    class: "unclear",
    error: "NEON_UNANSWERED",
    unanswered: true,
  },
  { what: "a redirect", status: 302, message: "", class: "final", error: "NEON_UNEXPECTED_RESPONSE" },
];

const failure = (facts: HttpFailureFacts) => new HttpFailure(facts);

describe("classifying an answer", () => {
  test.each(rows)("$what ($status)", expectRow);

  test("a 404 that Neon did not write says nothing about the project", () => {
    const { error } = classify(failure({ kind: "answered", status: 404, detail: "not found", fromNeon: false }), {
      operation: "getProject",
      method: "GET",
    });
    expect(error.code).toBe("NEON_UNEXPECTED_RESPONSE");
  });
});

describe("classifying a connection", () => {
  const kinds: [HttpFailureFacts["kind"], HttpMethod, FailureClass, NeonErrorCode, boolean][] = [
    ["refused", "POST", "unreachable", "NEON_UNREACHABLE", false],
    ["untrusted", "POST", "final", "NEON_UNREACHABLE", false],
    ["lost", "POST", "unclear", "NEON_UNANSWERED", true],
    ["lost", "DELETE", "unclear", "NEON_UNANSWERED", true],
    ["lost", "GET", "unclear", "NEON_UNREACHABLE", false],
  ];
  test.each(kinds)("%s on %s", (kind, method, found, code, unanswered) => {
    const classified = classify(failure({ kind, detail: "x" }), { operation: "createProject", method });
    expect(classified.class).toBe(found);
    expect(classified.error).toMatchObject({ code, unanswered });
  });
});
