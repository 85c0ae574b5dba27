import { existsSync, linkSync, mkdirSync, unlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileBackendFolder } from "../../home";

/**
 * What `pulumi stack init` writes into a file backend, without its process: the empty checkpoint (and the backend's own mark). Answers
 * `unsupported` for every other backend.
 */
export function initStack(backendUrl: string, project: string, stack: string): "ready" | "unsupported" {
  const state = fileBackendFolder(backendUrl);
  if (state === undefined) return "unsupported";
  const folder = path.join(state, ".pulumi", "stacks", project);
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${stack}.json`);
  if (existsSync(file) || existsSync(`${file}.gz`)) return "ready";
  writeIfNew(path.join(state, ".pulumi", "meta.yaml"), "version: 1\n");
  writeIfNew(
    file,
    JSON.stringify({ version: 3, checkpoint: { stack: `organization/${project}/${stack}`, latest: null } }),
  );
  return "ready";
}

/** Whole or not at all, and never over a stack that another process made at the same moment. */
function writeIfNew(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  try {
    linkSync(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    unlinkSync(temporary);
  }
}
