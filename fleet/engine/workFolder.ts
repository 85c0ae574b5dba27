import { mkdirSync, readFileSync, readlinkSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { parseDocument, stringify } from "yaml";
import { packageFolder } from "../packageFolder";
import type { StackSecrets } from "../secrets/secretsOf";

const requireHere = createRequire(__filename);

/**
 * Makes a folder that engines run in: a project file, the program of three doors, and links to the packages (an inline program in a
 * folder without `node_modules` hangs the engine for ever). Everything in it can be made again.
 */
export function prepareWorkFolder(folder: string, project: string): void {
  mkdirSync(path.join(folder, "node_modules", "@pulumi"), { recursive: true, mode: 0o700 });
  // The engine looks for a repository upwards from here, and would run `git status` in the fleet's for every stack.
  mkdirSync(path.join(folder, ".git"), { recursive: true });
  link(packageFolder(), path.join(folder, "node_modules", "neon-tenants"));
  for (const name of ["pulumi", "random"]) {
    const target = path.dirname(requireHere.resolve(`@pulumi/${name}/package.json`));
    link(target, path.join(folder, "node_modules", "@pulumi", name));
  }
  const settings = { name: project, runtime: { name: "nodejs", options: { typescript: false } }, main: "program.js" };
  writeAtomically(path.join(folder, "Pulumi.yaml"), stringify(settings));
  writeAtomically(path.join(folder, "program.js"), 'module.exports = require("neon-tenants/fleet").tenantProgram;\n');
}

/**
 * Writes the fleet's secrets provider into `Pulumi.<stack>.yaml` and leaves every other line of it alone. Without it the engine would
 * make a salt of its own, and one run with a wrong passphrase would lock the right one out.
 */
export function writeStackFile(folder: string, stack: string, secrets: StackSecrets): void {
  const file = path.join(folder, `Pulumi.${stack}.yaml`);
  const before = readText(file);
  const document = parseDocument(before ?? "{}\n");
  for (const key of ["encryptionsalt", "secretsprovider", "encryptedkey"]) {
    const value = (secrets as Record<string, string | undefined>)[key];
    // A key that the KMS provider made for this stack is kept.
    if (value !== undefined) document.set(key, value);
    else if (key !== "encryptedkey" || "encryptionsalt" in secrets) document.delete(key);
  }
  if (document.contents && "flow" in document.contents) document.contents.flow = false;
  const after = document.toString({ lineWidth: 0 });
  if (after !== before) writeAtomically(file, after);
}

/** Temporary file and rename: a reader sees the old content or the new one. */
export function writeAtomically(file: string, content: string | Uint8Array): void {
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, content, { mode: 0o600 });
  renameSync(temporary, file);
}

function link(target: string, at: string): void {
  try {
    if (readlinkSync(at) === target) return;
    unlinkSync(at);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  try {
    symlinkSync(target, at, "junction");
  } catch (error) {
    // Another run made it in the same moment.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
