import { Client, DatabaseError, escapeIdentifier, escapeLiteral, type QueryResultRow } from "pg";
import type { Cluster } from "./cluster";

/** Why Postgres, or a rule of ours that stands for one of its own, refused a statement. */
export class PgError extends Error {
  constructor(
    /** SQLSTATE, for instance `42P04`. */
    readonly code: string,
    message: string,
    readonly detail?: string,
  ) {
    super(message);
    this.name = "PgError";
  }
}

/** A session as `cloud_admin`. */
export interface AdminSession {
  run(statement: string): Promise<void>;
  rows<Row extends QueryResultRow>(query: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** The database that is always there to connect to. */
export const SYSTEM_DATABASE = "postgres";

/** One session over the unix socket, closed afterwards: an open one would be in the way of DROP and RENAME. */
export async function asAdmin<T>(
  cluster: Pick<Cluster, "socketFolder" | "port">,
  database: string,
  work: (session: AdminSession) => Promise<T>,
): Promise<T> {
  const client = new Client({
    host: cluster.socketFolder,
    port: cluster.port,
    user: "cloud_admin",
    // Trusted by the socket; given so that neither PGPASSWORD nor a .pgpass file is looked for.
    password: "-",
    database,
    ssl: false,
    options:
      "-c statement_timeout=0 -c search_path=pg_catalog -c default_transaction_read_only=off -c idle_session_timeout=0 -c lock_timeout=0",
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return await work({
      run: async (statement) => void (await client.query(statement)),
      rows: async <Row extends QueryResultRow>(query: string, values: readonly unknown[] = []) =>
        (await client.query<Row>(query, [...values])).rows,
    });
  } catch (error) {
    throw error instanceof DatabaseError ? new PgError(error.code ?? "XX000", error.message, error.detail) : error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Quoted. Names that Postgres would cut or that would end the statement early are refused here. */
export function identifier(name: string): string {
  if (name === "") throw new PgError("42602", "a name must not be empty");
  if (name.includes("\0")) throw new PgError("22021", "a name must not contain a null byte");
  if (Buffer.byteLength(name) > 63) throw new PgError("42622", `the name "${name}" is longer than 63 bytes`);
  return escapeIdentifier(name);
}

export function literal(text: string): string {
  if (text.includes("\0")) throw new PgError("22021", "a text must not contain a null byte");
  return escapeLiteral(text);
}
