"use strict";
// Runs the program in the working folder (index.js exports a function) through the direct engine, for the stack that argv names.

const fs = require("node:fs");
const path = require("node:path");
const { completeSpec } = require("../../../dist/fleet/config");
const { apiEnvironments, checkSecrets } = require("../../../dist/fleet/engine/engineSettings");
const { DirectEngine, programIn } = require("../../../dist/fleet/engine/direct/directEngine");
const { loadSdk } = require("../../../dist/fleet/engine/direct/sdk");
const { openFleet } = require("../../../dist/fleet/openFleet");
const { findEngine } = require("../../../dist/tools/engine");

async function main() {
  const open = openFleet();
  const found = await findEngine();
  const engine = new DirectEngine({
    sdk: loadSdk(),
    project: open.fleet.name,
    workFolder: path.join(open.home.folder, "work", "direct"),
    backendUrl: open.home.backendUrl,
    secrets: await checkSecrets(open, true),
    program: programIn(found.binFolder),
    env: { ...found.env, PULUMI_CONFIG_PASSPHRASE: process.env.PULUMI_CONFIG_PASSPHRASE },
    apiEnvOf: () => apiEnvironments(open).get(""),
    programFor: () => require(fs.realpathSync("index.js")),
  });
  await engine.run({ verb: "up", spec: completeSpec({ tenant: process.argv[2] }) });
  await engine.close();
}

void main();
