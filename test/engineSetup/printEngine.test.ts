import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import fc from "fast-check";
import { exportLines, findEngine, printEngine, pulumiVersion, type Engine } from "../../tools/engine";
import { compareVersions, isCompatiblePulumi } from "../../tools/engine/compareVersions";
import { engineEnvironment } from "../../tools/engine/engineEnvironment";
import { engineFolder, userCacheFolder } from "../../tools/engine/engineFolder";
import {
  makeSandbox,
  removeSandbox,
  writePulumi,
  writeScript,
  writeUserRandomPlugin,
  type Sandbox,
} from "./fakePrograms";

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await makeSandbox();
  await writePulumi(sandbox.bin);
  await writeUserRandomPlugin(sandbox);
});

afterEach(() => removeSandbox(sandbox));

function found(): Promise<Engine> {
  return findEngine({ cacheFolder: sandbox.cache, env: sandbox.env, download: false, build: false });
}

test("prints what the engine is and where", async () => {
  const lines: string[] = [];
  const find = { cacheFolder: sandbox.cache, env: sandbox.env, download: false, build: false, log: () => undefined };
  const engine = await printEngine({ print: (line) => lines.push(line), find });
  expect(lines.join("\n")).toMatch(new RegExp(`pulumi +${pulumiVersion.replaceAll(".", "\\.")}\nsource +path\n`));
  expect(lines.join("\n")).toContain(engine.binFolder);
  lines.length = 0;
  await printEngine({ print: (line) => lines.push(line), find });
  expect(lines[1]).toMatch(/path, kept from an earlier set-up/);
});

test("prints lines that a shell takes, whatever the folders are called", async () => {
  const engine = await found();
  const odd = { ...engine, env: { ...engine.env, PULUMI_HOME: `it's $HOME "here"\n` } };
  const text = execFileSync(
    "/bin/sh",
    ["-c", `${exportLines(odd).join("\n")}\nprintf %s "$PULUMI_HOME"; pulumi version`],
    {
      encoding: "utf8",
      env: { PATH: "/usr/bin:/bin" },
    },
  );
  expect(text).toBe(`${odd.env.PULUMI_HOME}v${pulumiVersion}\n`);
});

test("the environment puts the programs first, then the Node that runs this, and keeps the rest", async () => {
  await writeScript(sandbox.bin, "node", "exit 1");
  const { env, binFolder } = await found();
  const folders = env.PATH?.split(delimiter) ?? [];
  expect(folders.slice(0, 2)).toEqual([binFolder, dirname(process.execPath)]);
  expect(folders.slice(2)).toEqual(sandbox.env.PATH?.split(delimiter));
});

test("the environment leaves PATH as it is where node already is the right one", async () => {
  const folder = engineFolder(sandbox.cache);
  const path = [dirname(process.execPath), sandbox.bin].join(delimiter);
  const env = await engineEnvironment(folder, { ...sandbox.env, PATH: `${folder.bin}${delimiter}${path}` });
  expect(env.PATH).toBe([folder.bin, path].join(delimiter));
});

test("the environment keeps the user's login, and only where there is one", async () => {
  expect((await found()).env).not.toHaveProperty("PULUMI_CREDENTIALS_PATH");
  const login = join(sandbox.home, ".pulumi");
  await mkdir(login, { recursive: true });
  await writeFile(join(login, "credentials.json"), "{}");
  expect((await found()).env.PULUMI_CREDENTIALS_PATH).toBe(login);
});

test("the cache folder is the one of the system, and XDG_CACHE_HOME goes first", () => {
  expect(userCacheFolder({ HOME: "/h" }, "linux")).toBe(join("/h", ".cache"));
  expect(userCacheFolder({ HOME: "/h" }, "darwin")).toBe(join("/h", "Library", "Caches"));
  expect(userCacheFolder({ HOME: "/h", LOCALAPPDATA: "/l" }, "win32")).toBe("/l");
  expect(userCacheFolder({ HOME: "/h", XDG_CACHE_HOME: "/x" }, "darwin")).toBe("/x");
  expect(userCacheFolder({ HOME: "/h", XDG_CACHE_HOME: "relative" }, "linux")).toBe(join("/h", ".cache"));
});

test("releases are ordered by their numbers", () => {
  const release = fc.tuple(fc.nat(500), fc.nat(500), fc.nat(500));
  fc.assert(
    fc.property(release, release, (a, b) => {
      const part = a.findIndex((number, index) => number !== b[index]);
      const expected = part < 0 ? 0 : Math.sign((a[part] ?? 0) - (b[part] ?? 0));
      expect(Math.sign(compareVersions(a.join("."), b.join(".")))).toBe(expected);
    }),
  );
});

test("a compatible engine is of the tested major version and not older than the tested release", () => {
  const [major = 0, minor = 0] = pulumiVersion.split(".").map(Number);
  fc.assert(
    fc.property(fc.nat(6), fc.nat(600), fc.nat(9), (a, b, c) => {
      expect(isCompatiblePulumi(`${a}.${b}.${c}`)).toBe(a === major && b >= minor);
    }),
  );
});
