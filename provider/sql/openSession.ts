import type { Client } from "pg";
import { clientConfigOf } from "./clientConfig";
import type { SqlSession } from "./sql";

/** One connection. Closing it never fails. */
export interface OpenSession {
  readonly session: SqlSession;
  close(): Promise<void>;
}

const connectionTimeoutMillis = 20_000;
/** Beyond the server's own limit: for a server that does not answer any more. */
const queryTimeoutMillis = 90_000;

/** Connects over TLS as the URI asks for it, verified. */
export async function openSession(uri: string): Promise<OpenSession> {
  // Loaded when first needed: most programs never connect.
  const pg = await import("pg");
  const client = new pg.Client({
    ...clientConfigOf(uri),
    application_name: "neon-tenants",
    connectionTimeoutMillis,
    query_timeout: queryTimeoutMillis,
  });
  // Without a listener a connection that ends by itself would end the whole process; the query that runs fails anyway.
  client.on("error", () => undefined);
  try {
    await client.connect();
  } catch (error) {
    await close(client);
    throw error;
  }
  const session: SqlSession = {
    run: async (statement) => {
      await client.query(statement);
    },
    rows: async <Row extends object>(query: string, values: readonly unknown[] = []) =>
      (await client.query<Row>(query, [...values])).rows,
    identifier: (name) => pg.escapeIdentifier(name),
    literal: (text) => pg.escapeLiteral(text),
  };
  return { session, close: () => close(client) };
}

async function close(client: Client): Promise<void> {
  await client.end().catch(() => undefined);
}
