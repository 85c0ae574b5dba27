import { readdirSync, readFileSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { transformSync } from "@swc/core";
import { pulumiVersion, randomVersion, type EngineLimits } from "../../tools/engine";

export const engineSource = join(__dirname, "..", "..", "tools", "engine");

/** A folder of programs to put on PATH, a home and a cache, all inside one temporary folder whose name has a space. */
export interface Sandbox {
  root: string;
  /** On PATH, before the system's own. */
  bin: string;
  home: string;
  cache: string;
  /** One line for each build that the fake `go` began. */
  builds: string;
  env: NodeJS.ProcessEnv;
}

/** Limits for programs that answer at once. */
export const shortLimits: Partial<EngineLimits> = { probeMs: 2_000, downloadStallMs: 700, heartbeatMs: 60_000 };

export const fakePulumi = (version = pulumiVersion): string => `[ "$1" = version ] && echo v${version}`;
export const fakeLanguageHost = "echo 45678; exec sleep 60";
export const fakeRandomPlugin = (version = randomVersion): string => `[ "$1" = --version ] && echo ${version}`;

export async function makeSandbox(): Promise<Sandbox> {
  const root = await mkdtemp(join(tmpdir(), "engine set-up-"));
  const [bin, home, cache] = [join(root, "bin"), join(root, "home"), join(root, "cache")];
  for (const folder of [bin, home, cache]) await mkdir(folder);
  const builds = join(root, "builds");
  return { root, bin, home, cache, builds, env: { PATH: `${bin}:/usr/bin:/bin`, HOME: home, BUILDS: builds } };
}

export async function removeSandbox(sandbox: Sandbox): Promise<void> {
  await rm(sandbox.root, { recursive: true, force: true });
}

/** Writes a shell script that can be executed. */
export async function writeScript(folder: string, name: string, text: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, name);
  await writeFile(file, `#!/bin/sh\n${text}\n`);
  await chmod(file, 0o755);
  return file;
}

/** A whole Pulumi installation. */
export async function writePulumi(folder: string, version?: string): Promise<void> {
  await writeScript(folder, "pulumi", fakePulumi(version));
  await writeScript(folder, "pulumi-language-nodejs", fakeLanguageHost);
  await writeScript(folder, "pulumi-resource-pulumi-nodejs", "exit 0");
}

/** The random plugin in the home of a user. */
export async function writeUserRandomPlugin(sandbox: Sandbox, version?: string): Promise<void> {
  const folder = join(sandbox.home, ".pulumi", "plugins", `resource-random-v${randomVersion}`);
  await writeScript(folder, "pulumi-resource-random", fakeRandomPlugin(version));
}

/**
 * A `go` that "builds" shell scripts, notes each build, and does `meanwhile` when half of the program is written. The last
 * argument of `go build` is the package.
 */
export async function writeGo(sandbox: Sandbox, meanwhile = "true", version = "1.26.3"): Promise<void> {
  await writeScript(
    sandbox.bin,
    "go",
    `[ "$1" = version ] && { echo "go version go${version} linux/amd64"; exit 0; }
for argument in "$@"; do [ "$before" = -o ] && out=$argument; before=$argument; done
printf '#!/bin/sh\\n' > "$out"
chmod +x "$out"
echo "$before" >> "$BUILDS"
${meanwhile}
case "$before" in
  */pulumi-language-nodejs) echo '${fakeLanguageHost}' >> "$out" ;;
  */pulumi) echo '${fakePulumi()}' >> "$out" ;;
  .) echo '${fakeRandomPlugin()}' >> "$out" ;;
esac`,
  );
}

/** The packages that the fake `go` was asked to build, by their last name. */
export async function builtPackages(sandbox: Sandbox): Promise<string[]> {
  const text = await readFile(sandbox.builds, "utf8").catch(() => "");
  return text
    .split("\n")
    .filter(Boolean)
    .map((name) => basename(name));
}

/** True while a process runs; one that has ended counts as gone although nobody has asked for its exit code yet. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch (error) {
    // A system without /proc reaps at once.
    return (error as NodeJS.ErrnoException).code === "ENOENT" && process.platform !== "linux";
  }
}

/** Compiles `tools/engine` for processes of their own; gives the path to require. */
export async function compileEngine(folder: string): Promise<string> {
  const out = join(folder, "engine");
  await mkdir(out, { recursive: true });
  for (const name of readdirSync(engineSource).filter((file) => file.endsWith(".ts"))) {
    const { code } = transformSync(readFileSync(join(engineSource, name), "utf8"), {
      jsc: { target: "es2023", parser: { syntax: "typescript" } },
      module: { type: "commonjs" },
    });
    await writeFile(join(out, name.replace(/ts$/, "js")), code);
  }
  for (const module of ["cli", "host", "random"])
    await cp(join(engineSource, module), join(out, module), { recursive: true });
  return out;
}
