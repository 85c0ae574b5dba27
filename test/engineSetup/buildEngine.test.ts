import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { findEngine, pulumiVersion, type FindEngineOptions } from "../../tools/engine";
import { engineFolder } from "../../tools/engine/engineFolder";
import {
  builtPackages,
  compileEngine,
  isAlive,
  makeSandbox,
  removeSandbox,
  shortLimits,
  writeGo,
  type Sandbox,
} from "./fakePrograms";

const everyPackage = ["pulumi-language-nodejs", "pulumi", "."];

let sandbox: Sandbox;
let children: ChildProcess[];

beforeEach(async () => {
  sandbox = await makeSandbox();
  children = [];
});

afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await removeSandbox(sandbox);
});

function find(options: FindEngineOptions = {}) {
  return findEngine({ cacheFolder: sandbox.cache, env: sandbox.env, limits: shortLimits, download: false, ...options });
}

/** `findEngine` in a process of its own, which prints the source. */
async function findInProcess(
  env: NodeJS.ProcessEnv = sandbox.env,
): Promise<{ child: ChildProcess; source: Promise<string> }> {
  const engine = await compileEngine(sandbox.root);
  const script = `require(process.argv[1]).findEngine({ cacheFolder: process.argv[2], download: false })
    .then((engine) => console.log(engine.source), (error) => console.log(error.message))`;
  const child = spawn(process.execPath, ["-e", script, "--", engine, sandbox.cache], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const source = new Promise<string>((resolve) => {
    let text = "";
    child.stdout?.on("data", (data: Buffer) => (text += data.toString()));
    child.on("close", () => resolve(text.trim()));
  });
  return { child, source };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20);
}

test("builds the engine, its host and the plugin, and keeps them", async () => {
  await writeGo(sandbox);
  const found = await find();
  expect(found).toMatchObject({ source: "build", version: pulumiVersion });
  expect(await builtPackages(sandbox)).toEqual(everyPackage);
  expect((await readdir(found.binFolder)).sort()).toEqual([
    "pulumi",
    "pulumi-language-nodejs",
    "pulumi-resource-pulumi-nodejs",
  ]);
  expect((await find()).source).toBe("cache");
  expect(await builtPackages(sandbox)).toHaveLength(everyPackage.length);
});

test("clears settings of the user that would change the build", async () => {
  await writeGo(sandbox, '[ "$GOFLAGS$GOOS$GOARCH" = "" ] && [ "$CGO_ENABLED$GOWORK" = 0off ] || exit 1');
  const env = { ...sandbox.env, GOFLAGS: "-mod=vendor", GOOS: "plan9", GOARCH: "mips", CGO_ENABLED: "1", GOWORK: "/x" };
  expect((await find({ env })).source).toBe("build");
});

test("does not take a program that names itself otherwise", async () => {
  await writeGo(sandbox, `echo 'echo v3.1.0; exit' >> "$out"`);
  await expect(find()).rejects.toThrow(/pulumi-language-nodejs was built but does not start/);
  expect(await readdir(engineFolder(sandbox.cache).bin)).toEqual([]);
});

test("says that Go is missing", async () => {
  // The system's own folders may hold a Go.
  await expect(find({ env: { ...sandbox.env, PATH: sandbox.bin } })).rejects.toThrow("Go is not installed");
});

test("says that Go is too old", async () => {
  await writeGo(sandbox, "true", "1.21.13");
  await expect(find()).rejects.toThrow("Go is 1.21.13, not 1.26 or later");
});

test("stops a build that makes no progress, with all its processes", async () => {
  await writeGo(sandbox, `sleep 600 & echo $! > "$BUILDS.pid"; wait`);
  await expect(find({ limits: { buildStallMs: 500 } })).rejects.toThrow("no progress");
  const pid = Number(await readFile(`${sandbox.builds}.pid`, "utf8"));
  await until(() => !isAlive(pid));
});

test("tells the output of a build that fails", async () => {
  await writeGo(sandbox, `echo "go: module not found" >&2; exit 1`);
  await expect(find()).rejects.toThrow("go: module not found");
});

test("two set-ups at once in one process build once", async () => {
  await writeGo(sandbox, "sleep 0.2");
  const found = await Promise.all([find(), find()]);
  expect(found.map(({ source }) => source).sort()).toEqual(["build", "cache"]);
  expect(await builtPackages(sandbox)).toEqual(everyPackage);
});

test("two set-ups at once in two processes build once", async () => {
  await writeGo(sandbox, "sleep 0.2");
  const [one, two] = [await findInProcess(), await findInProcess()];
  expect([await one.source, await two.source].sort()).toEqual(["build", "cache"]);
  expect(await builtPackages(sandbox)).toEqual(everyPackage);
});

test("kill -9 in the middle of a build leaves nothing that the next set-up trusts", async () => {
  await writeGo(sandbox, `[ "$before" = . ] && { sleep 600 & echo $! > "$BUILDS.pid"; wait; }; true`);
  const { child, source } = await findInProcess();
  await until(() => existsSync(`${sandbox.builds}.pid`));
  child.kill("SIGKILL");
  await source;
  const folder = engineFolder(sandbox.cache);
  expect(existsSync(folder.record)).toBe(false);
  expect(existsSync(folder.lock)).toBe(true);
  expect(existsSync(folder.randomPlugin)).toBe(false);
  // The build does not go on without the process that wanted it.
  const pid = Number(await readFile(`${sandbox.builds}.pid`, "utf8"));
  await until(() => !isAlive(pid));

  await writeGo(sandbox);
  expect((await find()).source).toBe("build");
  expect(await builtPackages(sandbox)).toEqual([...everyPackage, ...everyPackage]);
  expect((await readdir(folder.root)).sort()).toEqual(["bin", "engine.json", "home"]);
});

test("a lock whose process id now belongs to another process is taken over", async () => {
  await writeGo(sandbox);
  const { root, lock } = engineFolder(sandbox.cache);
  await mkdir(root, { recursive: true });
  await writeFile(lock, JSON.stringify({ pid: process.pid, host: hostname(), started: "long ago", token: "x" }));
  expect((await find()).source).toBe("build");
});

test("a lock of another machine is waited for while it is touched", async () => {
  await writeGo(sandbox);
  const { root, lock } = engineFolder(sandbox.cache);
  await mkdir(root, { recursive: true });
  await writeFile(lock, JSON.stringify({ pid: process.pid, host: "elsewhere.invalid", started: "", token: "x" }));
  const lines: string[] = [];
  const found = find({ log: (line) => lines.push(line) });
  await until(() => lines.length > 0);
  expect(lines).toEqual([`engine: waiting for another set-up (process ${process.pid} on elsewhere.invalid)`]);
  expect(await builtPackages(sandbox)).toEqual([]);
  await rm(lock);
  expect((await found).source).toBe("build");
});
