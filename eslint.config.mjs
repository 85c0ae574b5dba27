import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const rooms = ["provider", "components", "fleet", "local", "tools", "examples", "bench", "test"];

/** A room may import the rooms named here and itself; lint refuses every other one, so that imports only point one way. */
const layers = {
  provider: [],
  components: ["provider"],
  fleet: ["components", "provider", "tools"],
  "fleet/cli": ["components", "provider", "local", "tools"],
  local: [],
  tools: ["fleet", "local"],
  "tools/engine": [],
};

const layerRule = ([room, allowed]) => {
  const own = room.split("/")[0];
  const banned = rooms.filter((other) => other !== own && !allowed.includes(other));
  const patterns = [
    {
      group: banned.map((other) => `**/../${other}/**`),
      message: `${room}/ may import only: ${allowed.join(", ") || "itself"}.`,
    },
    { group: ["neon-tenants", "neon-tenants/*"], message: "Inside the package, import by relative path." },
  ];
  if (room === "tools/engine") patterns.push({ group: ["../*"], message: "tools/engine/ stands alone." });
  return {
    files: [`${room}/**/*.ts`],
    rules: { "no-restricted-imports": ["error", { patterns }] },
  };
};

export default defineConfig([
  globalIgnores(["dist/", "node_modules/", "**/.neon-tenants/", "coverage/"]),
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/require-await": "off",
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
      "no-restricted-syntax": [
        "error",
        { selector: "ExportDefaultDeclaration", message: "No default exports: a name is the same everywhere." },
      ],
    },
  },
  {
    files: ["**/*.js"],
    languageOptions: {
      sourceType: "commonjs",
      globals: {
        require: "readonly",
        module: "writable",
        exports: "writable",
        process: "readonly",
        console: "readonly",
        __dirname: "readonly",
        __filename: "readonly",
        setTimeout: "readonly",
        clearTimeout: "readonly",
      },
    },
  },
  ...Object.entries(layers).map(layerRule),
]);
