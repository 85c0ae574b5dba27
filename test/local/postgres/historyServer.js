"use strict";
// A server process for the tests that kill it in the middle of a restore: it dies by its own hand, at the n-th change of a folder's
// name or while it replays.
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

const [, , stateFolder, address, time, dieAt] = process.argv;

async function serve() {
  const computes = await createComputes({ stateFolder, pgPort: 0 });
  const contents = () => ({ roles: [], databases: [] });
  const spec = { branchId: "br-main", projectId: "p", pgVersion: 17 };
  computes.addBranch(spec, contents);
  await computes.addEndpoint({ endpointId: "ep-main", branchId: "br-main", address, readOnly: false, disabled: false });
  let renames = 0;
  const rename = fs.renameSync;
  fs.renameSync = (from, to) => {
    renames += 1;
    if (renames === Number(dieAt)) process.kill(process.pid, "SIGKILL");
    return rename(from, to);
  };
  const write = fs.writeFileSync;
  fs.writeFileSync = (file, ...rest) => {
    write(file, ...rest);
    // Postgres is started next, and replays.
    if (dieAt === "replay" && String(file).endsWith("standby.signal")) {
      setTimeout(() => process.kill(process.pid, "SIGKILL"), 30);
    }
  };
  await computes.restoreBranch("br-main", {
    restoreId: "restore",
    source: { branchId: "br-main", at: { time: new Date(time) } },
    preserveAs: { spec: { ...spec, branchId: "br-former" }, contents },
  });
  fs.writeSync(1, `done after ${renames}\n`);
  await computes.close();
}

void serve();
