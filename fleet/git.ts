import { execFileSync } from "node:child_process";

/** What git prints, asked in a folder. Throws where there is no git, no repository there, or nothing to tell. */
export function git(folder: string, args: string[]): string {
  return execFileSync("git", ["-C", folder, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
}
