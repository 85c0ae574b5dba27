import { rm, stat } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { checkRandomPlugin } from "./checkPrograms";
import { randomVersion } from "./engine";
import { makeWorkFolder, randomPluginFolder, randomPluginProgram, userPulumiHome } from "./engineFolder";
import { downloadEnding, siteAnswers } from "./downloadStep";
import { folderBytes } from "./folderBytes";
import { isProgram, linkProgram, moveProgram, pathFolders, pathKey, realPath } from "./programFiles";
import { runBounded } from "./runBounded";
import { failed, type EngineSetup, type SetupStep, type StepResult } from "./setupStep";

/** Uses the random plugin of the user's own Pulumi home. */
export const userRandomStep: SetupStep = {
  source: "path",
  title: `random plugin ${randomVersion} in the user's Pulumi home`,
  async run(setup) {
    const folder = join(userPulumiHome(setup.env), "plugins", randomPluginFolder);
    const program = join(folder, randomPluginProgram);
    const own = await realPath(dirname(setup.folder.randomPlugin));
    if ((await realPath(folder)) === own || !(await isProgram(program))) return failed("none");
    // Pulumi keeps this mark beside a plugin while it is being unpacked.
    if (await stat(`${folder}.partial`).catch(() => undefined)) return failed(`${program} is only half installed`);
    const { version, reason } = await checkRandomPlugin(program, setup);
    if (version !== randomVersion) return failed(`${program} ${version ? `names itself ${version}` : reason}`);
    await linkProgram(program, setup.folder.randomPlugin);
    return { ok: true, version, note: program };
  },
};

/** Downloads the random plugin with the engine that has just been set up. */
export const installRandomStep: SetupStep = {
  source: "download",
  title: `pulumi plugin install resource random ${randomVersion}`,
  async run(setup) {
    const reachable = await siteAnswers(setup);
    if (!reachable.ok) return reachable;
    const work = await makeWorkFolder(setup.folder);
    try {
      return await install(setup, work);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  },
};

/** The plugin is unpacked in a home of its own and moved from there, so that a kill leaves none that looks whole. */
async function install(setup: EngineSetup, work: string): Promise<StepResult> {
  const { limits, folder, env } = setup;
  const result = await runBounded({
    command: folder.pulumi,
    args: ["plugin", "install", "resource", "random", randomVersion, "--non-interactive", "--color", "never"],
    env: {
      ...env,
      [pathKey(env)]: [folder.bin, ...pathFolders(env)].join(delimiter),
      PULUMI_HOME: work,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      TMPDIR: work,
    },
    limitMs: limits.downloadMs,
    stallMs: limits.downloadStallMs,
    progress: () => folderBytes(work),
    bound: true,
  });
  if (result.ended !== "exit" || result.exitCode !== 0) return failed(downloadEnding(result, setup));
  const program = join(work, "plugins", randomPluginFolder, randomPluginProgram);
  const { version, reason } = await checkRandomPlugin(program, setup);
  if (version !== randomVersion) return failed(`the plugin that came ${version ? `names itself ${version}` : reason}`);
  await moveProgram(program, folder.randomPlugin);
  return { ok: true, version };
}
