import { createHash } from "node:crypto";
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { openFleet, specHash } from "../fleet";
import type { BenchFolder } from "./benchFolder";

/**
 * Makes the files that an apply would have left for `others`, from those that one left for `applied`: checkpoint, its attributes and
 * backup, stack file, and the lines of the ledger. Their projects exist nowhere, which nobody asks for as long as nothing changes.
 */
export function cloneTenant(bench: BenchFolder, applied: string, others: readonly string[]): void {
  const open = openFleet({ file: bench.fleetFile, cwd: bench.folder });
  const record = open.ledger.get(applied);
  if (!record?.hash || !record.fingerprint || !record.projectId) throw new Error(`${applied} was never applied`);
  const ledgerFile = path.join(open.home.folder, "ledger.jsonl");
  const ownLines = readFileSync(ledgerFile, "utf8");
  const files = [bench.stacksFolder, path.join(open.home.folder, "work", "direct")].flatMap((folder) =>
    filesOf(folder, applied),
  );
  const lines: string[] = [];
  for (const [index, tenant] of others.entries()) {
    const spec = open.specs.get(tenant);
    if (!spec) throw new Error(`${bench.fleetFile} does not list ${tenant}`);
    const replaced = (text: string): string =>
      text
        .replaceAll(applied, tenant)
        .replaceAll(record.hash ?? "", specHash(spec, open.programVersion))
        .replaceAll(record.projectId ?? "", otherProjectId(record.projectId ?? "", index));
    for (const { file, text } of files) writeFileSync(replaced(file), replaced(text), { mode: 0o600 });
    const checkpoint = readFileSync(path.join(bench.stacksFolder, `${tenant}.json`));
    const fingerprint = createHash("sha256").update(checkpoint).digest("hex");
    lines.push(replaced(ownLines).replaceAll(record.fingerprint, fingerprint));
  }
  appendFileSync(ledgerFile, lines.join(""));
}

function filesOf(folder: string, tenant: string): { file: string; text: string }[] {
  return readdirSync(folder)
    .filter((name) => name.includes(tenant))
    .map((name) => path.join(folder, name))
    .map((file) => ({ file, text: readFileSync(file, "utf8") }));
}

/** Of the same length: ids end in eight digits. */
function otherProjectId(projectId: string, index: number): string {
  return projectId.replace(/\d{8}$/, String(index).padStart(8, "0"));
}
