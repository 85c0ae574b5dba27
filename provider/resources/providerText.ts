import { lifecycles, type ResourceKind } from "../lifecycle";

/**
 * The `__provider` text of a resource. It is stored in the state of every customer and run from there by later releases, so it
 * never changes: it holds no code, only the name of an export that is a public contract.
 */
export function providerText(kind: ResourceKind): string {
  return `exports.handler=()=>require("node:module").createRequire(process.cwd()+"/package.json")("neon-tenants/provider").${kind}`;
}

/** The type token of a resource. Frozen: it is part of every URN. */
export function typeToken(name: string): string {
  return `pulumi-nodejs:dynamic/neon:${name}`;
}

/** The kind of resource whose `__provider` text this is; undefined for a text that was never ours. */
export function providerKindOf(text: string): ResourceKind | undefined {
  return (Object.keys(lifecycles) as ResourceKind[]).find((kind) => providerText(kind) === text);
}
