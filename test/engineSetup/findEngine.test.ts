import { lstat, readdir, readFile, readlink, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findEngine, pulumiVersion, randomVersion, type FindEngineOptions } from "../../tools/engine";
import { engineFolder } from "../../tools/engine/engineFolder";
import { writeLauncher } from "../../tools/engine/programFiles";
import type { SetupStep } from "../../tools/engine/setupStep";
import {
  builtPackages,
  engineSource,
  fakeLanguageHost,
  fakePulumi,
  fakeRandomPlugin,
  makeSandbox,
  removeSandbox,
  shortLimits,
  writeGo,
  writePulumi,
  writeScript,
  writeUserRandomPlugin,
  type Sandbox,
} from "./fakePrograms";

let sandbox: Sandbox;
let lines: string[];

beforeEach(async () => {
  sandbox = await makeSandbox();
  lines = [];
});

afterEach(() => removeSandbox(sandbox));

/** Never goes to Pulumi's own site: the tests of downloads have sites of their own. */
function find(options: FindEngineOptions = {}) {
  return findEngine({
    cacheFolder: sandbox.cache,
    env: sandbox.env,
    log: (line) => lines.push(line),
    limits: shortLimits,
    download: false,
    ...options,
  });
}

/** A step that notes that it was tried, and succeeds or not. */
function step(source: SetupStep["source"], works: boolean, tried: string[]): SetupStep {
  return {
    source,
    title: `fake ${source}`,
    async run({ folder }) {
      tried.push(source);
      if (!works) return { ok: false, reason: `no ${source} today` };
      await writeScript(folder.bin, "pulumi", fakePulumi());
      await writeScript(folder.bin, "pulumi-language-nodejs", fakeLanguageHost);
      await writeLauncher(folder.launcher);
      return { ok: true, version: pulumiVersion };
    },
  };
}

describe("the order of sources", () => {
  const sources = ["path", "download", "build"] as const;

  test.each([0, 1, 2])("takes the first that works and tries none after it (%i fail before)", async (failures) => {
    await writeUserRandomPlugin(sandbox);
    const tried: string[] = [];
    const engine = sources.map((source, index) => step(source, index >= failures, tried));
    const found = await find({ download: true, steps: { engine } });
    expect(tried).toEqual(sources.slice(0, failures + 1));
    expect(found).toMatchObject({ source: sources[failures], origin: sources[failures], version: pulumiVersion });
    for (const source of sources.slice(0, failures))
      expect(lines).toContain(`engine: fake ${source}: no ${source} today`);
    expect(lines).toContain(`engine: fake ${sources[failures]}: done`);
  });

  test("does not try what the caller forbids", async () => {
    await writeUserRandomPlugin(sandbox);
    const tried: string[] = [];
    const engine = sources.map((source) => step(source, false, tried));
    await expect(find({ download: false, build: false, steps: { engine } })).rejects.toThrow("fake path");
    expect(tried).toEqual(["path"]);
  });

  test("says what every source answered, and what to install, when all fail", async () => {
    const tried: string[] = [];
    const engine = sources.map((source) => step(source, false, tried));
    const failure = find({ download: true, steps: { engine } });
    await expect(failure).rejects.toMatchObject({ name: "NeonError", code: "NEON_ENGINE_MISSING" });
    await expect(failure).rejects.toThrow(
      /no path today.*no download today.*no build today.*Install Pulumi 3.*Go 1\.26/s,
    );
  });

  test("tells a missing plugin from a missing engine", async () => {
    await writePulumi(sandbox.bin);
    const failure = find({ build: false });
    await expect(failure).rejects.toMatchObject({ code: "NEON_ENGINE_MISSING" });
    await expect(failure).rejects.toThrow(`pulumi plugin install resource random ${randomVersion}`);
  });
});

describe("pulumi on PATH", () => {
  test("is linked, together with its companions, and the user's plugin with it", async () => {
    await writePulumi(sandbox.bin, "3.300.1");
    await writeUserRandomPlugin(sandbox);
    const found = await find();
    expect(found).toMatchObject({ source: "path", version: "3.300.1" });
    for (const name of ["pulumi", "pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"]) {
      expect(await readlink(join(found.binFolder, name))).toBe(join(sandbox.bin, name));
    }
    expect(await readlink(found.randomPlugin)).toContain(join(sandbox.home, ".pulumi"));
    expect(found.randomPlugin.startsWith(found.pulumiHome)).toBe(true);
  });

  test.each(["3.258.9", "2.300.0", "4.0.0", `${pulumiVersion}-alpha.1`])(
    "is skipped and named when it is %s",
    async (version) => {
      await writePulumi(sandbox.bin, version);
      await writeUserRandomPlugin(sandbox);
      await expect(find({ build: false })).rejects.toThrow(version);
      expect(lines[0]).toContain(join(sandbox.bin, "pulumi"));
    },
  );

  test("may come after an incompatible one", async () => {
    const later = join(sandbox.root, "later");
    await writePulumi(sandbox.bin, "3.1.0");
    await writePulumi(later);
    await writeUserRandomPlugin(sandbox);
    const found = await find({ env: { ...sandbox.env, PATH: `${sandbox.env.PATH}:${later}` } });
    expect(await readlink(join(found.binFolder, "pulumi"))).toBe(join(later, "pulumi"));
  });

  test("is skipped without its language host", async () => {
    await writeScript(sandbox.bin, "pulumi", fakePulumi());
    await expect(find({ build: false })).rejects.toThrow("has no pulumi-language-nodejs");
  });

  test("is skipped when it hangs", async () => {
    await writePulumi(sandbox.bin);
    await writeScript(sandbox.bin, "pulumi", "sleep 600 & wait");
    await expect(find({ build: false, limits: { checkMs: 500 } })).rejects.toThrow("does not answer");
  });

  test("gets a launcher where it has none", async () => {
    await writePulumi(sandbox.bin);
    await rm(join(sandbox.bin, "pulumi-resource-pulumi-nodejs"));
    await writeUserRandomPlugin(sandbox);
    const found = await find();
    const launcher = join(found.binFolder, "pulumi-resource-pulumi-nodejs");
    expect((await lstat(launcher)).isSymbolicLink()).toBe(false);
    expect(await readFile(launcher, "utf8")).toContain("@pulumi/pulumi/cmd/dynamic-provider");
  });

  test("never is the engine's own folder", async () => {
    await writePulumi(sandbox.bin);
    await writeUserRandomPlugin(sandbox);
    const { binFolder } = await find();
    const found = await find({ rebuild: true, env: { ...sandbox.env, PATH: `${binFolder}:${sandbox.env.PATH}` } });
    expect(await readlink(join(found.binFolder, "pulumi"))).toBe(join(sandbox.bin, "pulumi"));
  });
});

