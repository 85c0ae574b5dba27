"use strict";

// Sets a checkout up, as far as it is not: dependencies, a recent Node, the build, the Pulumi engine. Runs on Node 20 with
// nothing installed. `node tools/setup.js [script [arguments]]` then runs a script with the Node that was set up: a shell
// that has found `node` once does not look again, so it would use the old one for the rest of its line.

const { spawn, execFileSync } = require("node:child_process");
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { clearInterval, setInterval } = require("node:timers");

const root = path.resolve(__dirname, "..");
const modules = path.join(root, "node_modules");
const localBin = path.join(modules, ".bin");
const stampFile = path.join(modules, ".neon-tenants-setup.json");
const lockFile = path.join(root, ".neon-tenants", "setup.lock");

/** The oldest Node major version that this file runs with, and the oldest that the package runs with. */
const setupNode = 20;
const packageNode = 22;
/** The npm package `node` of this version brings a recent Node where the machine's own is too old. */
const packagedNode = "24.21.0";
const packagedNodeProgram = path.join(modules, "node", "bin", process.platform === "win32" ? "node.exe" : "node");

const heartbeatMs = 15_000;
const lockPollMs = 200;

/** A failure that needs no stack. */
class SetupError extends Error {}

const steps = [
  { title: "dependencies", problem: dependenciesProblem, run: installDependencies },
  { title: `Node ${packagedNode}`, problem: nodeProblem, run: installNode },
  { title: "build", problem: buildProblem, run: build },
];

async function main(argv) {
  if (Number(process.versions.node.split(".")[0]) < setupNode) {
    throw new SetupError(
      `Node ${setupNode} or later is needed, this is ${process.version}. Install it from https://nodejs.org.`,
    );
  }
  process.chdir(root);
  if (steps.some((step) => step.problem() !== undefined)) {
    await withLock(async () => {
      for (const step of steps) await runStep(step);
    });
  }
  await findEngine();
  return argv.length > 0 ? runScript(argv) : 0;
}

async function runStep({ title, problem, run }) {
  const reason = problem();
  if (reason === undefined) return;
  say(`${title}: ${reason}`);
  const startedMs = Date.now();
  await run();
  say(`${title}: done in ${Math.round((Date.now() - startedMs) / 1000)} s`);
}

// Dependencies ---------------------------------------------------------------------------------------------------------

/** Why npm must install; undefined where node_modules is what the lockfile says. More packages than that do no harm. */
function dependenciesProblem() {
  const wanted = readJson(path.join(root, "package-lock.json"))?.packages;
  if (wanted === undefined) throw new SetupError(`${root} has no readable package-lock.json: is this a whole clone?`);
  const installed = installedPackages();
  if (Object.keys(installed).length === 0) return "not installed yet";
  const needed = Object.keys(wanted).filter((place) => place !== "" && !wanted[place].link);
  for (const place of needed) {
    const present = installed[place];
    if (present === undefined && (wanted[place].optional || wanted[place].devOptional)) continue;
    if (present?.version !== wanted[place].version) return `${place} is not the one of package-lock.json`;
  }
  return missingPackage(needed.filter((place) => installed[place] !== undefined));
}

/** What npm noted as installed; npm writes this file last, so that it is missing where npm was killed. */
function installedPackages() {
  return readJson(path.join(modules, ".package-lock.json"))?.packages ?? {};
}

function missingPackage(places) {
  const missing = places.find((place) => !fs.existsSync(path.join(root, place, "package.json")));
  return missing === undefined ? undefined : `${missing} is missing`;
}

async function installDependencies() {
  // Not `npm ci`: it refuses a lockfile without the binaries for other systems, as npm writes it where the registry lacks one
  // of them. What is in the lockfile is installed in exactly that version, and the lockfile stays as it is.
  // Nothing that is used needs its install script. The other flags undo settings that leave needed packages out.
  const included = ["--include=dev", "--include=optional", "--include=peer"];
  await runNpm(["install", "--no-save", "--ignore-scripts", ...included], "dependencies");
  const problem = dependenciesProblem();
  if (problem !== undefined) throw new SetupError(`npm install has ended, but ${problem}.`);
}

async function runNpm(args, title) {
  const flags = ["--loglevel=error", "--no-audit", "--no-fund", "--no-progress", "--engine-strict=false"];
  const [command, ...first] = npmCommand();
  const result = await runProgram(command, [...first, ...args, ...flags], {
    title,
    // npm must not run on the Node that it is about to remove.
    env: { ...process.env, [pathKey()]: searchPath().join(path.delimiter) },
    shell: process.platform === "win32" && first.length === 0,
  });
  if (result.code === 0) return;
  throw new SetupError(`npm ${args[0]} failed:\n${result.output || `exit code ${result.code}`}`);
}

