import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { writeScript } from "./fakePrograms";

/** A checkout with one dependency, whose npm, compiler and engine are stand-ins that note that they were called. */
let root: string;
let outside: string;

beforeEach(async () => {
  outside = await mkdtemp(join(tmpdir(), "a checkout-"));
  root = join(outside, "clone");
  await write("package.json", JSON.stringify({ bin: { tool: "dist/tool.js" } }));
  await write("tsconfig.build.json", JSON.stringify({ include: ["index.ts", "tools"] }));
  await write("index.ts", "first");
  await writeLockfile("1.0.0");
  await cp(join(__dirname, "..", "..", "tools", "setup.js"), join(root, "tools", "setup.js"));
  await writeNpm();
  await writeCompiler();
});

afterEach(() => rm(outside, { recursive: true, force: true }));

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await writeFile(join(root, file), text);
}

async function writeLockfile(version: string): Promise<void> {
  const packages = {
    "": {},
    "node_modules/typescript": { version },
    "node_modules/other-system": { version, optional: true },
  };
  await write("package-lock.json", JSON.stringify({ packages }));
}

/** Installs what the lockfile says but for the optional package, as npm does for another system. */
async function writeNpm(before = "true"): Promise<void> {
  await writeScript(
    join(outside, "bin"),
    "npm",
    `echo npm >> "${outside}/calls"
${before}
sleep 0.2
mkdir -p node_modules/typescript/bin
cp "${outside}/tsc.js" node_modules/typescript/bin/tsc
echo '{}' > node_modules/typescript/package.json
grep -v x-never package-lock.json > node_modules/.package-lock.json.part
sed 's/,"node_modules\\/other-system":{[^}]*}//' node_modules/.package-lock.json.part > node_modules/.package-lock.json`,
  );
}

async function writeCompiler(before = ""): Promise<void> {
  await writeFile(
    join(outside, "tsc.js"),
    `const fs = require("node:fs"), path = require("node:path");
    fs.appendFileSync(${JSON.stringify(join(outside, "calls"))}, "tsc\\n");
    ${before}
    const emit = (file, text) => {
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, text);
      console.log("TSFILE: " + path.resolve(file));
    };
    emit("dist/tool.js", "");
    emit("dist/tools/engine/index.js", \`exports.findEngine = async ({ log }) => {
      log("engine: looked");
      if (process.env.NO_ENGINE) throw Object.assign(new Error("NEON_ENGINE_MISSING: none."), { name: "NeonError" });
      return { version: "3.0.0", origin: "path" };
    }\`);`,
  );
}

async function setUp(
  args: string[] = [],
  extra: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; output: string }> {
  const env = { PATH: `${join(outside, "bin")}:${dirname(process.execPath)}:/usr/bin:/bin`, HOME: outside, ...extra };
  const child = spawn(process.execPath, [join(root, "tools", "setup.js"), ...args], { cwd: outside, env });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (output += data.toString()));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, output })));
}

/** What was called since the last question. */
async function calls(): Promise<string[]> {
  const file = join(outside, "calls");
  const text = await readFile(file, "utf8").catch(() => "");
  await rm(file, { force: true });
  return text.split("\n").filter(Boolean);
}

test("installs, builds and finds the engine once, in a folder with a space", async () => {
  const first = await setUp();
  expect(first).toMatchObject({ code: 0 });
  expect(first.output).toMatch(/engine: looked[^]*ready: Node .*, pulumi 3\.0\.0 \(path\)\n$/);
  expect(await calls()).toEqual(["npm", "tsc"]);
  expect(await setUp()).toMatchObject({ code: 0 });
  expect(await calls()).toEqual([]);
});

test("does again only what changed", async () => {
  await setUp();
  await calls();
  await write("tools/new.ts", "more");
  await setUp();
  expect(await calls()).toEqual(["tsc"]);
  await writeLockfile("1.0.1");
  await setUp();
  expect(await calls()).toEqual(["npm", "tsc"]);
  await rm(join(root, "node_modules", "typescript"), { recursive: true });
  await setUp();
  expect(await calls()).toEqual(["npm"]);
  await write("dist/tool.js", "by hand");
  await setUp();
  expect(await calls()).toEqual(["tsc"]);
});

test("removes compiled files whose source is gone, and nothing else", async () => {
  await write("dist/gone.js", "");
  await write("dist/kept.json", "{}");
  await setUp();
  await expect(readFile(join(root, "dist", "gone.js"))).rejects.toThrow("ENOENT");
  expect(await readFile(join(root, "dist", "kept.json"), "utf8")).toBe("{}");
});

test("two at once do everything once", async () => {
  const results = await Promise.all([setUp(), setUp(), setUp()]);
  expect(results.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(await calls()).toEqual(["npm", "tsc"]);
  expect(results.filter(({ output }) => output.includes("waiting for another set-up"))).toHaveLength(2);
});

test("takes over from a set-up that was killed", async () => {
  await write(
    ".neon-tenants/setup.lock",
    JSON.stringify({ pid: process.pid, host: (await import("node:os")).hostname(), started: "1" }),
  );
  expect(await setUp()).toMatchObject({ code: 0 });
  await expect(readFile(join(root, ".neon-tenants", "setup.lock"))).rejects.toThrow("ENOENT");
});

test("fails with the words of npm", async () => {
  await writeNpm('echo "npm error network down" >&2; exit 7');
  const { code, output } = await setUp();
  expect(code).toBe(1);
  expect(output).toContain("npm install failed:\nnpm error network down");
});

test("fails when npm leaves a package out", async () => {
  await writeNpm("exit 0");
  const { code, output } = await setUp();
  expect(code).toBe(1);
  expect(output).toContain("npm install has ended, but not installed yet");
});

test("fails with the errors of the compiler, and compiles again next time", async () => {
  await writeCompiler('console.log("index.ts(1,1): error TS1005"); console.log("TSFILE: /x"); process.exit(2);');
  const { code, output } = await setUp();
  expect(code).toBe(1);
  expect(output).toContain("The build failed:\nindex.ts(1,1): error TS1005");
  expect(output).not.toContain("TSFILE");
  await calls();
  await setUp();
  expect(await calls()).toEqual(["tsc"]);
});

test("fails with the message of the engine set-up", async () => {
  const { code, output } = await setUp([], { NO_ENGINE: "1" });
  expect(code).toBe(1);
  expect(output).toMatch(/set-up: NEON_ENGINE_MISSING: none\.\n$/);
});

test("runs a script afterwards, with its arguments, and ends with its exit code", async () => {
  const { code, output } = await setUp([
    "-e",
    "console.log(process.argv[1], process.cwd()); process.exit(5)",
    "an argument",
  ]);
  expect(code).toBe(5);
  expect(output).toContain(`an argument ${root}`);
});
