"use strict";
// Loads the SDK as the direct engine does, then uses what it loads late, and prints which of it was loaded when.

const { loadSdk } = require("../../../dist/fleet/engine/direct/sdk");

const names = ["typescript", "@npmcli/arborist"];
const loadedOf = () =>
  names.filter((name) => Object.keys(require.cache).some((file) => file.includes(`/node_modules/${name}/`)));

async function main() {
  const { misfit } = loadSdk();
  if (misfit) throw new Error(misfit);
  const pulumi = require("@pulumi/pulumi");
  const atFirst = loadedOf();
  const answer = 42;
  const { text } = await pulumi.runtime.serializeFunction(() => answer);
  await pulumi.runtime.computeCodePaths();
  const missing = loadMissing();
  console.log(JSON.stringify({ atFirst, atLast: loadedOf(), text, missing }));
}

/** What code of the SDK gets that requires a module which is not installed. */
function loadMissing() {
  const { withLateModules } = require("../../../dist/fleet/engine/direct/lateModules");
  const sdk = require("node:module").createRequire(require.resolve("@pulumi/pulumi/package.json"));
  const parent = require.cache[sdk.resolve("@pulumi/pulumi/runtime")];
  try {
    withLateModules(["not-installed"], () => parent.require("not-installed"));
    return "";
  } catch (error) {
    return error.code;
  }
}

void main();
