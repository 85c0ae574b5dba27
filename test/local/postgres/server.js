"use strict";
// A server process for the tests that kill it: createComputes of the sources, compiled as they are loaded.
const fs = require("node:fs");
const Module = require("node:module");
const { transformSync } = require("@swc/core");

Module._extensions[".ts"] = (module, file) => {
  const options = {
    jsc: { target: "es2023", parser: { syntax: "typescript" } },
    module: { type: "commonjs" },
    filename: file,
  };
  module._compile(transformSync(fs.readFileSync(file, "utf8"), options).code, file);
};

const { createComputes } = require("../../../local/postgres/createComputes.ts");
const { watcherLauncher } = require("../../../local/postgres/launcher.ts");
const { postgresAccount } = require("../../../local/postgres/account.ts");

const [, , mode, stateFolder, address, replicaAddress] = process.argv;
const say = (line) => fs.writeSync(1, `${line}\n`);

async function serve() {
  const computes = await createComputes({ stateFolder, pgPort: 0 });
  const contents = { roles: [{ name: "owner", password: "secret" }], databases: [{ name: "app", ownerName: "owner" }] };
  computes.addBranch({ branchId: "br-killed", projectId: "p", pgVersion: 17 }, () => contents);
  await computes.addEndpoint({
    endpointId: "ep-killed",
    branchId: "br-killed",
    address,
    readOnly: false,
    disabled: false,
  });
  const replica = { endpointId: "ep-replica", branchId: "br-killed", readOnly: true, disabled: false };
  if (replicaAddress) await computes.addEndpoint({ ...replica, address: replicaAddress });
  say(computes.pgPort);
}

function watch() {
  const child = watcherLauncher(postgresAccount()).spawn("/bin/sleep", ["600"]);
  say(child.pid);
  process.stdin.resume();
}

if (mode === "watch") watch();
else void serve();
