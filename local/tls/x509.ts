type X509 = typeof import("@peculiar/x509");

/** Of the metadata API that the library's dependency injection looks for when it is loaded, and never uses afterwards. */
const METADATA = ["defineMetadata", "getMetadata", "getOwnMetadata"] as const;

let loaded: X509 | undefined;

/**
 * The certificate library. It refuses to load without a `reflect-metadata` polyfill; the three names are lent to it for that moment
 * only, because a real polyfill that the user's program loads later would take them for its own.
 */
export function x509(): X509 {
  return (loaded ??= load());
}

function load(): X509 {
  const lent = METADATA.filter((name) => !(name in Reflect));
  for (const name of lent) Object.defineProperty(Reflect, name, { value: () => undefined, configurable: true });
  try {
    // Not `import()`, which Jest refuses in programs that it did not compile.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    return require("@peculiar/x509") as X509;
  } finally {
    for (const name of lent) Reflect.deleteProperty(Reflect, name);
  }
}
