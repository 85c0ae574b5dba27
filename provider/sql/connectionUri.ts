/** The parts of a connection URI, decoded. */
export interface UriParts {
  readonly user: string;
  readonly password: string;
  readonly host: string;
  /** Postgres's own where the URI names none. */
  readonly port: number;
  readonly database: string;
  /** Such as `sslmode`. */
  readonly parameters: URLSearchParams;
}

const form = /^(postgres(?:ql)?:\/\/)([^:@/?#]*):([^@/?#]*)@([^@/?#]*)\/([^?#]*)(\?[^#]*)?$/;

/** True for a URI with user, password, host and database. */
export function isConnectionUri(uri: string): boolean {
  const match = form.exec(uri);
  return match !== null && [2, 3, 4, 5].every((part) => match[part] !== "");
}

/** The parts of a URI; empty ones where the text is not a URI of this form. */
export function partsOf(uri: string): UriParts {
  const [, , user = "", password = "", authority = "", database = "", query = ""] = form.exec(uri) ?? [];
  const port = /:(\d+)$/.exec(authority);
  return {
    user: decode(user),
    password: decode(password),
    host: authority.slice(0, port?.index).replace(/^\[(.*)\]$/, "$1"),
    port: Number(port?.[1] ?? 5432),
    database: decode(database),
    // A plus sign in a parameter is one, as libpq reads it.
    parameters: new URLSearchParams(query.replaceAll("+", "%2B")),
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

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
