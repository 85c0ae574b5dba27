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
 */
export function connectionUri(
  endpoint: EndpointDocument,
  role: RoleDocument,
  database: string,
  context: HostFacts & Pick<ApiContext, "pgPort" | "caFile">,
): string {
  const { pgPort, caFile, hasOwnAddresses } = context;
  const user = `${encodeURIComponent(role.name)}:${encodeURIComponent(role.password)}`;
  const port = pgPort === 5432 ? "" : `:${pgPort}`;
  const rootCert = encodeURIComponent(caFile).replaceAll("%2F", "/");
  const query = `sslmode=require&channel_binding=require&sslrootcert=${rootCert}`;
  const named = hasOwnAddresses ? "" : `&options=endpoint%3D${endpoint.id}`;
  return `postgresql://${user}@${hostOf(endpoint, context)}${port}/${encodePath(database)}?${query}${named}`;
}

/** node-pg decodes the path with `decodeURI`, which leaves `%2F`, `%3B` and others alone: only what ends a path is encoded. */
const encodePath = (text: string) => encodeURI(text).replace(/[?#]/g, encodeURIComponent);

/** The pooled host is the same as the direct one: every endpoint has one address and there is no pooler behind it. */
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
