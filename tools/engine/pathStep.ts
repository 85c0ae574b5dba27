import { dirname, join } from "node:path";
import { checkLanguageHost, checkPulumi } from "./checkPrograms";
import { isCompatiblePulumi } from "./compareVersions";
import { pulumiVersion } from "./engine";
import { launcherName, programName } from "./engineFolder";
import { isProgram, linkProgram, pathFolders, realPath, writeLauncher } from "./programFiles";
import { failed, type EngineSetup, type SetupStep, type StepResult } from "./setupStep";

/**
 * Uses a `pulumi` of the user's own: the first on PATH of the same major version and not older than the tested release, whose
 * Node.js language host is beside it or on PATH as well. Links to them go into the engine's folder, so that putting that one
 * first on PATH changes nothing else.
 */
export const pathStep: SetupStep = {
  source: "path",
  title: "pulumi on PATH",
  async run(setup) {
    const refused: string[] = [];
    for (const folder of await foreignFolders(setup)) {
      const program = join(folder, programName("pulumi"));
      if (!(await isProgram(program))) continue;
      const result = await tryProgram(program, setup);
      if (result.ok) return result;
      refused.push(`${program} ${result.reason}`);
    }
    return failed(refused.join(", ") || "none");
  },
};

/** The folders of PATH without the engine's own, which must not become a link to itself. */
async function foreignFolders(setup: EngineSetup): Promise<string[]> {
  const own = await realPath(setup.folder.bin);
  const folders: string[] = [];
  for (const folder of pathFolders(setup.env)) {
    if ((await realPath(folder)) !== own) folders.push(folder);
  }
  return folders;
}

async function tryProgram(program: string, setup: EngineSetup): Promise<StepResult> {
  const { version, reason } = await checkPulumi(program, setup);
  if (version === undefined) return failed(reason);
  if (!isCompatiblePulumi(version))
    return failed(`is ${version}, not ${pulumiVersion} or later of the same major version`);
  const host = await findCompanion(program, programName("pulumi-language-nodejs"), setup);
  if (host === undefined) return failed("has no pulumi-language-nodejs beside it or on PATH");
  const hostProblem = await checkLanguageHost(host, setup);
  if (hostProblem !== undefined) return failed(`has a language host that ${hostProblem} (${host})`);
  const launcher = await findCompanion(program, launcherName, setup);
  await linkProgram(program, setup.folder.pulumi);
  await linkProgram(host, setup.folder.languageHost);
  if (launcher === undefined) await writeLauncher(setup.folder.launcher);
  else await linkProgram(launcher, setup.folder.launcher);
  return { ok: true, version, note: program };
}

/** A program that belongs to `pulumi`: beside it, beside the file that it links to, or anywhere on PATH. */
async function findCompanion(pulumi: string, name: string, setup: EngineSetup): Promise<string | undefined> {
  const folders = [dirname(pulumi), dirname(await realPath(pulumi)), ...(await foreignFolders(setup))];
  for (const folder of folders) {
    if (await isProgram(join(folder, name))) return join(folder, name);
  }
  return undefined;
}
