"use strict";
// Refreshes every stack of the fleet in the working folder through the engine that argv names: what no command of its own does.

const { createEngine } = require("../../../dist/fleet/engine/createEngine");
const { openFleet } = require("../../../dist/fleet/openFleet");

async function main() {
  const open = openFleet();
  const engine = await createEngine(open, { kind: process.argv[2], writes: true, concurrency: 1 });
  if (engine.name !== process.argv[2]) throw new Error(`got the engine ${engine.name}`);
  for (const spec of open.specs.values()) {
    await engine.run({ verb: "refresh", spec, fleet: open.fleet.fleet, mark: { hash: "", revision: "", version: "" } });
  }
  await engine.close();
}

void main();
