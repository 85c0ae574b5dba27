import { NeonError } from "../../../../provider/api/errors";
import { partsOf, type Sql, type SqlSession } from "../../../../provider/sql";

/** Where in its course a transaction fails. */
export type SqlFault = "beforeCommit" | "afterCommit";

/** What app roles are made with, where there is no Postgres: the roles of each host and their passwords, transactions included. */
export class FakeSql implements Sql {
  /** Passwords by `host role`. */
  passwords = new Map<string, string>();
  /** Transactions so far. */
  count = 0;
  /** Which transaction fails, counted from 0, and all later ones too. */
  fault: { at: number; kind: SqlFault } | undefined;

  async transaction<T>({ uri, what }: { uri: string; what: string }, work: (session: SqlSession) => Promise<T>) {
    const { host } = partsOf(uri);
    const changed = new Map(this.passwords);
    const isStruck = this.fault !== undefined && this.count >= this.fault.at;
    this.count += 1;
    const result = await work(sessionOn(host, changed));
    if (!isStruck || this.fault?.kind === "afterCommit") this.passwords = changed;
    if (isStruck) throw new NeonError("NEON_UNAVAILABLE", `${what}: the connection was lost`);
    return result;
  }

  passwordAt(host: string, role: string): string | undefined {
    return this.passwords.get(`${host} ${role}`);
  }
}

function sessionOn(host: string, passwords: Map<string, string>): SqlSession {
  return {
    run: async (statement) => {
      const made = /^(?:CREATE|ALTER) ROLE "([^"]+)" LOGIN PASSWORD '([^']*)'$/.exec(statement);
      if (made) passwords.set(`${host} ${made[1]}`, made[2] ?? "");
      const dropped = /^DROP ROLE "([^"]+)"$/.exec(statement);
      if (dropped) passwords.delete(`${host} ${dropped[1]}`);
    },
    rows: async <Row extends object>(query: string, values: readonly unknown[] = []) =>
      rowsOf(query, values, (role) => passwords.has(`${host} ${role}`)) as Row[],
    identifier: (name) => `"${name}"`,
    literal: (text) => `'${text}'`,
  };
}

/** Answers to what the lifecycle asks: which roles and schemas there are. There is nothing else in these databases. */
function rowsOf(query: string, [first]: readonly unknown[], hasRole: (role: string) => boolean): object[] {
  if (/\bAS powerful\b/.test(query)) return hasRole(String(first)) ? [{ powerful: false }] : [];
  if (/^SELECT FROM pg_roles WHERE rolname/.test(query)) return hasRole(String(first)) ? [{}] : [];
  if (/^SELECT current_database\(\)/.test(query)) return [{ database: "app" }];
  if (/^SELECT nspname::text AS schema/.test(query)) return (first as string[]).map((schema) => ({ schema }));
  return [];
}
