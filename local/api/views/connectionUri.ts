import type { EndpointDocument, RoleDocument } from "../../store/documents";
import type { ApiContext } from "../context";

type HostFacts = Pick<ApiContext, "hasOwnAddresses">;

/** The endpoint's own loopback address, where the system has such. */
export const hostOf = ({ host }: EndpointDocument, { hasOwnAddresses }: HostFacts): string =>
  hasOwnAddresses ? host : "127.0.0.1";

/**
 * A URI that psql, node-pg and other libpq-like clients connect with as it is. Neon's own carries `sslmode` and
 * `channel_binding`; `sslrootcert` is ours, because no client knows the local CA. With it, node-pg verifies the address against
 * the certificate, and libpq the certificate. The port is left out when it is PostgreSQL's own.
 *
 * A pooled URI names the pooled endpoint in its `options`, since an address has no room for it. There it leads to the same compute, whose
 * door then refuses what Neon's pooler does not take at the start of a connection; connections are not pooled.
 */
export function connectionUri(
  endpoint: EndpointDocument,
  role: RoleDocument,
  database: string,
  context: HostFacts & Pick<ApiContext, "pgPort" | "caFile">,
  isPooled = false,
): string {
  const { pgPort, caFile, hasOwnAddresses } = context;
  const user = `${encodeURIComponent(role.name)}:${encodeURIComponent(role.password)}`;
  const port = pgPort === 5432 ? "" : `:${pgPort}`;
  const rootCert = encodeURIComponent(caFile).replaceAll("%2F", "/");
  const query = `sslmode=require&channel_binding=require&sslrootcert=${rootCert}`;
  const name = isPooled ? `${endpoint.id}-pooler` : endpoint.id;
  const named = isPooled || !hasOwnAddresses ? `&options=endpoint%3D${name}` : "";
  return `postgresql://${user}@${hostOf(endpoint, context)}${port}/${encodePath(database)}?${query}${named}`;
}

/** node-pg decodes the path with `decodeURI`, which leaves `%2F`, `%3B` and others alone: only what ends a path is encoded. */
const encodePath = (text: string) => encodeURI(text).replace(/[?#]/g, encodeURIComponent);

/** The pooled host is the same as the direct one: every endpoint has one address; a pooled URI differs in its `options`. */
export function connectionDetails(
  endpoint: EndpointDocument,
  role: RoleDocument,
  database: string,
  context: ApiContext,
) {
  return {
    connection_uri: connectionUri(endpoint, role, database, context),
    connection_parameters: {
      database,
      password: role.password,
      role: role.name,
      host: hostOf(endpoint, context),
      pooler_host: hostOf(endpoint, context),
    },
  };
}
