import Module from "node:module";
import path from "node:path";

/** What Node calls for every `require`; not in its public types. */
interface Loader {
  _load: (request: string, parent: { filename?: string | null } | undefined, isMain: boolean) => unknown;
}

const loader = Module as unknown as Loader;
const sdkFolder = `${path.sep}@pulumi${path.sep}pulumi${path.sep}`;

/**
 * Runs `load` with `names` kept back: where `@pulumi/pulumi` requires one of them while it loads, it gets a stand-in that loads the module
 * when something of it is first used. The SDK requires the TypeScript compiler and a package manager to serialize closures, which
 * no program of a fleet does; they cost a third of loading it. A module that is not installed fails at once, as it always does.
 */
export function withLateModules<T>(names: readonly string[], load: () => T): T {
  const original = loader._load;
  loader._load = function (request, parent, isMain) {
    const from = parent?.filename;
    if (!from?.includes(sdkFolder) || !names.includes(request)) return original.call(this, request, parent, isMain);
    Module.createRequire(from).resolve(request);
    let loaded: object | undefined;
    return standIn(() => (loaded ??= original.call(this, request, parent, isMain) as object));
  };
  try {
    return load();
  } finally {
    loader._load = original;
  }
}

function standIn(load: () => object): object {
  return new Proxy(
    {},
    {
      // To code that TypeScript compiled an ES module is what it is; anything else it would copy, and so load, at once.
      get: (_, key) => (key === "__esModule" ? true : (Reflect.get(load(), key) as unknown)),
      has: (_, key) => Reflect.has(load(), key),
    },
  );
}
