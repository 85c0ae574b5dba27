import { createHash } from "node:crypto";
import pg from "pg";
import { seedFailed } from "./seedApi";
import type { SqlPlan } from "./seedPlan";

/**
 * Runs the texts that did not run in this database yet, and answers how many those were. Each runs in one transaction with the note
 * that it did, which stands in the database itself: so it is there exactly where the rows are, after a kill, in branches, and after a
 * restore.
 */
export async function runSql(connectionString: string, texts: readonly SqlPlan[]): Promise<number> {
  const [first] = texts;
  if (!first) return 0;
  // What node-pg takes `require` for; it only says so at length.
  const verified = connectionString.replace("sslmode=require", "sslmode=verify-full");
  const client = new pg.Client({ connectionString: verified });
  // A connection that breaks fails the query that waits for it.
  client.on("error", () => undefined);
  try {
    const done = await client
      .connect()
      .then(() => prepared(client))
      .catch((error: unknown) => Promise.reject(seedFailed(`${first.place}: ${(error as Error).message}`)));
    const due = texts
      .map((text) => ({ ...text, sha256: digestOf(text.text) }))
      .filter(({ sha256 }) => !done.has(sha256));
    const distinct = [...new Map(due.map((text) => [text.sha256, text])).values()];
    for (const text of distinct) await runOne(client, text);
    return distinct.length;
  } finally {
    await client.end().catch(() => undefined);
  }
}

const digestOf = (text: string) => createHash("sha256").update(text).digest("hex");

/** What ran here already. */
async function prepared(client: pg.Client): Promise<Set<string>> {
  const { rows: found } = await client.query<{ known: boolean }>(
    "select to_regclass('local_neon.seed') is not null known",
  );
  if (!found[0]?.known) {
    await client.query(`
      create schema if not exists local_neon;
      create table if not exists local_neon.seed(sha256 text primary key, ran_at timestamptz not null default now());`);
  }
  const { rows } = await client.query<{ sha256: string }>("select sha256 from local_neon.seed");
  return new Set(rows.map(({ sha256 }) => sha256));
}

async function runOne(client: pg.Client, { place, text, sha256 }: SqlPlan & { sha256: string }): Promise<void> {
  try {
    await client.query("begin");
    await client.query(text);
    // The text may have taken another role, as dumps do with their search path.
    await client.query("reset role; reset search_path");
    await client.query("insert into local_neon.seed(sha256) values ($1)", [sha256]);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw seedFailed(`${place}: ${sqlProblem(error, text)}`);
  }
}

function sqlProblem(error: unknown, text: string): string {
  if (!(error instanceof pg.DatabaseError) || error.position === undefined) return (error as Error).message;
  const line = text.slice(0, Number(error.position) - 1).split("\n").length;
  return `${error.message} (line ${line})`;
}
