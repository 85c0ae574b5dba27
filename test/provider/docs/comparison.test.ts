import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

const tests = path.resolve(__dirname, "../..");
const text = readFileSync(path.resolve(tests, "../docs/comparison.md"), "utf8");
/** The cells of every line of every table, heads left out. */
const rows = text
  .split("\n")
  .filter((line) => line.startsWith("| ") && !/^\| (-|Feature |Complaint |Fact )/.test(line))
  .map((line) =>
    line
      .slice(2, -2)
      .split(" | ")
      .map((cell) => cell.trim()),
  );
const proofOf = (row: string[]): { file: string; title: string | undefined }[] =>
  [...(row.at(-1) ?? "").matchAll(/`([^`]+)`(?: "([^"]+)")?/g)].map(([, file = "", title]) => ({ file, title }));

test.each(rows.map((row) => [row[0], row] as const))("the proof of %p is there", (_what, row) => {
  const proofs = proofOf(row);
  expect(proofs.length > 0 || row.includes("not yet")).toBe(true);
  for (const { file, title } of proofs) {
    const at = path.join(tests, file);
    expect([file, existsSync(at)]).toEqual([file, true]);
    if (title !== undefined)
      expect([file, title, readFileSync(at, "utf8").includes(title)]).toEqual([file, title, true]);
  }
});

/** Peers' features that an operator must or should have, and that concern resources. */
const features = [
  "Project and branch resources",
  "Role, database, endpoint",
  "Project quota",
  "Endpoint settings",
  "IP list, public and VPC blocks",
  "Keys, permissions, JWKS, VPC",
  "Adopt an existing project",
  "Refresh; a vanished resource",
  "Drift report",
  "Repair of drift",
  "Refuses destructive replacement",
  "Deletion protection",
  "Rotation of role passwords",
  "Direct and pooled URI",
  "Restore, snapshots",
  "Development branches",
  "Awaits operations",
  "429 and 423",
];
/** Threads in which users of Neon's tools complained or asked for something that concerns resources. */
const threads = [
  ...[69, 83, 179, 149, 104, 140, 176, 112, 113, 48, 234, 120, 108, 154, 153, 221, 130, 202, 95, 118, 165, 137, 209],
  ...[223, 218, 157, 166, 110],
].map((number) => `#${number}`);
const others = [
  ...["neon#4915", "create-branch-action#31", "create-branch-action#27", "neon-pkgs#307", "neonctl#43", "neonctl#177"],
  ...[
    "neonctl#255",
    "neonctl#98",
    "neon#11141",
    "butterbase#123",
    "pulumi#13699",
    "alchemy-async#1224",
    "distilled#631",
  ],
  ...["mcp-server-neon#244", "neon#6291", "website#5682", "osmapp#1384"],
];

test.each([...features, ...threads, ...others])(
  "%s has a line with a proof that names a test by its title",
  (wanted) => {
    const found = rows.filter(([first = ""]) => new RegExp(`(^|[ ,])${escaped(wanted)}(\\b|$)`).test(first));
    expect(found.length).toBeGreaterThan(0);
    expect(found.some((row) => proofOf(row).some(({ title }) => title !== undefined))).toBe(true);
  },
);

const escaped = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
