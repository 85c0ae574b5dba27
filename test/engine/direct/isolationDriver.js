"use strict";
// A driver process of its own for the isolation test: jest's `process` never sees the real error events. Reads its task from the
// file named in argv, writes what happened beside it.

const { execFile } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { setInterval } = require("node:timers");
const { promisify } = require("node:util");
const pulumi = require("@pulumi/pulumi");
const { completeSpec } = require("../../../dist/fleet/config");
const { DirectEngine, programIn } = require("../../../dist/fleet/engine/direct/directEngine");
const { initStack } = require("../../../dist/fleet/engine/direct/initStack");
const { loadSdk } = require("../../../dist/fleet/engine/direct/sdk");
const { prepareWorkFolder, writeStackFile } = require("../../../dist/fleet/engine/workFolder");
const { createSalt } = require("../../../dist/fleet/secrets/passphrase");
const { Project } = require("../../../dist/provider");
const { findEngine } = require("../../../dist/tools/engine");

const sleep = promisify(setTimeout);
const never = () => new Promise(() => undefined);
const task = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const project = "shop";
const workFolder = path.join(task.folder, "work");
const backendUrl = `file://${path.join(task.folder, "backend")}`;

/** What a program does when its resource is declared and half its time is over. */
const behaviours = {
  well: () => undefined,
  throws: (canary) => {
    throw new Error(`thrown on purpose ${canary}`);
  },
  rejectsLate: (canary) => void sleep(50).then(() => Promise.reject(new Error(`rejected on purpose ${canary}`))),
  rejectsNothing: () => void sleep(50).then(() => Promise.reject(null)),
  throwsInTimer: (canary) =>
    void setTimeout(() => {
      throw new Error(`timer on purpose ${canary}`);
    }, 50),
  neverEnds: never,
  neverEndsAndTicks: () => {
    const ticking = setInterval(() => undefined, 10);
    ticking.unref();
    return never();
  },
};
/** Rejections that wait until their programs have ended. */
const lateCalls = new Map();

function programOf({ name, canary }, behaviour) {
  return async () => {
    const config = new pulumi.Config();
    const seen = { tenant: config.require("tenant"), stack: pulumi.getStack() };
    if (seen.tenant !== name || seen.stack !== name)
      throw new Error(`CONFIG MIXED: ${JSON.stringify(seen)} in ${name}`);
    const project = new Project(name, { name, regionId: "aws-eu-central-1", fleet: `fleet-of-${name}` });
    await sleep(150);
    if (behaviour === "rejectsAfterTheEnd") {
      // The timer belongs to this program; it fires when the test says so.
      lateCalls.set(
        name,
        bound(() => Promise.reject(new Error(`late on purpose ${canary.plain}`))),
      );
    } else {
      await behaviours[behaviour](canary.plain);
      await sleep(400);
    }
    return {
      plain: canary.plain,
      token: config.requireSecret("token"),
      uri: pulumi.secret(project.directUri),
      id: project.projectId,
    };
  };
}

const bound = (work) => require("node:async_hooks").AsyncLocalStorage.bind(work);

async function prepare(engineEnv) {
  prepareWorkFolder(workFolder, project);
  const secrets = { encryptionsalt: await createSalt(task.passphrase) };
  const pulumiProgram = programIn(engineEnv.binFolder);
  const passphrase = { PULUMI_CONFIG_PASSPHRASE: task.passphrase };
  const env = { ...process.env, ...engineEnv.env, ...passphrase, PULUMI_BACKEND_URL: backendUrl };
  for (const { name, canary, config } of task.tenants) {
    initStack(backendUrl, project, name);
    writeStackFile(workFolder, name, secrets);
    const set = ["config", "set-all", "--stack", name, "--non-interactive", "--plaintext", `tenant=${name}`];
    const secret = Object.entries({ token: canary.secret, ...config });
    const args = [...set, ...secret.flatMap(([key, value]) => ["--secret", `${key}=${value}`])];
    await promisify(execFile)(pulumiProgram, args, { cwd: workFolder, env });
  }
  return secrets;
}

