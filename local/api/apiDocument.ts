import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parse } from "yaml";

/** A JSON value of the OpenAPI document; read by key, never written. */
export interface Json {
  readonly [key: string]: unknown;
}

const packageFile = require.resolve("@neondatabase/api-client/package.json");
const documentFile = path.join(path.dirname(packageFile), "public-v2-for-users.gen.yaml");

let loaded: Json | undefined;

/**
 * Neon's own OpenAPI document, as the client's package ships it. Parsing the YAML takes 0.7 s, so it is kept as JSON in the
 * user's cache folder, named by its content; a cache that cannot be read or written only costs that time.
 */
export function neonDocument(cacheFolder = userCacheFolder()): Json {
  return (loaded ??= loadDocument(cacheFolder));
}

export function loadDocument(cacheFolder: string): Json {
  const yaml = fs.readFileSync(documentFile, "utf8");
  const digest = createHash("sha256").update(yaml).digest("hex").slice(0, 16);
  const cacheFile = path.join(cacheFolder, `neon-api-${digest}.json`);
  const cached = readCache(cacheFile);
  if (cached) return cached;
  const document = parse(yaml) as Json;
  writeCache(cacheFile, document);
  return document;
}

function readCache(file: string): Json | undefined {
  try {
    const document = JSON.parse(fs.readFileSync(file, "utf8")) as Json;
    return document["openapi"] && document["paths"] ? document : undefined;
  } catch {
    return undefined;
  }
}

function writeCache(file: string, document: Json): void {
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    const temporary = fs.mkdtempSync(`${file}.`);
    const written = path.join(temporary, "document.json");
    fs.writeFileSync(written, JSON.stringify(document), { mode: 0o600 });
    fs.renameSync(written, file);
    fs.rmdirSync(temporary);
  } catch {
    // The next start parses again.
  }
}

function userCacheFolder(): string {
  const fromEnvironment = process.env["XDG_CACHE_HOME"];
  if (fromEnvironment && path.isAbsolute(fromEnvironment)) return path.join(fromEnvironment, "neon-tenants");
  if (process.platform === "darwin") return path.join(os.homedir(), "Library", "Caches", "neon-tenants");
  return path.join(os.homedir(), ".cache", "neon-tenants");
}

/** Follows a `$ref` of the document, if there is one. */
export function resolveRef(document: Json, value: unknown): Json {
  let current = value as Json;
  while (typeof current["$ref"] === "string") {
    current = current["$ref"]
      .split("/")
      .slice(1)
      .reduce<unknown>((at, key) => (at as Json)[key.replace(/~1/g, "/").replace(/~0/g, "~")], document) as Json;
  }
  return current;
}
