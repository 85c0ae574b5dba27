import { existsSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { programName, userPulumiHome, type EngineFolder } from "./engineFolder";
import { isProgram, pathKey, realPath } from "./programFiles";

/** The variables that a child `pulumi` needs on top of the environment `env`; see `Engine.env`. */
export async function engineEnvironment(
  folder: Pick<EngineFolder, "bin" | "home">,
  env: NodeJS.ProcessEnv,
): Promise<Record<string, string>> {
  const inherited = (env[pathKey(env)] ?? "").split(delimiter).filter((path) => path !== "" && path !== folder.bin);
  const folders = [folder.bin, ...(await nodeFolder(inherited)), ...inherited];
  const login = userPulumiHome(env);
  const loggedIn = !env.PULUMI_CREDENTIALS_PATH && login !== folder.home && existsSync(join(login, "credentials.json"));
  return {
    [pathKey(env)]: folders.join(delimiter),
    PULUMI_HOME: folder.home,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // A missing plugin is an error at once instead of a download that may hang.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    ...(loggedIn ? { PULUMI_CREDENTIALS_PATH: login } : {}),
  };
}

/**
 * The folder of the Node that runs this, unless `node` means that one anyway. The language host and the launcher start
 * `node` by name, and the SDK needs release 22 or later, which the system's own may not be.
 */
async function nodeFolder(folders: string[]): Promise<string[]> {
  const node = programName("node");
  if (basename(process.execPath) !== node) return [];
  for (const folder of folders) {
    if (!(await isProgram(join(folder, node)))) continue;
    return (await realPath(join(folder, node))) === (await realPath(process.execPath))
      ? []
      : [dirname(process.execPath)];
  }
  return [dirname(process.execPath)];
}