const listeners = () =>
  Object.fromEntries(
    ["uncaughtException", "unhandledRejection", "SIGINT", "SIGTERM"].map((event) => [
      event,
      process.listenerCount(event),
    ]),
  );
const handles = () =>
  process
    .getActiveResourcesInfo()
    .filter((kind) => /TCP|Process/.test(kind))
    .sort();

/** What holds the loop, once it has closed what was told to close. */
async function settledHandles() {
  for (let turn = 0; turn < 200 && handles().length > 0; turn++) await sleep(25);
  return handles();
}

/** The ports on which this process listens: another program may have been given one that is free again. */
function listenedPorts() {
  const own = fs.readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      return /socket:\[(\d+)\]/.exec(fs.readlinkSync(`/proc/self/fd/${fd}`))?.[1] ?? [];
    } catch {
      return [];
    }
  });
  const sockets = fs.readFileSync("/proc/self/net/tcp", "utf8").trim().split("\n").slice(1);
  return sockets.flatMap((line) => {
    const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
    return state === "0A" && own.includes(inode) ? [Number.parseInt(local.split(":")[1] ?? "", 16)] : [];
  });
}

async function main() {
  const found = await findEngine();
  const secrets = await prepare(found);
  const sdk = loadSdk();
  const before = listeners();
  const ports = watchPorts(sdk);
  const behaviourOf = new Map();
  const common = {
    sdk,
    project,
    workFolder,
    backendUrl,
    secrets,
    program: programIn(found.binFolder),
    env: { ...found.env, PULUMI_CONFIG_PASSPHRASE: task.passphrase },
    apiEnvOf: ({ tenant }) => task.tenants.find(({ name }) => name === tenant).env,
    programFor: ({ spec }) =>
      programOf(
        task.tenants.find(({ name }) => name === spec.tenant),
        behaviourOf.get(spec.tenant),
      ),
  };
  const engine = new DirectEngine(common);
  const impatient = new DirectEngine({ ...common, limitMs: task.limitMs, graceMs: task.graceMs });
  const lines = {};
  const run = async (name, verb, behaviour) => {
    behaviourOf.set(name, behaviour);
    const seen = (lines[name] ??= []);
    const chosen = behaviour.startsWith("neverEnds") ? impatient : engine;
    try {
      const { changes } = await chosen.run({
        verb,
        spec: completeSpec({ tenant: name }),
        onLine: (line) => seen.push(line),
        clearPendingCreates: true,
      });
      return { ok: true, changes };
    } catch (error) {
      return { ok: false, code: error.code, message: error.message, output: error.output, name: error.name };
    }
  };
  const rounds = [];
  for (const round of task.rounds) {
    const results = await Promise.all(
      task.tenants.map(async ({ name }) => [name, await run(name, "up", round[name] ?? "well")]),
    );
    rounds.push(Object.fromEntries(results));
    // What a stopped engine left: its lock and what was pending.
    for (const [name, { code }] of results) {
      if (code !== "FLEET_ENGINE_TIMEOUT") continue;
      await engine.cancel(name).catch(() => undefined);
      await run(name, "refresh", "well");
    }
  }
  const guarded = listeners();
  for (const late of lateCalls.values()) void late();
  await sleep(50);
  let runs = 0;
  for (; runs < task.previews; runs += 4) {
    await Promise.all(task.tenants.slice(0, 4).map(({ name }) => run(name, "preview", "well")));
  }
  const still = listeners();
  await engine.close();
  await impatient.close();
  const after = listeners();
  const held = await settledHandles();
  const open = fs.existsSync("/proc/self/net/tcp") ? ports.filter((port) => listenedPorts().includes(port)).length : 0;
  const report = { before, after, held, guarded, still, rounds, lines, runs, served: ports.length, open };
  fs.writeFileSync(task.report, JSON.stringify(report));
}

/** The ports of all servers that the engine's runs bind. */
function watchPorts(sdk) {
  const ports = [];
  const { bindAsync } = sdk.grpc.Server.prototype;
  sdk.grpc.Server.prototype.bindAsync = function (address, credentials, callback) {
    return bindAsync.call(this, address, credentials, (error, port) => {
      ports.push(port);
      callback(error, port);
    });
  };
  return ports;
}

void main();