/** The npm that started this, if it did; else the one on PATH. */
function npmCommand() {
  const { npm_execpath: npm, npm_node_execpath: node } = process.env;
  const usable = npm && node && path.basename(npm) === "npm-cli.js" && fs.existsSync(npm) && fs.existsSync(node);
  return usable && !isInside(node, modules) ? [node, npm] : ["npm"];
}

// Node -----------------------------------------------------------------------------------------------------------------

/** True where the machine's own Node is too old; also when this already runs on the one in node_modules. */
function needsPackagedNode() {
  return Number(process.versions.node.split(".")[0]) < packageNode || isInside(process.execPath, modules);
}

/** Why the npm package `node` must be installed; undefined where it is there and runs, or is not needed. */
function nodeProblem() {
  if (!needsPackagedNode()) return undefined;
  try {
    const version = execFileSync(packagedNodeProgram, ["--version"], { encoding: "utf8", stdio: "pipe" }).trim();
    if (version === `v${packagedNode}` && fs.existsSync(path.join(localBin, "node"))) return undefined;
  } catch {
    // It is not there, or it does not run.
  }
  return `installing the npm package, as ${packageNode} or later is needed here`;
}

async function installNode() {
  await runNpm(["install", "--no-save", "--ignore-scripts=false", "--include=dev", `node@${packagedNode}`], "Node");
  if (nodeProblem() === undefined) return;
  throw new SetupError(
    `The npm package node@${packagedNode} does not run on this system. Install Node ${packageNode} or later from https://nodejs.org.`,
  );
}

/** The Node for everything but npm. */
function nodeProgram() {
  return needsPackagedNode() ? packagedNodeProgram : process.execPath;
}

// Build ----------------------------------------------------------------------------------------------------------------

/** Why the sources must be compiled; undefined where dist/ was made from them and not touched since. */
function buildProblem() {
  const { sources, outputs } = readStamp();
  if (sources === undefined) return "compiling";
  if (sources !== hashSources()) return "compiling, as sources changed";
  const touched = Object.keys(outputs ?? {}).find((file) => modifiedMs(file) !== outputs[file]);
  return touched === undefined ? undefined : `compiling, as ${touched} changed`;
}

async function build() {
  const sources = hashSources();
  const compiler = path.join(modules, "typescript", "bin", "tsc");
  const result = await runProgram(
    nodeProgram(),
    [compiler, "-p", "tsconfig.build.json", "--pretty", "false", "--listEmittedFiles"],
    { title: "build" },
  );
  const lines = result.output.split(/\r?\n/);
  if (result.code !== 0) {
    const errors = lines.filter((line) => line && !line.startsWith("TSFILE: ")).join("\n");
    throw new SetupError(`The build failed:\n${errors || `exit code ${result.code}`}`);
  }
  const emitted = lines.filter((line) => line.startsWith("TSFILE: ")).map((line) => path.resolve(root, line.slice(8)));
  removeStale(path.join(root, "dist"), new Set(emitted));
  const programs = Object.values(readJson(path.join(root, "package.json")).bin);
  for (const program of programs.filter((file) => fs.existsSync(file))) fs.chmodSync(program, 0o755);
  const outputs = Object.fromEntries(emitted.map((file) => [path.relative(root, file), modifiedMs(file)]));
  writeStamp({ sources, outputs });
}

/** Removes compiled files whose source is gone; other files may have been put there on purpose. */
function removeStale(folder, emitted) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) removeStale(file, emitted);
    else if (/\.(js|js\.map|d\.ts)$/.test(entry.name) && !emitted.has(file)) fs.rmSync(file);
  }
}

/** One hash over everything that the compiler reads, except node_modules, for which the lockfile stands. */
function hashSources() {
  const { include } = readJson(path.join(root, "tsconfig.build.json"));
  const settings = ["package.json", "package-lock.json", "tsconfig.json", "tsconfig.build.json"];
  return hashFiles([...settings, ...include.flatMap(sourceFiles).sort()]);
}

function sourceFiles(place) {
  if (!fs.existsSync(place)) return [];
  if (!fs.statSync(place).isDirectory()) return [place];
  return fs.readdirSync(place, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return /^(\.|node_modules$)/.test(entry.name) ? [] : sourceFiles(`${place}/${entry.name}`);
    return /\.(ts|json)$/.test(entry.name) ? [`${place}/${entry.name}`] : [];
  });
}

// Engine ---------------------------------------------------------------------------------------------------------------

async function findEngine() {
  const script = `
    const { findEngine } = require(process.argv[1]);
    findEngine({ log: (line) => console.log("set-up: " + line) }).then(
      ({ version, origin }) => console.log("set-up: ready: Node " + process.versions.node + ", pulumi " + version + " (" + origin + ")"),
      (error) => { console.error("set-up: " + (error.name === "NeonError" ? error.message : error.stack)); process.exit(1); },
    );
  `;
  const engine = path.join(root, "dist", "tools", "engine");
  const code = await runVisibly(nodeProgram(), ["-e", script, "--", engine]);
  if (code !== 0) process.exit(code);
}

function runScript(argv) {
  return runVisibly(nodeProgram(), argv);
}

