/** One piece of a statement. */
export interface Token {
  /** As it is written. */
  text: string;
  /** In upper case, to be compared with SQL's own words. */
  word: string;
  /** As an identifier: without the quotes. */
  name: string;
  isQuoted: boolean;
  /** Whether white space comes before it. */
  isApart: boolean;
  /** How many parentheses it is in; a parenthesis itself is outside of what it encloses. */
  depth: number;
}

/** What may hold any character: comments, texts, quoted names, and bodies between dollar signs. */
const opaque = String.raw`--[^\n]*|\/\*[\s\S]*?\*\/|E'(?:[^'\\]|''|\\[\s\S])*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$`;

/** The statements of a script, without comments between them. Lines of psql's own commands begin with a backslash. */
export function statementsOf(sql: string): string[] {
  const script = sql.replace(/^\\.*$/gm, "");
  const pieces = new RegExp(`${opaque}|;|[^;'"$/E-]+|[\\s\\S]`, "g");
  const statements: string[] = [];
  let statement = "";
  for (const [piece] of script.matchAll(pieces)) {
    if (piece === ";") {
      statements.push(statement.trim());
      statement = "";
    } else if (!piece.startsWith("--") && !piece.startsWith("/*")) statement += piece;
  }
  return [...statements, statement.trim()].filter(Boolean);
}

export function tokensOf(statement: string): Token[] {
  const pieces = new RegExp(`(\\s*)(${opaque}|[\\p{L}_][\\p{L}\\p{N}_$]*|[0-9.]+|[^\\s])`, "gu");
  let depth = 0;
  return [...statement.matchAll(pieces)].map(([, space = "", text = ""]) => {
    if (text === ")") depth -= 1;
    const isQuoted = text.startsWith('"');
    const name = isQuoted ? text.slice(1, -1).replaceAll('""', '"') : text;
    const token = { text, word: text.toUpperCase(), name, isQuoted, isApart: space !== "", depth };
    if (text === "(") depth += 1;
    return token;
  });
}

/** What stands between the parenthesis at a position and the one that closes it. */
export function parenthesized(tokens: Token[], open: number): Token[] {
  const depth = tokens[open]?.depth ?? 0;
  const rest = tokens.slice(open + 1);
  const close = rest.findIndex((token) => token.text === ")" && token.depth === depth);
  return close < 0 ? rest : rest.slice(0, close);
}

/** Parts between separators that are in no parentheses of their own. */
export function splitTop(tokens: Token[], separator: string): Token[][] {
  const [first] = tokens;
  if (!first) return [];
  const parts: Token[][] = [[]];
  for (const token of tokens) {
    if (token.text === separator && token.depth === first.depth) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

/** The text of tokens with single spaces where there was any. */
export const joined = (tokens: Token[]): string =>
  tokens.map(({ text, isApart }, index) => (isApart && index > 0 ? ` ${text}` : text)).join("");
