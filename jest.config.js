"use strict";

// ESM-only packages that the CommonJS tests load; everything else in node_modules is taken as it is.
const esm = ["p-limit", "yocto-queue"];

/** @type {import("jest").Config} */
module.exports = {
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  transform: {
    "^.+\\.[jt]s$": [
      "@swc/jest",
      { jsc: { target: "es2023", parser: { syntax: "typescript" } }, module: { type: "commonjs" } },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esm.join("|")})/)`, "<rootDir>/dist/"],
  modulePathIgnorePatterns: ["<rootDir>/dist/", "/\\.neon-tenants/"],
  testTimeout: 120_000,
  maxWorkers: 2,
  verbose: false,
};
