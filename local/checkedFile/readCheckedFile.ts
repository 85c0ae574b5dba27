import fs from "node:fs";
import { type Document, LineCounter, parseDocument } from "yaml";
import { LocalNeonError } from "../localNeonError";
import type { Checked, Problem } from "./problem";

/** What a kind of file is to the person who writes one. */
export interface FileKind<T> {
  /** As in "the faults file cannot be read". */
  noun: string;
  /** The flag that names such a file. */
  flag: string;
  /** Code of the error where the file cannot be read. */
  unreadable: string;
  /** Checks what the file holds; nothing where it is empty. */
  check(value: unknown): Checked<T>;
  /** One problem without its file and line. */
  describe(problem: Problem): string;
  /** The error for all problems, each with file and line. */
  invalid(lines: string[]): LocalNeonError;
}

/** What a YAML or JSON file holds; an error names every problem with its line. */
export function readCheckedFile<T>(file: string, kind: FileKind<T>): T {
  const lines = new LineCounter();
  const document = parseDocument(readText(file, kind), { lineCounter: lines });
  if (document.errors.length) {
    throw kind.invalid(
      document.errors.map(({ message, pos }) => `${file}:${lines.linePos(pos[0]).line}: ${firstLine(message)}`),
    );
  }
  const checked = kind.check(valueOf(document, (text) => kind.invalid([`${file}: ${text}`])));
  if ("value" in checked) return checked.value;
  throw kind.invalid(
    checked.problems.map((problem) => `${file}${lineOf(document, lines, problem)}: ${kind.describe(problem)}`),
  );
}

/** Nothing where the file is empty. An alias without its anchor is found only here. */
function valueOf(document: Document, invalid: (text: string) => LocalNeonError): unknown {
  try {
    return document.toJS() ?? undefined;
  } catch (error) {
    throw invalid(firstLine((error as Error).message));
  }
}

function readText<T>(file: string, { noun, flag, unreadable }: FileKind<T>): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    const sentence = `The ${noun} file ${file} cannot be read (${code}).`;
    throw new LocalNeonError(unreadable, sentence, `Name a YAML or JSON file with ${flag}.`);
  }
}

const firstLine = (text: string) => text.split("\n", 1)[0] ?? "";

/** The line of the field, or of the nearest thing around it that is in the file. */
function lineOf(document: Document, lines: LineCounter, { path }: Problem): string {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true) as { range?: [number, number, number] } | undefined;
    if (node?.range) return `:${lines.linePos(node.range[0]).line}`;
  }
  return "";
}
