import { checkLanguageHost, checkPulumi, checkRandomPlugin } from "./checkPrograms";
import { languageHostVersion, pulumiVersion, randomVersion } from "./engine";
import { goBuild, type GoProgram } from "./goBuild";
import { writeLauncher } from "./programFiles";
import { failed, type SetupStep } from "./setupStep";

const sdkVersion = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

const languageHost: GoProgram = {
  title: "pulumi-language-nodejs",
  module: "host",
  package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
  versionFlag: `${sdkVersion}=${languageHostVersion}`,
  expected: { warm: "seconds", cold: "a minute" },
  target: "languageHost",
  check: checkLanguageHost,
};

const pulumi: GoProgram = {
  title: `pulumi ${pulumiVersion}`,
  module: "cli",
  package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  versionFlag: `${sdkVersion}=${pulumiVersion}`,
  expected: { warm: "under a minute", cold: "3 to 10 minutes" },
  target: "pulumi",
  check: async (program, setup) => wrongVersion(await checkPulumi(program, setup), pulumiVersion),
};

const randomPlugin: GoProgram = {
  title: `random plugin ${randomVersion}`,
  module: "random",
  package: ".",
  versionFlag: `main.version=${randomVersion}`,
  expected: { warm: "under a minute", cold: "3 to 10 minutes" },
  target: "randomPlugin",
  check: async (program, setup) => wrongVersion(await checkRandomPlugin(program, setup), randomVersion),
};

/** Builds `pulumi` and its language host from Go modules, and writes the launcher of dynamic providers. */
export const buildStep: SetupStep = {
  source: "build",
  title: `build of pulumi ${pulumiVersion} from Go modules`,
  async run(setup) {
    const problem = (await goBuild(languageHost, setup)) ?? (await goBuild(pulumi, setup));
    if (problem !== undefined) return failed(problem);
    await writeLauncher(setup.folder.launcher);
    return { ok: true, version: pulumiVersion };
  },
};

/** Builds the random plugin from Go modules. */
export const buildRandomStep: SetupStep = {
  source: "build",
  title: `build of the random plugin ${randomVersion} from Go modules`,
  async run(setup) {
    const problem = await goBuild(randomPlugin, setup);
    return problem === undefined ? { ok: true, version: randomVersion } : failed(problem);
  },
};

function wrongVersion(found: { version?: string; reason: string }, wanted: string): string | undefined {
  if (found.version === undefined) return found.reason;
  return found.version === wanted ? undefined : `names itself ${found.version}`;
}
