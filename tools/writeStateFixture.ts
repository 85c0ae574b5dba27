import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { findEngine } from "./engine";
import { startLocalNeon } from "../local";

const passphrase = "local";

/**
 * Writes a fixture of state: what an earlier version leaves when it applies a fleet file to a local Neon.
 *
 *     node dist/tools/writeStateFixture.js <checkout of that version, built> <folder of the fixture>
 *
 * The folder holds `tenants.yaml` already, in the words of that version. Beside it come the state of every stack, what the version
 * wrote of its own (`tenants.state.yaml`), and `neon.json`: the metadata of the local Neon, without the data of its databases.
 */
async function writeStateFixture(checkout: string, fixture: string): Promise<void> {
  const work = mkdtempSync(path.join(tmpdir(), "state-fixture-"));
  try {
    const stateFolder = path.join(work, "neon");
    mkdirSync(stateFolder);
    const neon = await startLocalNeon({ stateFolder, pgPort: 0 });
    try {
      await applyWith(checkout, fixture, { folder: work, apiHost: neon.apiHost, apiKey: neon.apiKey });
    } finally {
      await neon.close();
    }
    writeFileSync(path.join(fixture, "neon.json"), documentsOf(path.join(stateFolder, "neon.sqlite")));
    copyStates(work, fixture);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function applyWith(
  checkout: string,
  fixture: string,
  { folder, apiHost, apiKey }: { folder: string; apiHost: string; apiKey: string },
): Promise<void> {
  const modules = path.join(folder, "node_modules");
  mkdirSync(path.join(modules, "@pulumi"), { recursive: true });
  symlinkSync(checkout, path.join(modules, "neon-tenants"));
  for (const name of ["pulumi", "random"]) {
    symlinkSync(path.join(checkout, "node_modules", "@pulumi", name), path.join(modules, "@pulumi", name));
  }
  cpSync(path.join(fixture, "tenants.yaml"), path.join(folder, "tenants.yaml"));
  const settings = "name: example-fleet\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n";
  writeFileSync(path.join(folder, "Pulumi.yaml"), settings);
  writeFileSync(path.join(folder, "index.js"), 'module.exports = require("neon-tenants/fleet").tenantProgram;\n');
  const env = {
    ...process.env,
    ...(await findEngine()).env,
    NEON_API_KEY: apiKey,
    NEON_API_HOST: apiHost,
    NEON_ORG_ID: undefined,
    NEON_TENANTS_REVISION: path.basename(fixture),
    PULUMI_CONFIG_PASSPHRASE: passphrase,
    PULUMI_BACKEND_URL: `file://${path.join(folder, "backend")}`,
  };
  const cli = path.join(checkout, "dist", "fleet", "cli", "main.js");
  // Twice: the second one proves that the version itself is done with it.
  for (const _run of ["make", "unchanged"]) {
    const { stdout } = await promisify(execFile)(process.execPath, [cli, "apply"], { cwd: folder, env });
    process.stdout.write(stdout);
  }
}

function copyStates(work: string, fixture: string): void {
  const stacks = path.join(work, "backend", ".pulumi", "stacks", "example-fleet");
  for (const name of readdirSync(stacks).filter((file) => file.endsWith(".json"))) {
    const state: unknown = JSON.parse(readFileSync(path.join(stacks, name), "utf8"));
    writeFileSync(path.join(fixture, name), `${JSON.stringify(withoutPlaces(state))}\n`);
  }
  const facts = path.join(work, "tenants.state.yaml");
  if (existsSync(facts)) cpSync(facts, path.join(fixture, "tenants.state.yaml"));
}

/** Where in a program something was made is a path on the machine of whoever made it. */
function withoutPlaces(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => key !== "sourcePosition" && key !== "stackTrace");
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutPlaces(inner)]));
}

/** One line per document, so that a difference between two fixtures can be read. */
function documentsOf(file: string): string {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const rows = db.prepare("SELECT kind, id, parent, name, doc FROM doc ORDER BY seq").all();
    const lines = rows.map(({ doc, ...row }) => JSON.stringify({ ...row, doc: JSON.parse(String(doc)) as unknown }));
    return `[\n${lines.join(",\n")}\n]\n`;
  } finally {
    db.close();
  }
}

const [checkout, fixture] = process.argv.slice(2);
if (checkout === undefined || fixture === undefined) {
  process.stderr.write("usage: node dist/tools/writeStateFixture.js <built checkout> <folder of the fixture>\n");
  process.exitCode = 2;
} else {
  writeStateFixture(path.resolve(checkout), path.resolve(fixture)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 1;
  });
}
