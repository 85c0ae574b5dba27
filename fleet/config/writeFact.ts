import { readFileSync } from "node:fs";
import { isAlias, isMap, parseDocument, YAMLMap, type Document } from "yaml";
import { withFileLock } from "./fileLock";
import type { TenantFacts } from "./fleet";
import { FleetConfigError, FleetError } from "./fleetError";
import { inOrder } from "./inOrder";
import { parseLeniently } from "./parseLeniently";
import { replaceFile } from "./replaceFile";
import { stateSchema } from "./stateSchema";
import { readState, stateFileOf } from "./stateFile";
import { YamlSource } from "./yamlSource";

/** Facts to write; null removes one. */
export type FactChange = { [Name in keyof TenantFacts]: TenantFacts[Name] | null };

const heading =
  " What commands decided about tenants. Commands write this file; keep it in version control beside the fleet file.";

/**
 * Writes what a command decided about a tenant into the state file beside the fleet file, before the API is called. Facts that the change
 * does not name stay, and so do comments and tenants that the fleet file no longer lists. Safe against a crash and against other processes.
 */
export function writeFact(file: string, tenant: string, fact: FactChange): void {
  rewriteState(file, (document) => {
    for (const [name, value] of Object.entries(fact)) {
      if (value === undefined) continue;
      if (value === null) deleteIn(document, ["tenants", tenant, name]);
      else setIn(document, ["tenants", tenant, name], value);
    }
    const left = document.getIn(["tenants", tenant]);
    if (isMap(left) && left.items.length === 0) document.deleteIn(["tenants", tenant]);
  });
}

/**
 * Writes Pulumi's salt of the whole fleet (`encryptionsalt` of its first stack) into the state file beside the fleet file. A salt that is
 * there already is never replaced: states that it encrypted could not be opened any more.
 */
export function writeSecretsSalt(file: string, salt: string): void {
  rewriteState(file, (document) => {
    const present = document.getIn(["secrets", "salt"]);
    if (present !== undefined && present !== salt) {
      throw new FleetError("FLEET_SALT_TAKEN", `${stateFileOf(file)} holds another salt already`, {
        hint: "Another command wrote it meanwhile; run this one again.",
      });
    }
    setIn(document, ["secrets", "salt"], salt);
  });
}

function rewriteState(file: string, change: (document: Document) => void): void {
  const stateFile = stateFileOf(file);
  withFileLock(stateFile, () => {
    // A file with problems is left as it is: whoever wrote into it has to look first.
    refuse(stateFile, readState(stateFile).problems);
    const before = readText(stateFile);
    const document = parseDocument(before ?? "");
    if (before === undefined) document.commentBefore = heading;
    if (!isMap(document.contents)) document.contents = document.createNode({}) as never;
    change(document);
    const text = document.toString({ lineWidth: 0 });
    const source = new YamlSource(stateFile, text);
    refuse(stateFile, [...source.problems, ...parseLeniently(stateSchema, source).problems]);
    if (text !== before) replaceFile(stateFile, text);
  });
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function refuse(stateFile: string, problems: ConstructorParameters<typeof FleetConfigError>[0]): void {
  if (problems.length > 0) throw new FleetConfigError(inOrder(problems, [stateFile]));
}

/** Like `Document.setIn`, also where a map on the way is empty (`tenants:` with nothing behind it), missing, or an alias. */
function setIn(document: Document, path: string[], value: unknown): void {
  for (let depth = 1; depth < path.length; depth++) {
    ownMap(document, path.slice(0, depth));
    if (!isMap(document.getIn(path.slice(0, depth)))) document.setIn(path.slice(0, depth), new YAMLMap());
  }
  document.setIn(path, document.createNode(value));
}

function deleteIn(document: Document, path: string[]): void {
  for (let depth = 1; depth < path.length; depth++) ownMap(document, path.slice(0, depth));
  if (document.hasIn(path)) document.deleteIn(path);
}

/** An alias gets a copy of what it stands for, so that a change here is not one there. */
function ownMap(document: Document, path: string[]): void {
  const node = document.getIn(path, true);
  if (isAlias(node)) document.setIn(path, document.createNode(node.toJS(document)));
}
