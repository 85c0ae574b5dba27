import { git } from "../git";

/** What Pulumi takes in the place of its own look at a repository, in the order of {@link format}. */
const variables = [
  "PULUMI_GIT_HEAD",
  "PULUMI_GIT_COMMITTER",
  "PULUMI_GIT_COMMITTER_EMAIL",
  "PULUMI_GIT_AUTHOR",
  "PULUMI_GIT_AUTHOR_EMAIL",
  "PULUMI_GIT_COMMIT_MESSAGE",
] as const;
const format = ["%H", "%cn", "%ce", "%an", "%ae", "%s"].join("%x00");

/**
 * The commit that is checked out, for the history of every update of a run: asked of git once, where each engine process would open the
 * repository and go through its working tree (`git status`) by itself. Empty outside a repository; what the user has set wins.
 */
export function gitEnvironment(folder: string, env: NodeJS.ProcessEnv): Record<string, string> {
  const commit = ask(folder, ["log", "-1", `--format=${format}`]);
  if (commit === undefined) return {};
  const values = commit.split("\0");
  const branch = ask(folder, ["symbolic-ref", "--quiet", "--short", "HEAD"]);
  const found: Record<string, string | undefined> = {
    ...Object.fromEntries(variables.map((name, index) => [name, values[index]])),
    PULUMI_GIT_HEAD_NAME: branch && `refs/heads/${branch}`,
  };
  return Object.fromEntries(
    Object.entries(found).flatMap(([name, value]) => (value && env[name] === undefined ? [[name, value]] : [])),
  );
}

/** Nothing where there is no git, no repository or no commit. */
function ask(folder: string, args: string[]): string | undefined {
  try {
    return git(folder, args);
  } catch {
    return undefined;
  }
}
