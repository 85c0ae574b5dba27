import type { Reachable } from "./neonUser";

/** A URI with some of its parts replaced; `undefined` removes a parameter. */
export function changed(
  uri: string,
  parts: { host?: string; port?: number; user?: string; password?: string; database?: string },
  parameters: Record<string, string | undefined> = {},
): string {
  const { protocol, username, password, hostname, port, pathname, searchParams } = new URL(uri);
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) searchParams.delete(name);
    else searchParams.set(name, value);
  }
  const user = parts.user === undefined ? username : encodeURIComponent(parts.user);
  const secret = parts.password === undefined ? password : encodeURIComponent(parts.password);
  const database = parts.database === undefined ? pathname : `/${encodeURIComponent(parts.database)}`;
  const at = `${parts.host ?? hostname}:${parts.port ?? (port || "5432")}`;
  // libpq reads a plus sign in a parameter as it is.
  const query = [...searchParams].map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
  return `${protocol}//${user}:${secret}@${at}${database}?${query}`;
}

/** What a user adds to the URI of the Neon CLI, which knows neither the local port nor the local CA. */
export function completed(uri: string, { pgPort, caFile }: Reachable): string {
  return changed(uri, { port: pgPort }, { sslrootcert: caFile });
}

export const passwordOf = (uri: string): string => decodeURIComponent(new URL(uri).password);
