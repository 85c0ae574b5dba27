import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import type { Documents, Kind } from "./documents";

const schema = `
PRAGMA journal_mode=WAL;
PRAGMA synchronous=NORMAL;
CREATE TABLE IF NOT EXISTS doc(
  seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL, parent TEXT NOT NULL,
  name TEXT NOT NULL, doc TEXT NOT NULL, UNIQUE(kind, id));
CREATE INDEX IF NOT EXISTS doc_by_parent ON doc(kind, parent, seq);
CREATE TABLE IF NOT EXISTS counter(name TEXT PRIMARY KEY, value INTEGER NOT NULL);
`;

export interface Page {
  /** Only documents after (or, newest first, before) this sequence number. */
  beyondSeq?: number;
  limit?: number;
  newestFirst?: boolean;
  /** Part of the name or of the id, ignoring case. */
  search?: string;
}

/** Documents by kind and id, in one SQLite file. What a finished transaction wrote survives the death of the process. */
export class Store {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(file: string) {
    this.#db = new DatabaseSync(file);
    this.#db.exec(schema);
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#db.prepare(sql)));
    return statement;
  }

  /** All or nothing. Not for nesting. */
  transaction<T>(run: () => T): T {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = run();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  insert<K extends Kind>(kind: K, id: string, parent: string, doc: Documents[K], name = ""): Documents[K] {
    this.#prepared("INSERT INTO doc(kind, id, parent, name, doc) VALUES(?, ?, ?, ?, ?)").run(
      kind,
      id,
      parent,
      name.toLowerCase(),
      JSON.stringify(doc),
    );
    return doc;
  }

  /** Inserts a document, or updates the one of this id; its parent and its place stay then. */
  put<K extends Kind>(kind: K, id: string, parent: string, doc: Documents[K]): Documents[K] {
    this.#prepared(
      "INSERT INTO doc(kind, id, parent, name, doc) VALUES(?, ?, ?, '', ?) ON CONFLICT(kind, id) DO UPDATE SET doc = excluded.doc",
    ).run(kind, id, parent, JSON.stringify(doc));
    return doc;
  }

  update<K extends Kind>(kind: K, id: string, doc: Documents[K], name?: string): Documents[K] {
    this.#prepared("UPDATE doc SET doc = ?, name = coalesce(?, name) WHERE kind = ? AND id = ?").run(
      JSON.stringify(doc),
      name?.toLowerCase() ?? null,
      kind,
      id,
    );
    return doc;
  }

  get<K extends Kind>(kind: K, id: string): Documents[K] | undefined {
    const row = this.#prepared("SELECT doc FROM doc WHERE kind = ? AND id = ?").get(kind, id);
    return row && (JSON.parse(String(row["doc"])) as Documents[K]);
  }

  /** The place of a document in the order of creation. */
  seq(kind: Kind, id: string): number | undefined {
    const row = this.#prepared("SELECT seq FROM doc WHERE kind = ? AND id = ?").get(kind, id);
    return row && Number(row["seq"]);
  }

  list<K extends Kind>(kind: K, parent: string, page: Page = {}): Documents[K][] {
    const conditions = ["kind = ?", "parent = ?"];
    const values: SQLInputValue[] = [kind, parent];
    if (page.beyondSeq !== undefined) {
      conditions.push(page.newestFirst ? "seq < ?" : "seq > ?");
      values.push(page.beyondSeq);
    }
    if (page.search) {
      const text = page.search.toLowerCase();
      conditions.push("(instr(name, ?) > 0 OR instr(id, ?) > 0)");
      values.push(text, text);
    }
    const order = page.newestFirst ? "DESC" : "ASC";
    const sql = `SELECT doc FROM doc WHERE ${conditions.join(" AND ")} ORDER BY seq ${order} LIMIT ?`;
    const rows = this.#prepared(sql).all(...values, page.limit ?? -1);
    return rows.map((row) => JSON.parse(String(row["doc"])) as Documents[K]);
  }

  /** The same with their ids, for kinds whose documents do not hold them. */
  entries<K extends Kind>(kind: K, parent: string): { id: string; doc: Documents[K] }[] {
    const rows = this.#prepared("SELECT id, doc FROM doc WHERE kind = ? AND parent = ? ORDER BY seq").all(kind, parent);
    return rows.map((row) => ({ id: String(row["id"]), doc: JSON.parse(String(row["doc"])) as Documents[K] }));
  }

  /** Every document of a kind, whoever its parent, in order of creation. */
  all<K extends Kind>(kind: K): Documents[K][] {
    const rows = this.#prepared("SELECT doc FROM doc WHERE kind = ? ORDER BY seq").all(kind);
    return rows.map((row) => JSON.parse(String(row["doc"])) as Documents[K]);
  }

  /** The same with their parents. */
  allEntries<K extends Kind>(kind: K): { parent: string; doc: Documents[K] }[] {
    const rows = this.#prepared("SELECT parent, doc FROM doc WHERE kind = ? ORDER BY seq").all(kind);
    return rows.map((row) => ({ parent: String(row["parent"]), doc: JSON.parse(String(row["doc"])) as Documents[K] }));
  }

  count(kind: Kind, parent: string): number {
    const row = this.#prepared("SELECT count(*) AS n FROM doc WHERE kind = ? AND parent = ?").get(kind, parent);
    return Number(row?.["n"]);
  }

  /** Every parent that has documents of a kind. */
  parents(kind: Kind): string[] {
    const rows = this.#prepared("SELECT DISTINCT parent FROM doc WHERE kind = ?").all(kind);
    return rows.map((row) => String(row["parent"]));
  }

  remove(kind: Kind, id: string): void {
    this.#prepared("DELETE FROM doc WHERE kind = ? AND id = ?").run(kind, id);
  }

  removeAll(kind: Kind, parent: string): void {
    this.#prepared("DELETE FROM doc WHERE kind = ? AND parent = ?").run(kind, parent);
  }

  /** Gives a document another kind; id, place and content stay. */
  changeKind(from: Kind, to: Kind, id: string): void {
    this.#prepared("UPDATE doc SET kind = ? WHERE kind = ? AND id = ?").run(to, from, id);
  }

  /** Gives a document another parent; id, place and content stay. */
  changeParent(kind: Kind, id: string, parent: string): void {
    this.#prepared("UPDATE doc SET parent = ? WHERE kind = ? AND id = ?").run(parent, kind, id);
  }

  /** The next number of a counter that never gives the same one twice; the first is 0. */
  nextNumber(counter: string): number {
    const row = this.#prepared(
      "INSERT INTO counter(name, value) VALUES(?, 0) ON CONFLICT(name) DO UPDATE SET value = value + 1 RETURNING value",
    ).get(counter);
    return Number(row?.["value"]);
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }
}
