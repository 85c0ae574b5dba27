import { NeonError } from "../../../provider";
import { classifySqlError } from "../../../provider/sql/sqlError";

const about = { what: "app role web", secrets: ["canary secret"] };

const failureOf = (message: string, code?: string, detail?: string) => {
  const { transient, failure } = classifySqlError(Object.assign(new Error(message), { code, detail }), about);
  return [failure.code, transient];
};

test.each<[string, string | undefined, string, boolean]>([
  ["connect ECONNREFUSED", "ECONNREFUSED", "NEON_UNREACHABLE", true],
  ["getaddrinfo ENOTFOUND", "ENOTFOUND", "NEON_UNREACHABLE", true],
  ["write EPIPE", "EPIPE", "NEON_UNREACHABLE", true],
  ["Connection terminated unexpectedly", undefined, "NEON_UNREACHABLE", true],
  ["Query read timeout", undefined, "NEON_UNREACHABLE", true],
  ["self-signed certificate in certificate chain", "SELF_SIGNED_CERT_IN_CHAIN", "NEON_UNREACHABLE", false],
  ["Hostname/IP does not match", "ERR_TLS_CERT_ALTNAME_INVALID", "NEON_UNREACHABLE", false],
  ["password authentication failed", "28P01", "NEON_UNAUTHORIZED", false],
  ['database "x" does not exist', "3D000", "NEON_NOT_FOUND", false],
  ["permission denied", "42501", "NEON_FORBIDDEN", false],
  ["cannot execute in a read-only transaction", "25006", "NEON_REFUSED", false],
  ["the database system is starting up", "57P03", "NEON_UNAVAILABLE", true],
  ["too many connections", "53300", "NEON_UNAVAILABLE", true],
  ["canceling statement due to lock timeout", "55P03", "NEON_BUSY", true],
  ["deadlock detected", "40P01", "NEON_BUSY", true],
  ["tuple concurrently updated", "XX000", "NEON_UNAVAILABLE", true],
  ["Couldn't connect to compute node", "XX000", "NEON_UNAVAILABLE", true],
  ["Your project already has running operations. Please wait", "XX000", "NEON_BUSY", true],
  ["endpoint is temporarily unavailable. Check your quotas and/or contact our support.", "XX000", "NEON_BUSY", true],
  ["Control plane request failed: endpoint is disabled", "XX000", "NEON_REFUSED", false],
  ["Your project has exceeded the active time quota. Upgrade your plan", "XX000", "NEON_QUOTA_EXHAUSTED", false],
  ["Your account or project has exceeded the compute time quota.", "53300", "NEON_QUOTA_EXHAUSTED", false],
  [
    "could not extend file because project size limit (512 MB) has been exceeded",
    "53100",
    "NEON_QUOTA_EXHAUSTED",
    false,
  ],
  ["This IP address 1.2.3.4 is not allowed to connect to this endpoint.", "XX000", "NEON_FORBIDDEN", false],
  ["syntax error", "42601", "NEON_SQL_FAILED", false],
])("%s (%s) is %s", (message, code, expected, transient) => {
  expect(failureOf(message, code)).toEqual([expected, transient]);
});

test("what is said holds the SQLSTATE and no secret", () => {
  const error = Object.assign(new Error("at canary secret"), { code: "42601", detail: "canary%20secret" });
  const { failure } = classifySqlError(error, about);
  expect(failure.message).toContain("(SQLSTATE 42601)");
  expect(failure.message).not.toContain("canary");
  expect(failure.cause).toBeUndefined();
});

test("our own errors stay as they are, and a bug is not taken for the database's", () => {
  const own = new NeonError("NEON_NOT_FOUND", "no schema");
  expect(classifySqlError(own, about)).toEqual({ transient: false, failure: own });
  const bug = new TypeError("x is undefined");
  expect(() => classifySqlError(bug, about)).toThrow(bug);
});