// Running programs -----------------------------------------------------------------------------------------------------

/** PATH without the checkout's own programs. */
function searchPath() {
  return (process.env[pathKey()] ?? "").split(path.delimiter).filter((folder) => path.resolve(folder) !== localBin);
}

function pathKey() {
  return Object.keys(process.env).find((key) => key.toUpperCase() === "PATH") ?? "PATH";
}

/** Runs a program, keeps what it writes, and says now and then that it is still at work. */
function runProgram(command, args, { title, ...options }) {
  return new Promise((resolve, reject) => {
    const startedMs = Date.now();
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    const heartbeat = setInterval(() => {
      say(`${title}: still at work (${Math.round((Date.now() - startedMs) / 1000)} s)`);
    }, heartbeatMs);
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text) => (output += text));
    child.on("error", (error) => {
      clearInterval(heartbeat);
      reject(new SetupError(`${title}: ${command} cannot be started (${error.message}).`));
    });
    child.on("close", (code) => {
      clearInterval(heartbeat);
      resolve({ code: code ?? 1, output: output.trim() });
    });
  });
}

/** Runs a program on this terminal and gives its exit code. */
function runVisibly(command, args) {
  const env = { ...process.env, [pathKey()]: [localBin, ...searchPath()].join(path.delimiter) };
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: "inherit" });
    // The terminal sends Ctrl-C to both: the program decides how to end, and this one ends after it.
    process.on("SIGINT", () => undefined);
    process.on("SIGTERM", () => child.kill("SIGTERM"));
    child.on("error", (error) => reject(new SetupError(`${command} cannot be started (${error.message}).`)));
    child.on("exit", (code, signal) => resolve(code ?? 128 + os.constants.signals[signal]));
  });
}

// One set-up at a time -------------------------------------------------------------------------------------------------

/** Does `work` while no other set-up of this checkout is at work; takes over from one that was killed. */
async function withLock(work) {
  fs.mkdirSync(path.dirname(lockFile), { recursive: true });
  const owner = JSON.stringify({ pid: process.pid, host: os.hostname(), started: processStart(process.pid) });
  for (let told = false; !tryLock(owner);) {
    if (removeDeadLock()) continue;
    if (!told) say("waiting for another set-up of this checkout");
    told = true;
    await new Promise((resolve) => setTimeout(resolve, lockPollMs));
  }
  const release = () => {
    if (readText(lockFile) === owner) fs.rmSync(lockFile, { force: true });
  };
  process.on("exit", release);
  try {
    await work();
  } finally {
    release();
  }
}

function tryLock(owner) {
  try {
    fs.writeFileSync(lockFile, owner, { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    return false;
  }
}

/** True where the owner was found dead and its lock is gone. The guard keeps two finders from removing each other's lock. */
function removeDeadLock() {
  if (!isDeadLock()) return false;
  const guard = `${lockFile}.takeover`;
  try {
    fs.mkdirSync(guard);
  } catch {
    if (Date.now() - modifiedMs(guard) > 10_000) fs.rmSync(guard, { recursive: true, force: true });
    return false;
  }
  try {
    if (isDeadLock()) fs.rmSync(lockFile, { force: true });
  } finally {
    fs.rmSync(guard, { recursive: true, force: true });
  }
  return true;
}

function isDeadLock() {
  const owner = readJson(lockFile);
  // A lock that is being written is unreadable for a moment; one of another machine cannot be asked.
  if (!owner || owner.host !== os.hostname()) return Date.now() - modifiedMs(lockFile) > (owner ? 3_600_000 : 10_000);
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (error.code !== "EPERM") return true;
  }
  return processStart(owner.pid) !== owner.started;
}

/** Tells a process from a later one with the same id, and from one that has ended, where the system says when it began. */
function processStart(pid) {
  const text = readText(`/proc/${pid}/stat`) ?? "";
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" ? "ended" : (fields[19] ?? "");
}

// Files ----------------------------------------------------------------------------------------------------------------

function readStamp() {
  return readJson(stampFile) ?? {};
}

function writeStamp(stamp) {
  const part = `${stampFile}.${process.pid}`;
  fs.writeFileSync(part, JSON.stringify(stamp));
  fs.renameSync(part, stampFile);
}

function readText(file) {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function readJson(file) {
  try {
    return JSON.parse(readText(file));
  } catch {
    return undefined;
  }
}

function modifiedMs(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
}

function hashFiles(files) {
  const hash = createHash("sha256");
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readText(file) ?? "")
      .update("\0");
  return hash.digest("hex");
}

function isInside(file, folder) {
  const real = (place) => (fs.existsSync(place) ? fs.realpathSync(place) : path.resolve(place));
  return real(file).startsWith(real(folder) + path.sep);
}

function say(line) {
  console.log(`set-up: ${line}`);
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    console.error(`set-up: ${error instanceof SetupError ? error.message : error.stack}`);
    process.exit(1);
  },
);
