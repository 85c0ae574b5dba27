import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { compareVersions } from "./compareVersions";
import { makeWorkFolder, type EngineFolder } from "./engineFolder";
import { moveProgram } from "./programFiles";
import { lastWords, runBounded, type BoundedResult } from "./runBounded";
import { askOnce, failed, spokenTime, type EngineSetup, type StepResult } from "./setupStep";

/** One program that is built from the Go modules in this folder. */
export interface GoProgram {
  /** What the lines call it: `pulumi 3.259.0`. */
  title: string;
  /** Folder of its module, beside this file in the source tree. */
  module: "cli" | "host" | "random";
  /** Go package to build. */
  package: string;
  /** Go variable and value that name the release in the program. */
  versionFlag: string;
  /** How long it takes, as told to the user: with Go's caches filled, and with none. */
  expected: { warm: string; cold: string };
  /** Where the program goes. */
  target: keyof EngineFolder;
  /** Why the program is not usable; undefined when it is. */
  check(program: string, setup: EngineSetup): Promise<string | undefined>;
}

const minimumGo = "1.26";

/** Builds one program beside its place, checks it and moves it there in one step; undefined, or why that failed. */
export async function goBuild(program: GoProgram, setup: EngineSetup): Promise<string | undefined> {
  const go = await goIsThere(setup);
  if (!go.ok) return go.reason;
  const work = await makeWorkFolder(setup.folder);
  try {
    const made = join(work, "program");
    const { warm, cold } = program.expected;
    setup.log(
      `build of ${program.title} from Go modules: started, ${warm} when Go's caches are filled, ${cold} when not`,
    );
    const result = await compile(program, made, setup);
    if (result.ended !== "exit" || result.exitCode !== 0) return buildEnding(result, setup);
    const problem = await program.check(made, setup);
    if (problem !== undefined) return `${program.title} was built but ${problem}`;
    await moveProgram(made, setup.folder[program.target]);
    return undefined;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function compile(program: GoProgram, made: string, setup: EngineSetup): Promise<BoundedResult> {
  const flags = ["-mod=readonly", "-buildvcs=false", "-trimpath", "-v", "-ldflags", `-s -w -X ${program.versionFlag}`];
  return runBounded({
    command: "go",
    args: ["build", ...flags, "-o", made, program.package],
    cwd: join(moduleRoot(), program.module),
    env: goEnvironment(setup.env),
    limitMs: setup.limits.buildMs,
    stallMs: setup.limits.buildStallMs,
    bound: true,
    heartbeatMs: setup.limits.heartbeatMs,
    // -v writes a line for each package that is compiled and for each module that is fetched.
    onHeartbeat: (elapsedMs, steps) =>
      setup.log(`build of ${program.title} from Go modules: ${spokenTime(elapsedMs)}, ${steps} steps done`),
  });
}

/** Asks for the release of Go inside a module, where an older one may fetch the release that the module wants. */
export function goIsThere(setup: EngineSetup): Promise<StepResult> {
  return askOnce(setup, "go", async () => {
    if (!existsSync(join(moduleRoot(), "cli"))) return failed("the Go modules are missing from this installation");
    const result = await runBounded({
      command: "go",
      args: ["version"],
      cwd: join(moduleRoot(), "cli"),
      env: goEnvironment(setup.env),
      limitMs: Math.max(setup.limits.checkMs, setup.limits.downloadStallMs),
    });
    if (result.ended === "missing") return failed("Go is not installed");
    const version = /\bgo(\d+\.\d+(\.\d+)?)/.exec(result.stdout)?.[1];
    if (result.ended !== "exit" || version === undefined) return failed(`go does not work (${lastWords(result)})`);
    if (compareVersions(version, minimumGo) < 0) return failed(`Go is ${version}, not ${minimumGo} or later`);
    return { ok: true, version };
  });
}

function buildEnding(result: BoundedResult, setup: EngineSetup): string {
  if (result.ended === "stalled") return `no progress for ${spokenTime(setup.limits.buildStallMs)}, stopped`;
  if (result.ended === "limit") return `not done in ${spokenTime(setup.limits.buildMs)}, stopped`;
  return lastWords(result) || `exit code ${result.exitCode}`;
}

/** Settings that a user may have for Go code of their own would change or break these builds. */
function goEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, CGO_ENABLED: "0", GO111MODULE: "on", GOARCH: "", GOFLAGS: "", GOOS: "", GOWORK: "off" };
}

/** The folder with the Go modules: this one in the source tree, which compiled code finds from `dist/`. */
export function moduleRoot(): string {
  const candidates = [__dirname, join(__dirname, "..", "..", "..", "tools", "engine")];
  return candidates.find((folder) => existsSync(join(folder, "cli", "go.mod"))) ?? __dirname;
}
