"use strict";

// The whole matrices, which take hours: `npm run test:soak`, with SEED to repeat one.
module.exports = {
  ...require("./jest.config.js"),
  testMatch: ["<rootDir>/test/soak/**/*.soak.ts"],
  maxWorkers: 1,
  verbose: true,
};
