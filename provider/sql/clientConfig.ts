import { readFileSync } from "node:fs";
import type { ClientConfig } from "pg";
import { partsOf } from "./connectionUri";

type Tls = Exclude<ClientConfig["ssl"], undefined>;

/**
 * What node-pg is given for a URI. Its own reading of a URI loses some names of databases and takes what is missing from the variables
 * of the user's shell.
 */
export function clientConfigOf(uri: string): ClientConfig {
  const { user, password, host, port, database, parameters } = partsOf(uri);
  const binding = parameters.get("channel_binding");
  return {
    user,
    password,
    host,
    port,
    database,
    ssl: tlsOf(parameters),
    enableChannelBinding: binding === "require" || binding === "prefer",
    ...(parameters.has("options") ? { options: parameters.get("options") ?? "" } : {}),
  };
}

/** Host and chain are verified unless the URI says otherwise: with its own CA, or with the system's and NODE_EXTRA_CA_CERTS. */
function tlsOf(parameters: URLSearchParams): Tls {
  const mode = parameters.get("sslmode");
  const [ca, cert, key] = ["sslrootcert", "sslcert", "sslkey"].map((name) => {
    const file = parameters.get(name);
    // libpq's word for the system's own CAs.
    return file === null || file === "" || file === "system" ? undefined : readFileSync(file, "utf8");
  });
  if (mode === "disable" || (mode === null && ca === undefined)) return false;
  return { ca, cert, key, ...(mode === "no-verify" ? { rejectUnauthorized: false } : {}) };
}
