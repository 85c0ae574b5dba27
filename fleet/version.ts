import { readFileSync } from "node:fs";
import path from "node:path";
import { git } from "./git";
import { packageFolder } from "./packageFolder";

/** Version of the program that declares a tenant: the package's own. */
export const programVersion: string = (
  JSON.parse(readFileSync(path.join(packageFolder(), "package.json"), "utf8")) as { version: string }
).version;

/**
 * The commit that last changed the configuration (`tenants.yaml` and `tenants.state.yaml`), with `+edited` where the files differ from
 * it; `unversioned` outside a git checkout. Equal checkouts give equal revisions, whatever else was committed.
 */
export function configRevision(file: string, env: NodeJS.ProcessEnv = process.env): string {
  if (env.NEON_TENANTS_REVISION) return env.NEON_TENANTS_REVISION;
  const folder = path.dirname(file);
  const files = [path.basename(file), path.basename(file).replace(/(\.\w+)$/, ".state$1")];
  try {
    const commit = git(folder, ["log", "-1", "--format=%H", "--", ...files]);
    if (!commit) return "unversioned";
    return git(folder, ["status", "--porcelain", "--", ...files]) ? `${commit}+edited` : commit;
  } catch {
    return "unversioned";
  }
}
