import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { checkLanguageHost, checkPulumi } from "./checkPrograms";
import { pulumiVersion } from "./engine";
import { launcherName, makeWorkFolder, programName } from "./engineFolder";
import { folderBytes } from "./folderBytes";
import { isProgram, moveProgram, writeLauncher } from "./programFiles";
import { lastWords, runBounded, type BoundedResult } from "./runBounded";
import { askOnce, failed, spokenTime, type EngineSetup, type SetupStep, type StepResult } from "./setupStep";

/** Where the official release comes from. */
export interface DownloadSite {
  /** Address of a small text that is there whenever downloads are possible. */
  probeUrl: string;
  /**
   * A script for `node -e` that installs release `process.argv[2]` into the folder `process.argv[1]`, the programs in its
   * `bin`, and uses `TMPDIR` for everything else that it writes.
   */
  installer: string;
}

/** Pulumi's own site, through the installer of the Automation API. */
export const pulumiSite: DownloadSite = {
  probeUrl: "https://get.pulumi.com/install.sh",
  installer: `
    const [root, version] = process.argv.slice(1);
    const sdk = require.resolve("@pulumi/pulumi/automation", { paths: ${JSON.stringify([__dirname, process.cwd()])} });
    const { SemVer } = require("node:module").createRequire(sdk)("semver");
    require(sdk).PulumiCommand.install({ root, version: new SemVer(version) }).catch((error) => {
      console.error(error.message);
      process.exit(1);
    });
  `,
};

/** Installs the official release. A site that is blocked, or goes silent on the way, costs seconds, not minutes. */
export function downloadStep(site: DownloadSite = pulumiSite): SetupStep {
  return {
    source: "download",
    title: `download of pulumi ${pulumiVersion}`,
    async run(setup) {
      const reachable = await siteAnswers(setup, site);
      if (!reachable.ok) return reachable;
      const work = await makeWorkFolder(setup.folder);
      try {
        return await install(setup, site, work);
      } finally {
        await rm(work, { recursive: true, force: true });
      }
    },
  };
}

/** Asked once per set-up, in a process of its own, whose Node takes the proxy settings of the environment. */
export function siteAnswers(setup: EngineSetup, site: DownloadSite = pulumiSite): Promise<StepResult> {
  const probe = `
    fetch(process.argv[1]).then(async (answer) => {
      await answer.text();
      if (!answer.ok) throw new Error("status " + answer.status);
    }).catch((error) => {
      console.error(error.cause?.code ?? error.message);
      process.exit(1);
    });
  `;
  return askOnce(setup, `reach ${site.probeUrl}`, async () => {
    const { host } = new URL(site.probeUrl);
    const result = await runBounded({
      command: process.execPath,
      args: ["-e", probe, "--", site.probeUrl],
      env: withProxy(setup.env),
      limitMs: setup.limits.probeMs,
    });
    if (result.ended !== "exit") return failed(`${host} did not answer within ${spokenTime(setup.limits.probeMs)}`);
    return result.exitCode === 0
      ? { ok: true, version: "" }
      : failed(`${host} cannot be reached (${lastWords(result)})`);
  });
}

async function install(setup: EngineSetup, site: DownloadSite, work: string): Promise<StepResult> {
  const { limits, folder } = setup;
  const root = join(work, "pulumi");
  const temporary = join(work, "tmp");
  await mkdir(temporary);
  setup.log(`download of pulumi ${pulumiVersion}: started, about 150 MB`);
  const result = await runBounded({
    command: process.execPath,
    args: ["-e", site.installer, "--", root, pulumiVersion],
    env: { ...withProxy(setup.env), TMPDIR: temporary, PULUMI_SKIP_UPDATE_CHECK: "true" },
    limitMs: limits.downloadMs,
    stallMs: limits.downloadStallMs,
    progress: () => folderBytes(work),
    bound: true,
    heartbeatMs: limits.heartbeatMs,
    onHeartbeat: (elapsedMs) => setup.log(`download of pulumi ${pulumiVersion}: ${spokenTime(elapsedMs)}`),
  });
  if (result.ended !== "exit" || result.exitCode !== 0) return failed(downloadEnding(result, setup));

  const from = join(root, "bin");
  const { version, reason } = await checkPulumi(join(from, programName("pulumi")), setup);
  if (version !== pulumiVersion) return failed(`the program that came ${version ? `is ${version}` : reason}`);
  const hostProblem = await checkLanguageHost(join(from, programName("pulumi-language-nodejs")), setup);
  if (hostProblem !== undefined) return failed(`the language host that came ${hostProblem}`);
  if (await isProgram(join(from, launcherName))) await moveProgram(join(from, launcherName), folder.launcher);
  else await writeLauncher(folder.launcher);
  await moveProgram(join(from, programName("pulumi-language-nodejs")), folder.languageHost);
  await moveProgram(join(from, programName("pulumi")), folder.pulumi);
  return { ok: true, version };
}

/** Why a run that downloads did not succeed. */
export function downloadEnding(result: BoundedResult, setup: EngineSetup): string {
  if (result.ended === "stalled") return `nothing came for ${spokenTime(setup.limits.downloadStallMs)}, stopped`;
  if (result.ended === "limit") return `not done in ${spokenTime(setup.limits.downloadMs)}, stopped`;
  return lastWords(result) || `exit code ${result.exitCode}`;
}

/** Node follows `HTTPS_PROXY` and its kin only when asked to. */
function withProxy(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, NODE_USE_ENV_PROXY: "1" };
}
