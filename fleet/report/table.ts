import Table from "cli-table3";
import stringWidth from "string-width";

/** The library's time grows with the square of the rows, so it gets that many at once, all with the same widths. */
const rowsAtOnce = 200;

/** Columns without lines: readable on a terminal, and `awk` can split them. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows];
  const widths = head.map((_, column) =>
    lines.reduce((widest, line) => Math.max(widest, widthOf(line[column] ?? "")), 0),
  );
  const parts: string[] = [];
  for (let first = 0; first < lines.length; first += rowsAtOnce) {
    parts.push(printed(lines.slice(first, first + rowsAtOnce), widths));
  }
  return parts.join("\n").replace(/[ ]+$/gm, "");
}

function widthOf(cell: string): number {
  return Math.max(...cell.split("\n").map((line) => stringWidth(line)));
}

function printed(rows: readonly (readonly string[])[], colWidths: number[]): string {
  const part = new Table({
    colWidths,
    chars: {
      top: "",
      "top-mid": "",
      "top-left": "",
      "top-right": "",
      bottom: "",
      "bottom-mid": "",
      "bottom-left": "",
      "bottom-right": "",
      left: "",
      "left-mid": "",
      mid: "",
      "mid-mid": "",
      right: "",
      "right-mid": "",
      middle: "  ",
    },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  part.push(...rows.map((row) => [...row]));
  return part.toString();
}
