/** The parts of a connection URI, decoded. */
export interface UriParts {
  readonly user: string;
  readonly password: string;
  readonly host: string;
  readonly database: string;
  /** `require`, `prefer`, `disable`; undefined where the URI does not say. */
  readonly channelBinding?: string;
}

const form = /^(postgres(?:ql)?:\/\/)([^:@/?#]*):([^@/?#]*)@([^@/?#]*)\/([^/?#]*)(\?[^#]*)?$/;

/** True for a URI with user, password, host and database. */
export function isConnectionUri(uri: string): boolean {
  const match = form.exec(uri);
  return match !== null && [2, 3, 4, 5].every((part) => match[part] !== "");
}

/** The parts of a URI; empty ones where the text is not a URI of this form. */
export function partsOf(uri: string): UriParts {
  const [, , user = "", password = "", authority = "", database = "", query = ""] = form.exec(uri) ?? [];
  const channelBinding = new URLSearchParams(query).get("channel_binding") ?? undefined;
  return {
    user: decode(user),
    password: decode(password),
    host: authority.replace(/:\d+$/, ""),
    database: decode(database),
    channelBinding,
  };
}

/** The same place for another role or database. Cut by hand: the host and the parameters stay byte for byte. */
export function uriFor(uri: string, parts: { user?: string; password?: string; database?: string }): string {
  const match = form.exec(uri);
  if (!match) return uri;
  const [, scheme, user, password, authority, database, query = ""] = match;
  const at = (part: string | undefined, old: string | undefined): string =>
    part === undefined ? (old ?? "") : encodeURIComponent(part);
  const name = parts.database === undefined ? database : encodePath(parts.database);
  return `${scheme}${at(parts.user, user)}:${at(parts.password, password)}@${authority}/${name}${query}`;
}

/** node-pg decodes the path with `decodeURI`, which leaves `%2F` and others alone: only what ends a path is encoded. */
const encodePath = (text: string): string => encodeURI(text).replace(/[?#]/g, encodeURIComponent);

/**
 * The URI as node-pg has to read it: a `require` that names no CA means to verify host and chain with the system's, and the port is
 * Postgres's own and not that of the variable PGPORT.
 */
export function uriWithVerification(uri: string): string {
  const match = form.exec(uri);
  if (!match) return uri;
  const [, scheme, user, password, authority = "", database, query = ""] = match;
  const port = /:\d+$/.test(authority) ? "" : ":5432";
  const verified = /[?&]uselibpqcompat=/.test(query)
    ? query
    : query.replace(/([?&]sslmode=)(?:prefer|require|verify-ca)(?=&|$)/, "$1verify-full");
  return `${scheme}${user}:${password}@${authority}${port}/${database}${verified}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
