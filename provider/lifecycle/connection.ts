import { isIP } from "node:net";

/**
 * The host of the connection pooler: `-pooler` after the first label (`ep-x-1.eu.example` -> `ep-x-1-pooler.eu.example`). An address, and
 * a host without a dot, have no pooler of their own and stay.
 */
export function pooledHostOf(host: string): string {
  const dot = host.indexOf(".");
  if (dot < 1 || isIP(host) !== 0) return host;
  const first = host.slice(0, dot);
  return first.endsWith("-pooler") ? host : `${first}-pooler${host.slice(dot)}`;
}

/** The same URI at another host; role, password, port, database and parameters stay. */
export function uriWithHost(uri: string, host: string): string {
  const { before, port, after } = splitAuthority(uri);
  return `${before}${isIP(host) === 6 ? `[${host}]` : host}${port}${after}`;
}

/** Cut by hand, because URL parsers normalize passwords and parameters that have to stay byte for byte. */
function splitAuthority(uri: string): { before: string; port: string; after: string } {
  const start = uri.indexOf("://") + 3;
  const end = start + uri.slice(start).search(/[/?#]|$/);
  const authority = uri.slice(start, end);
  const host = authority.lastIndexOf("@") + 1;
  const port = /:\d+$/.exec(authority.slice(host))?.[0] ?? "";
  return { before: uri.slice(0, start + host), port, after: uri.slice(end) };
}
