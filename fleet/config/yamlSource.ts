import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
  type Alias,
  type Document,
  type Node,
  type Pair,
  type ParsedNode,
  type YAMLMap,
} from "yaml";
import { redact } from "./leaf";
import type { Problem } from "./problem";
import { readNodes } from "./yamlNodes";

/** Steps from the document's root to a value. */
export type Path = readonly (string | number)[];

/** What can be said about a place before its file and position are known. */
export type Finding = Pick<Problem, "code" | "sentence" | "suggestion">;

/** A YAML (or JSON) text: its plain value, and where every piece of it stands. */
export class YamlSource {
  /** Plain objects, arrays and scalars; undefined for an empty text. */
  readonly value: unknown;
  /** What is wrong with the text as YAML, whatever it is about. */
  readonly problems: Problem[] = [];
  /** Offsets at which lines begin. yaml's own LineCounter loses lines after some syntax errors. */
  private readonly lineStarts: number[] = [0];
  private readonly document?: Document.Parsed;
  private aliases: ReadonlyMap<Alias, Node> = new Map();

  constructor(
    readonly file: string,
    text: string,
  ) {
    const source = text.startsWith("\uFEFF") ? text.slice(1) : text;
    for (let end = source.indexOf("\n"); end >= 0; end = source.indexOf("\n", end + 1)) this.lineStarts.push(end + 1);
    try {
      // uniqueKeys compares each key with every other, which is quadratic; readNodes finds doubles in one pass.
      this.document = parseDocument(source, { uniqueKeys: false, prettyErrors: false });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.report(0, [], { code: "FLEET_YAML_SYNTAX", sentence: tooDeep });
      return;
    }
    const saidOn = new Set<number>();
    for (const fault of [...this.document.errors, ...this.document.warnings]) {
      // One slip makes the parser stumble several times on its line; the first time says most.
      const offset = Math.min(fault.pos[0], source.length);
      const line = this.lineAt(offset);
      if (!saidOn.has(line)) this.report(offset, [], { code: "FLEET_YAML_SYNTAX", sentence: syntaxSentence(fault) });
      saidOn.add(line);
    }
    // After a syntax error the tree holds guesses, and messages about guesses mislead.
    if (this.problems.length > 0) return;
    const read = readNodes(this.document.contents, (node, path, finding) => this.report(startOf(node), path, finding));
    this.aliases = read.aliases;
    this.value = read.value;
  }

  /** A problem at the value of a path, or at its key. Where the path does not exist, its nearest parent stands for it. */
  problemAt(path: Path, finding: Finding, at: "key" | "value" = "value"): Problem {
    return this.problem(this.offsetOf(path, at), path, finding);
  }

  /** The keys of a map in the order of the file, which a plain object does not keep for keys such as `42`. */
  keysOf(path: Path): string[] {
    let node = this.document?.contents as Node | null | undefined;
    for (const step of path) {
      const parent = isAlias(node) ? this.aliases.get(node) : node;
      node = isMap(parent) ? (findPair(parent, String(step))?.value as Node | null | undefined) : undefined;
    }
    const map = isAlias(node) ? this.aliases.get(node) : node;
    return isMap(map) ? map.items.map((pair) => String((pair.key as { value: unknown }).value)) : [];
  }

  private report(offset: number, path: Path, finding: Finding): void {
    this.problems.push(this.problem(offset, path, finding));
  }

  private problem(offset: number, path: Path, finding: Finding): Problem {
    const line = this.lineAt(offset);
    const column = offset - this.lineStarts[line - 1]! + 1;
    return { file: this.file, line, column, path: formatPath(path), ...finding };
  }

  /** The line of an offset, counted from 1. */
  private lineAt(offset: number): number {
    let [low, high] = [0, this.lineStarts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.lineStarts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }

  private offsetOf(path: Path, at: "key" | "value"): number {
    let node = this.document?.contents as Node | null | undefined;
    let offset = node === null || node === undefined ? 0 : startOf(node);
    for (const [depth, step] of path.entries()) {
      const parent = isAlias(node) ? this.aliases.get(node) : node;
      if (isSeq(parent)) {
        node = parent.items[Number(step)] as Node | undefined;
        if (node === undefined) return offset;
        offset = startOf(node);
        continue;
      }
      const pair = isMap(parent) ? findPair(parent, String(step)) : undefined;
      if (pair === undefined) return offset;
      node = pair.value as Node | null;
      const atKey = (at === "key" && depth === path.length - 1) || node === null || isNothing(node);
      offset = startOf(atKey ? (pair.key as Node) : (node as Node));
      if (node === null) return offset;
    }
    return offset;
  }
}

/** The last of several pairs with one key: the one whose value was taken. */
function findPair(map: YAMLMap, key: string): Pair | undefined {
  return map.items.findLast((pair) => isPair(pair) && isScalar(pair.key) && String(pair.key.value) === key);
}

/** A value that is not there at all has a position behind its key; the key itself is what a reader looks for. */
function isNothing(node: Node): boolean {
  return isScalar(node) && node.value === null && (node.source ?? "") === "";
}

function startOf(node: Node): number {
  return (node as ParsedNode).range?.[0] ?? 0;
}

/** `tenants.acme.databases[0].name`; a step that holds a dot is quoted. */
export function formatPath(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      step = redact(step);
      const text = /^[\w-]+$/.test(step) ? step : JSON.stringify(step);
      return index === 0 ? text : `.${text}`;
    })
    .join("");
}

const tooDeep = "the lists and maps are nested too deeply to be read";

function syntaxSentence(fault: { code: string; message: string }): string {
  const known: Record<string, string> = {
    MULTIPLE_DOCS: "the file holds several YAML documents; keep one and remove the line ---",
    TAB_AS_INDENT: "a tab cannot indent YAML; use spaces",
    MISSING_CHAR: `something is missing here: ${lowerFirst(fault.message)}`,
    TAG_RESOLVE_FAILED: "a YAML tag (a word that begins with !) means nothing here; remove it",
  };
  if (/call stack/i.test(fault.message)) return tooDeep;
  return known[fault.code] ?? `this is not YAML: ${lowerFirst(fault.message)}`;
}

function lowerFirst(text: string): string {
  const line = text.split("\n")[0]!.trim().replace(/[.:]$/, "");
  return line.charAt(0).toLowerCase() + line.slice(1);
}
