import { Client } from "pg";
import { type Checkpoint, KnownRows } from "./knownRows";

const create = "CREATE TABLE IF NOT EXISTS rows (n bigint PRIMARY KEY, filler text)";
const insert = "INSERT INTO rows SELECT $1, string_agg(md5(random()::text), '') FROM generate_series(1, 100)";

/** Commits one row after the other to a branch, and remembers which were acknowledged. */
export class Writer {
  rows = KnownRows.none();
  checkpoints: Checkpoint[] = [];
  #next = 1;
  #stopped = true;
  #running: Promise<void> = Promise.resolve();
  /** What ended a session that nothing was known to end. */
  failure: Error | undefined;

  constructor(
    readonly uri: string,
    /** Whether whoever ends sessions may have done so at this moment. */
    private readonly mayEnd: () => boolean,
  ) {}

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#running = this.#run();
  }

  /** Resolves when no statement is under way any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  /** Rows of a moment that has just passed, to the millisecond. */
  async checkpoint(): Promise<Checkpoint> {
    const earlier = this.rows.copy();
    const timeMs = Date.now() + 1;
    while (Date.now() <= timeMs + 1) await new Promise((resolve) => setTimeout(resolve, 1));
    return { timeMs, rows: KnownRows.between(earlier, this.rows) };
  }

  async #run(): Promise<void> {
    while (!this.#stopped && !this.failure) {
      const client = new Client({ connectionString: this.uri, connectionTimeoutMillis: 60_000 });
      client.on("error", () => undefined);
      try {
        await client.connect();
        await client.query(create);
        while (!this.#stopped) await this.#insert(client);
      } catch (error) {
        if (!this.mayEnd()) this.failure = error as Error;
        else await new Promise((resolve) => setTimeout(resolve, 20));
      } finally {
        await client.end().catch(() => undefined);
      }
    }
  }

  async #insert(client: Client): Promise<void> {
    const n = this.#next++;
    this.rows.may.add(n);
    await client.query(insert, [n]);
    this.rows.must.add(n);
  }
}

/** The numbers of the rows that a branch has. */
export async function rowsOf(uri: string): Promise<Set<number>> {
  const client = new Client({ connectionString: uri, connectionTimeoutMillis: 60_000 });
  client.on("error", () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ n: string }>("SELECT n FROM rows");
    return new Set(rows.map(({ n }) => Number(n)));
  } catch (error) {
    // Nobody has come to making the table.
    if ((error as { code?: string }).code === "42P01") return new Set();
    throw error;
  } finally {
    await client.end().catch(() => undefined);
  }
}
