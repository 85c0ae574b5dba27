import { Client, type ClientConfig } from "pg";
import { parentOf } from "./machine";

// What is set for the user's own databases must not decide over these.
for (const name of Object.keys(process.env)) if (name.startsWith("PG")) delete process.env[name];

export type Connection = string | ClientConfig;

/** A session of node-pg; what ends it is in `ended`. */
export interface Session {
  client: Client;
  ended: Promise<Error>;
}

export async function openSession(connection: Connection): Promise<Session> {
  const client = new Client(connection);
  const ended = new Promise<Error>((resolve) => client.on("error", resolve));
  await client.connect();
  return { client, ended };
}

/** The rows of one statement, in a session of its own. */
export async function query<Row extends object>(
  connection: Connection,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const { client } = await openSession(connection);
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** The operating system's process id of the Postgres server behind a URI. */
export async function postmasterOf(connection: Connection): Promise<number> {
  const { client } = await openSession(connection);
  try {
    const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    const postmaster = parentOf(rows[0]?.pid ?? 0);
    if (!(postmaster > 1)) throw new Error("the postmaster of a running backend was not found");
    return postmaster;
  } finally {
    await client.end();
  }
}
