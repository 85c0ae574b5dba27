/** What a role is to be, and what it may do in the database of the session. */
export interface WantedRole {
  readonly name: string;
  readonly password: string;
  readonly access: Access;
  readonly schemas: readonly string[];
}

/** `readOnly` reads, `readWrite` also inserts, updates and deletes; neither makes, changes or drops anything. */
export type Access = "readWrite" | "readOnly";

/** What each access means, for present and future objects. */
export const privileges: Readonly<Record<Access, { tables: string; sequences: string }>> = {
  readOnly: { tables: "SELECT", sequences: "SELECT" },
  readWrite: { tables: "SELECT, INSERT, UPDATE, DELETE", sequences: "USAGE, SELECT" },
};

/** The comment by which a role is known as one of these; Postgres keeps it with the role, through restores. */
export const roleMark = "app role, managed by neon-tenants";

/** Statements name this many objects at most. */
const namesAtOnce = 500;

/** The names in lists for one statement each. */
export function inLists(names: readonly string[]): string[] {
  const lists: string[] = [];
  for (let start = 0; start < names.length; start += namesAtOnce) {
    lists.push(names.slice(start, start + namesAtOnce).join(", "));
  }
  return lists;
}
