import fs from "node:fs";
import os from "node:os";
import path from "node:path";

/** Name of the package to other languages; the first part of the component's type token. */
export const pluginName = "neon-tenants";

/** A folder for Pulumi's component host, and the end of it. */
export interface PluginFolder {
  readonly path: string;
  remove(): void;
}

/**
 * What Pulumi's component host reads the schema from: it wants a package with TypeScript sources and a `tsconfig.json`, which an installed
 * package does not have. One line that exports the component from the declarations beside this file is enough for it.
 */
export function makePluginFolder(version: string): PluginFolder {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "neon-tenants-plugin-"));
  const component = JSON.stringify(path.join(__dirname, "tenantDatabase"));
  const options = { module: "node20", moduleResolution: "node16", strict: true, skipLibCheck: true, types: [] };
  const files: Record<string, string> = {
    "index.ts": `export { TenantDatabase } from ${component};\n`,
    "tsconfig.json": JSON.stringify({ compilerOptions: { ...options, noEmit: true }, files: ["index.ts"] }),
    "package.json": JSON.stringify({ name: pluginName, version, type: "commonjs" }),
  };
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
  return { path: folder, remove: () => fs.rmSync(folder, { recursive: true, force: true }) };
}
