import type { BranchSchemaJSON } from "@neondatabase/api-client";
import { joined, parenthesized, splitTop, statementsOf, type Token, tokensOf } from "./sqlTokens";

type Table = BranchSchemaJSON["tables"][number];
type Column = Table["columns"][number];
type Constraint = NonNullable<Table["constraints"]>[number];

/** The tables of a schema, from what `pg_dump` wrote: it always writes the same forms, with every name in full. */
export function schemaJson(sql: string): BranchSchemaJSON {
  const tables = new Map<string, Table>();
  for (const tokens of statementsOf(sql).map(tokensOf)) {
    if (isTable(tokens)) addTable(tables, tokens);
    else if (isWords(tokens, "ALTER", "TABLE")) alterTable(tables, tokens);
  }
  return { tables: [...tables.values()] };
}

const isWords = (tokens: Token[], ...words: string[]) => words.every((word, index) => tokens[index]?.word === word);

const isTable = (tokens: Token[]) =>
  isWords(tokens, "CREATE", "TABLE") ||
  isWords(tokens, "CREATE", "UNLOGGED", "TABLE") ||
  isWords(tokens, "CREATE", "FOREIGN", "TABLE");

/** `schema.table` from a position on, and the position behind it. */
function qualifiedName(tokens: Token[], from: number): { schema: string; name: string; next: number } {
  const [first, dot, second] = tokens.slice(from, from + 3);
  if (dot?.text === "." && second) return { schema: first?.name ?? "", name: second.name, next: from + 3 };
  return { schema: "public", name: first?.name ?? "", next: from + 1 };
}

const keyOf = (schema: string, name: string) => JSON.stringify([schema, name]);

function addTable(tables: Map<string, Table>, tokens: Token[]): void {
  const start = tokens.findIndex(({ word }) => word === "TABLE") + 1;
  const { schema, name, next } = qualifiedName(tokens, start);
  const items = tokens[next]?.text === "(" ? splitTop(parenthesized(tokens, next), ",") : [];
  const columns = items.filter((item) => !isConstraintItem(item)).map(columnOf);
  tables.set(keyOf(schema, name), { schema, name, columns, constraints: [] });
}

/** Constraints in the list of columns are checks, which are not part of the answer. */
const isConstraintItem = ([first]: Token[]) =>
  !first || (!first.isQuoted && ["CONSTRAINT", "CHECK"].includes(first.word));

/** Words that end the type of a column. */
const typeEnds = new Set([
  "COLLATE",
  "DEFAULT",
  "NOT",
  "NULL",
  "GENERATED",
  "CONSTRAINT",
  "STORAGE",
  "COMPRESSION",
  "OPTIONS",
]);

function columnOf(item: Token[]): Column {
  const [name, ...rest] = item;
  const end = rest.findIndex(({ word, isQuoted }) => !isQuoted && typeEnds.has(word));
  const type = end < 0 ? rest : rest.slice(0, end);
  const properties = end < 0 ? [] : rest.slice(end);
  return {
    name: name?.name ?? "",
    type: joined(type),
    nullable: !hasWords(properties, "NOT", "NULL"),
    generated: hasWords(properties, "GENERATED", "ALWAYS", "AS") && !hasWords(properties, "AS", "IDENTITY"),
  };
}

/** Not within parentheses, where expressions are. */
function hasWords(tokens: Token[], ...words: string[]): boolean {
  const top = tokens.filter(({ depth }) => depth === tokens[0]?.depth);
  return top.some((_, index) => isWords(top.slice(index), ...words));
}

const constraintTypes = { PRIMARY: "primary_key", UNIQUE: "unique", FOREIGN: "foreign_key" } as const;

/** `ALTER TABLE ONLY schema.table ADD CONSTRAINT name PRIMARY KEY (columns)` and the like; other changes do not matter. */
function alterTable(tables: Map<string, Table>, tokens: Token[]): void {
  const { schema, name, next } = qualifiedName(tokens, isWords(tokens, "ALTER", "TABLE", "ONLY") ? 3 : 2);
  const table = tables.get(keyOf(schema, name));
  const rest = tokens.slice(next);
  if (!table || !isWords(rest, "ADD", "CONSTRAINT")) return;
  const type = constraintTypes[rest[3]?.word as keyof typeof constraintTypes];
  const open = rest.findIndex(({ text }) => text === "(");
  if (type === undefined || open < 0) return;
  const constraint: Constraint = { type, name: rest[2]?.name ?? "", columns: namesIn(rest, open) };
  if (type === "foreign_key") constraint.referenced_table = referencedTable(rest);
  table.constraints?.push(constraint);
}

function referencedTable(tokens: Token[]): NonNullable<Constraint["referenced_table"]> {
  const start = tokens.findIndex(({ word, isQuoted }) => word === "REFERENCES" && !isQuoted) + 1;
  const { schema, name, next } = qualifiedName(tokens, start);
  return { schema, table: name, columns: namesIn(tokens, next) };
}

const namesIn = (tokens: Token[], open: number) =>
  splitTop(parenthesized(tokens, open), ",").flatMap(([first]) => (first ? [first.name] : []));