describe("the random plugin of the user", () => {
  test.each([
    ["another release", "4.0.0"],
    ["broken", ""],
  ])("is not taken when it is %s", async (_, version) => {
    await writePulumi(sandbox.bin);
    await writeUserRandomPlugin(sandbox, version);
    await writeGo(sandbox);
    const found = await find();
    expect(await builtPackages(sandbox)).toEqual(["."]);
    expect(await readFile(found.randomPlugin, "utf8")).toContain(fakeRandomPlugin());
  });

  test("is not taken while it is being unpacked", async () => {
    await writePulumi(sandbox.bin);
    await writeUserRandomPlugin(sandbox);
    const plugins = join(sandbox.home, ".pulumi", "plugins");
    await writeFile(join(plugins, `resource-random-v${randomVersion}.partial`), "");
    await expect(find({ build: false })).rejects.toThrow("half installed");
  });
});

describe("the result of an earlier set-up", () => {
  beforeEach(async () => {
    await writePulumi(sandbox.bin);
    await writeUserRandomPlugin(sandbox);
    await find();
    lines = [];
  });

  test("is used without a word while nothing has changed", async () => {
    const found = await find({ build: false });
    expect(found).toMatchObject({ source: "cache", origin: "path", version: pulumiVersion });
    expect(lines).toEqual([]);
  });

  test("is given up for a new one on request", async () => {
    expect((await find({ rebuild: true })).source).toBe("path");
  });

  test.each(["pulumi", "pulumi-language-nodejs"])("is not trusted when %s was updated", async (name) => {
    await utimes(join(sandbox.bin, name), 1, 1);
    expect((await find()).source).toBe("path");
  });

  test("is not trusted when a program is gone", async () => {
    await rm(join(sandbox.bin, "pulumi"));
    await writeGo(sandbox);
    expect((await find()).source).toBe("build");
  });

  test("is not trusted when the engine no longer runs", async () => {
    const { pulumi } = engineFolder(sandbox.cache);
    const { atime, mtime, size } = await lstat(join(sandbox.bin, "pulumi"));
    await writeFile(join(sandbox.bin, "pulumi"), "#!/bin/sh\nexit 1\n".padEnd(size, "#"));
    await utimes(join(sandbox.bin, "pulumi"), atime, mtime);
    await writeGo(sandbox);
    expect((await find()).source).toBe("build");
    expect((await lstat(pulumi)).isSymbolicLink()).toBe(false);
  });

  test("is not trusted when its record is damaged", async () => {
    await writeFile(engineFolder(sandbox.cache).record, "{");
    expect((await find()).source).toBe("path");
  });
});

describe("a cache folder that cannot be used", () => {
  test("is named, with the way out", async () => {
    await rm(sandbox.cache, { recursive: true });
    await writeFile(sandbox.cache, "");
    const failure = find();
    await expect(failure).rejects.toMatchObject({ name: "NeonError", code: "NEON_ENGINE_CACHE" });
    await expect(failure).rejects.toThrow(/cannot be kept in .*XDG_CACHE_HOME/);
  });

  test("is told from a missing engine when the disk is full", async () => {
    await writeGo(sandbox, 'echo "write $out: no space left on device" >&2; exit 1');
    await expect(find()).rejects.toMatchObject({ code: "NEON_ENGINE_CACHE" });
  });

  test("keeps the system's reason of a write that a step makes", async () => {
    const full: SetupStep = {
      source: "path",
      title: "full",
      run: () => Promise.reject(Object.assign(new Error("ENOSPC: write"), { code: "ENOSPC" })),
    };
    await expect(find({ steps: { engine: [full] } })).rejects.toThrow("the disk is full");
  });
});

test("the releases are those of package.json and of the Go modules", async () => {
  const manifest = JSON.parse(await readFile(join(engineSource, "..", "..", "package.json"), "utf8")) as {
    devDependencies: Record<string, string>;
  };
  expect(manifest.devDependencies["@pulumi/pulumi"]).toBe(pulumiVersion);
  expect(manifest.devDependencies["@pulumi/random"]).toBe(randomVersion);
  expect(await readFile(join(engineSource, "cli", "go.mod"), "utf8")).toContain(`pkg/v3 v${pulumiVersion}`);
  expect(await readdir(engineSource)).toEqual(expect.arrayContaining(["cli", "host", "random"]));
});
