import fs from "node:fs";
import { type Document, LineCounter, parseDocument } from "yaml";
import { LocalNeonError } from "../localNeonError";
import type { FaultRule } from "./faultRule";
import { describeProblem, type FaultProblem, invalidFaults, parseFaultRules } from "./parseFaultRules";
import { vocabularyOf } from "./vocabulary";

/** The faults of a YAML or JSON file; an error names every problem with its line. */
export function readFaultFile(file: string): FaultRule[] {
  const lines = new LineCounter();
  const document = parseDocument(readText(file), { lineCounter: lines });
  if (document.errors.length) {
    throw invalidFaults(
      document.errors.map(({ message, pos }) => `${file}:${lines.linePos(pos[0]).line}: ${firstLine(message)}`),
    );
  }
  const value: unknown = document.toJS();
  // A file without content is a list without faults.
  const parsed = parseFaultRules(value ?? [], vocabularyOf());
  if ("rules" in parsed) return parsed.rules;
  throw invalidFaults(
    parsed.problems.map((problem) => `${file}${lineOf(document, lines, problem)}: ${describeProblem(problem)}`),
  );
}

function readText(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    throw new LocalNeonError(
      "LOCAL_FAULTS_UNREADABLE",
      `The faults file ${file} cannot be read (${code}).`,
      "Name a YAML or JSON file with --faults.",
    );
  }
}

const firstLine = (text: string) => text.split("\n", 1)[0] ?? "";

/** The line of the field, or of the nearest thing around it that is in the file. */
function lineOf(document: Document, lines: LineCounter, { path }: FaultProblem): string {
  const paths = [path, path.slice(0, -1), path.slice(0, -2)];
  for (const candidate of paths) {
    const node = document.getIn(candidate, true) as { range?: [number, number, number] } | undefined;
    if (node?.range) return `:${lines.linePos(node.range[0]).line}`;
  }
  return "";
}
