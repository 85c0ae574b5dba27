import fs from "node:fs";
import path from "node:path";
import { completeAccessRules } from "../../../local/api/rules/accessRules";
import { completeBranchRules } from "../../../local/api/rules/branchRules";
import { completeComputeRules } from "../../../local/api/rules/computeRules";
import { completeQuotaRules } from "../../../local/usage/quotaRules";
import { operationCounts, operationRows, unknownNotes } from "./operationTable";

const file = path.resolve(__dirname, "../../../docs/local.md");
const [start, end] = ["<!-- operations: written by test/local/docs -->", "<!-- end of operations -->"];
const parts = () => {
  const text = fs.readFileSync(file, "utf8");
  const [before = "", rest = ""] = text.split(start);
  const [table = "", after = ""] = rest.split(end);
  return { text, before, table, after };
};

/** `LOCAL_DOCS=write npx jest test/local/docs` brings the table up to date. */
beforeAll(() => {
  if (process.env["LOCAL_DOCS"] !== "write") return;
  const { before, after } = parts();
  const rows = [["group", "operation", "answer", "what is simpler"], ["---", "---", "---", "---"], ...operationRows()];
  const table = rows.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  fs.writeFileSync(file, `${before}${start}\n\n${table}\n\n${end}${after}`);
});

it("docs/local.md lists every operation of Neon's document as the handlers have it", () => {
  const { text, table } = parts();
  const rows = table.trim().split("\n").slice(2);
  const cells = rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  expect(cells).toEqual(operationRows());
  expect(unknownNotes()).toEqual([]);
  const { all, built } = operationCounts();
  expect(text).toContain(`${built} of the ${all} operations`);
});

it("docs/local.md names every switch with its default", () => {
  const { text } = parts();
  const rules = {
    branchRules: { ...completeBranchRules(), snapshotsLimit: undefined, maxSnapshotRetentionSeconds: undefined },
    computeRules: completeComputeRules(),
    accessRules: completeAccessRules(),
    quotaRules: completeQuotaRules(),
  };
  for (const [group, switches] of Object.entries(rules)) {
    for (const [name, value] of Object.entries(switches)) {
      const row = text.split("\n").find((line) => line.startsWith(`| \`${group}.${name}\``));
      expect(`${group}.${name}: ${row}`).not.toContain("undefined");
      if (value === undefined) continue;
      const shown = Array.isArray(value) ? value.join(", ") : String(value);
      const [, , given = ""] = (row ?? "").split(/(?<!\\)\|/);
      expect(`${name}: ${given.replaceAll("`", "").trim()}`).toBe(`${name}: ${shown}`);
    }
  }
});
