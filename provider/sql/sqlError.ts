import { types } from "node:util";
import { isNeonError, NeonError, type NeonErrorCode } from "../api/errors";
import { redact } from "../api/redact";

/** What a failure means: whether the same again may help, and what to tell where it does not. */
export interface SqlFailure {
  readonly transient: boolean;
  readonly failure: NeonError;
}

interface Verdict {
  readonly code: NeonErrorCode;
  readonly transient?: boolean;
  readonly hint?: string;
}

const again = "Run the same command again.";
const allowedIps =
  "Run this where the tenant's list of addresses lets it in, or add this machine's address to allowedIps.";

/** What Neon's proxy says in words; it sends XX000 with all of them. */
const texts: readonly [RegExp, Verdict][] = [
  [/is not allowed to connect|blocked network/i, { code: "NEON_FORBIDDEN", hint: allowedIps }],
  [
    /endpoint is disabled/i,
    { code: "NEON_REFUSED", hint: "Enable the compute at Neon, and run the same command again." },
  ],
  // Before the quotas: this one is also said of a project that is locked for a moment.
  [/temporarily unavailable|running operations/i, { code: "NEON_BUSY", transient: true, hint: again }],
  [
    /exceeded the .*(quota|limit)|exceeded the compute time|size limit .* exceeded/i,
    { code: "NEON_QUOTA_EXHAUSTED", hint: "Raise the tenant's quota, or wait for the next billing period." },
  ],
  [
    /connect to compute node|endpoint could not be found|Control plane request failed|tuple concurrently/i,
    { code: "NEON_UNAVAILABLE", transient: true, hint: again },
  ],
];

/** By SQLSTATE, the longest prefix first. */
const states: readonly [RegExp, Verdict][] = [
  [
    /^28/,
    {
      code: "NEON_UNAUTHORIZED",
      hint: "Run `pulumi refresh`, then `pulumi up`: the owner's password may have changed.",
    },
  ],
  [/^3D000$/, { code: "NEON_NOT_FOUND", hint: "Make the database first, or name another one." }],
  [
    /^42501$/,
    {
      code: "NEON_FORBIDDEN",
      hint: "The owner's URI must be that of the role that owns the database and made the role.",
    },
  ],
  [
    /^25006$/,
    { code: "NEON_REFUSED", hint: "The owner's URI leads to a read-only compute; give that of the primary one." },
  ],
  [/^53100$/, { code: "NEON_QUOTA_EXHAUSTED", hint: "Raise the tenant's logical size quota." }],
  [/^(55P03|55006|57014|40001|40P01)$/, { code: "NEON_BUSY", transient: true, hint: again }],
  [/^(08|57P|53)/, { code: "NEON_UNAVAILABLE", transient: true, hint: again }],
];

const sqlState = /^(?=.*\d)[0-9A-Z]{5}$/;
const lost = /Connection terminated|timeout|socket (?:hang up|disconnected)|stream was destroyed|not queryable/i;
const networkCodes =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENETDOWN|EAI_AGAIN|ENOTFOUND|EADDRNOTAVAIL)$/;
const certificateCodes = /CERT|UNABLE_TO|SELF_SIGNED|ERR_TLS|ERR_SSL/;
const unreachable: Verdict = { code: "NEON_UNREACHABLE", transient: true, hint: `Look at the network; ${again}` };
const untrusted: Verdict = {
  code: "NEON_UNREACHABLE",
  hint: "The server's certificate is not trusted here: name its CA with sslrootcert in the URI, or NODE_EXTRA_CA_CERTS.",
};

/** Reads a failure of node-pg, of the network or of Postgres. Nothing of it is kept but its text, without secrets. */
export function classifySqlError(error: unknown, about: { what: string; secrets: readonly string[] }): SqlFailure {
  if (isNeonError(error)) return { transient: false, failure: error };
  if (!types.isNativeError(error)) throw error;
  const { code: state = "" } = error as { code?: string };
  const verdict = verdictOf(error, state);
  if (!verdict) throw error;
  const said = redact(textOf(error), [...about.secrets, ...about.secrets.map(encodeURIComponent)]);
  const sentence = `${about.what}: ${said}${sqlState.test(state) ? ` (SQLSTATE ${state})` : ""}`;
  const failure = new NeonError(verdict.code, sentence, { hint: verdict.hint });
  return { transient: verdict.transient ?? false, failure };
}

function verdictOf(error: Error, state: string): Verdict | undefined {
  if (networkCodes.test(state)) return unreachable;
  if (state === "ENOENT" || state === "EACCES") {
    return { code: "NEON_INVALID_INPUT", hint: "The file that the URI names as sslrootcert must be on this machine." };
  }
  if (sqlState.test(state)) {
    const spoken = state === "XX000" || state.startsWith("5") ? texts : [];
    const known = [...spoken, ...states].find(([pattern]) => pattern.test(spokenOf(pattern, error, state)));
    return known?.[1] ?? { code: "NEON_SQL_FAILED" };
  }
  if (certificateCodes.test(state)) return untrusted;
  return lost.test(error.message) || /SSL|TLS/.test(error.message) ? unreachable : undefined;
}

/** Patterns that begin with a caret are for the SQLSTATE, the others for what was said. */
function spokenOf(pattern: RegExp, error: Error, state: string): string {
  return pattern.source.startsWith("^") ? state : error.message;
}

function textOf(error: Error): string {
  const { detail } = error as { detail?: string };
  const message = error.message || (error as { code?: string }).code || error.name;
  return detail === undefined ? message : `${message}: ${detail}`;
}
