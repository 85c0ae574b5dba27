#!/usr/bin/env node
import { createRequire } from "node:module";
import { componentProviderHost } from "@pulumi/pulumi/provider/experimental";
import { makePluginFolder, pluginName } from "./pluginFolder";
import { TenantDatabase } from "./tenantDatabase";

/**
 * Serves {@link TenantDatabase} as a component package, for `pulumi package get-schema` and programs that are not in TypeScript: an
 * executable `pulumi-resource-neon-tenants` on the PATH starts Node with this file. It ends with the engine.
 */
async function servePlugin(): Promise<void> {
  const { version } = createRequire(__filename)("neon-tenants/package.json") as { version: string };
  const folder = makePluginFolder(version);
  process.once("exit", () => folder.remove());
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(0));
  await componentProviderHost({ name: pluginName, dirname: folder.path, components: [TenantDatabase] });
}

void servePlugin();
