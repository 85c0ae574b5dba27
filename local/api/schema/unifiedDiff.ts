/** Lines that stay the same around each change. */
const contextLines = 3;

/** One line of the difference: kept, removed from the old text, or added by the new one. */
interface Edit {
  kind: " " | "-" | "+";
  line: string;
}

/** The unified diff of two texts, as `diff -u` writes it; empty where they are the same. */
export function unifiedDiff(before: string, after: string, beforeName: string, afterName: string): string {
  const edits = editsOf(linesOf(before), linesOf(after));
  const hunks = hunksOf(edits);
  if (hunks.length === 0) return "";
  return [`--- ${beforeName}`, `+++ ${afterName}`, ...hunks.flatMap((hunk) => hunkText(edits, hunk)), ""].join("\n");
}

/** A last line without an end is taken as one with it: dumps always end their lines. */
function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** The shortest way from one text to the other (Myers, "An O(ND) Difference Algorithm", 1986). */
function editsOf(before: string[], after: string[]): Edit[] {
  const start = commonLength(before, after, (lines, index) => lines[index]);
  const restOf = (lines: string[]) => lines.slice(start);
  const [oldRest, newRest] = [restOf(before), restOf(after)];
  const end = commonLength(oldRest, newRest, (lines, index) => lines[lines.length - 1 - index]);
  const middle = shortestEdits(oldRest.slice(0, oldRest.length - end), newRest.slice(0, newRest.length - end));
  const kept = (lines: string[]) => lines.map((line): Edit => ({ kind: " ", line }));
  return [...kept(before.slice(0, start)), ...middle, ...kept(before.slice(before.length - end))];
}

function commonLength(a: string[], b: string[], at: (lines: string[], index: number) => string | undefined): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && at(a, length) === at(b, length)) length += 1;
  return length;
}

/** For each number of edits, how far into the old text each diagonal (old position minus new position) got. */
type Reach = Map<number, number>;

function shortestEdits(before: string[], after: string[]): Edit[] {
  const trace: Reach[] = [];
  const reach: Reach = new Map([[1, 0]]);
  for (let count = 0; ; count += 1) {
    trace.push(new Map(reach));
    for (let diagonal = -count; diagonal <= count; diagonal += 2) {
      let x = firstStep(reach, diagonal, count);
      while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x += 1;
      reach.set(diagonal, x);
      if (x >= before.length && x - diagonal >= after.length) return backtrack(trace, before, after);
    }
  }
}

const isDown = (reach: Reach, diagonal: number, count: number) =>
  diagonal === -count || (diagonal !== count && at(reach, diagonal - 1) < at(reach, diagonal + 1));

const firstStep = (reach: Reach, diagonal: number, count: number) =>
  isDown(reach, diagonal, count) ? at(reach, diagonal + 1) : at(reach, diagonal - 1) + 1;

const at = (reach: Reach, diagonal: number) => reach.get(diagonal) ?? -1;

function backtrack(trace: Reach[], before: string[], after: string[]): Edit[] {
  const edits: Edit[] = [];
  let [x, y] = [before.length, after.length];
  for (let count = trace.length - 1; count >= 0; count -= 1) {
    const reach = trace[count] as Reach;
    const diagonal = x - y;
    const down = isDown(reach, diagonal, count);
    const fromX = count === 0 ? 0 : at(reach, down ? diagonal + 1 : diagonal - 1);
    const fromY = count === 0 ? 0 : fromX - (down ? diagonal + 1 : diagonal - 1);
    while (x > fromX && y > fromY) {
      x -= 1;
      y -= 1;
      edits.push({ kind: " ", line: before[x] as string });
    }
    if (count === 0) break;
    edits.push(down ? { kind: "+", line: after[fromY] as string } : { kind: "-", line: before[fromX] as string });
    [x, y] = [fromX, fromY];
  }
  return edits.reverse();
}

/** A range of edits; its end is exclusive. */
interface Hunk {
  from: number;
  to: number;
}

/** Changes whose surroundings meet are one hunk. */
function hunksOf(edits: Edit[]): Hunk[] {
  const hunks: Hunk[] = [];
  edits.forEach(({ kind }, index) => {
    if (kind === " ") return;
    const last = hunks.at(-1);
    const from = Math.max(0, index - contextLines);
    const to = Math.min(edits.length, index + 1 + contextLines);
    if (last && from <= last.to) last.to = to;
    else hunks.push({ from, to });
  });
  return hunks;
}

function hunkText(edits: Edit[], { from, to }: Hunk): string[] {
  const hunk = edits.slice(from, to);
  const ahead = edits.slice(0, from);
  const range = (without: Edit["kind"]) => {
    const length = hunk.filter(({ kind }) => kind !== without).length;
    const first = ahead.filter(({ kind }) => kind !== without).length + (length > 0 ? 1 : 0);
    return length === 1 ? String(first) : `${first},${length}`;
  };
  return [`@@ -${range("+")} +${range("-")} @@`, ...hunk.map(({ kind, line }) => kind + line)];
}
