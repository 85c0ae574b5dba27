/** One transaction on one database. */
export interface SqlSession {
  /** Runs one statement without parameters: the statements that grant take none. */
  run(statement: string): Promise<void>;
  rows<Row extends object>(query: string, values?: readonly unknown[]): Promise<Row[]>;
  /** A name as it stands in a statement, quoted. */
  identifier(name: string): string;
  /** A text as it stands in a statement, quoted. */
  literal(text: string): string;
}

/** Where a transaction runs, and as whom. */
export interface SqlTarget {
  /** A URI with user and password, for a direct connection; its TLS parameters hold. */
  readonly uri: string;
  /** What is done, for messages: `app role web of project calm-sun-1`. */
  readonly what: string;
  /** What no message may show, beside the password of the URI. */
  readonly secrets?: readonly string[];
}

/** Connections to the databases of tenants. */
export interface Sql {
  /**
   * Runs `work` in one transaction. A connection that cannot be made yet or is lost is made again and the work repeated, also where the
   * answer to the commit was lost: the work must come to the same result when it is done twice. Throws {@link NeonError} only.
   */
  transaction<T>(target: SqlTarget, work: (session: SqlSession) => Promise<T>): Promise<T>;
}
