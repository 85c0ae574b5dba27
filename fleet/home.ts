import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { FleetError } from "./config";

/** Where one fleet lives on this machine. All paths are absolute. */
export interface FleetHome {
  /** `tenants.yaml`. */
  file: string;
  /** The folder of `Pulumi.yaml`, or that of `tenants.yaml` where there is no project file. */
  projectFolder: string;
  /** `name` in `Pulumi.yaml`, if there is one. */
  projectName?: string;
  /** `.neon-tenants` in the project folder: ledger, work folders, and by default the state. Regenerable but for `state`. */
  folder: string;
  /** Pulumi's backend: `PULUMI_BACKEND_URL`, then `backend.url` of `Pulumi.yaml`, then `file://` in {@link folder}. */
  backendUrl: string;
}

interface ProjectFile {
  name?: unknown;
  main?: unknown;
  backend?: { url?: unknown };
}

/**
 * Finds the fleet as every door finds it: `--file`, then `NEON_TENANTS_FILE`, then `tenants.yaml` in the working folder, then beside
 * the program (`main`) of the nearest `Pulumi.yaml` upwards.
 */
export function findHome(options: { file?: string; cwd: string; env: NodeJS.ProcessEnv }): FleetHome {
  const given = options.file ?? options.env.NEON_TENANTS_FILE;
  const projectFile =
    upwards(options.cwd, "Pulumi.yaml") ??
    (given ? upwards(path.dirname(path.resolve(options.cwd, given)), "Pulumi.yaml") : undefined);
  const project = projectFile ? readProject(projectFile) : undefined;
  const file = given ? path.resolve(options.cwd, given) : findFile(options.cwd, projectFile, project);
  const projectFolder = path.dirname(projectFile ?? file);
  const folder = path.join(projectFolder, ".neon-tenants");
  const backendUrl = backendOf(options.env, project, projectFolder, folder);
  return { file, projectFolder, projectName: nameOf(project), folder, backendUrl };
}

/** The folder of a `file://` backend, or undefined for any other. */
export function fileBackendFolder(backendUrl: string): string | undefined {
  if (!backendUrl.startsWith("file://")) return undefined;
  const url = backendUrl.replace(/\?.*$/, "");
  const plain = url.slice("file://".length);
  if (plain === "~" || plain.startsWith("~/")) return path.join(process.env.HOME ?? "", plain.slice(1));
  return path.isAbsolute(plain) ? fileURLToPath(url) : path.resolve(plain);
}

/** Makes the folders that must exist before the engine runs. */
export function prepareHome(home: FleetHome): void {
  mkdirSync(home.folder, { recursive: true, mode: 0o700 });
  const state = fileBackendFolder(home.backendUrl);
  if (state) mkdirSync(state, { recursive: true, mode: 0o700 });
}

/** The project's name is part of every URN: two names would keep two states of each tenant. */
export function checkProjectName(projectName: string, fleetName: string): void {
  if (projectName === fleetName) return;
  throw new FleetError("FLEET_PROJECT_NAME", `the Pulumi project is called ${projectName} and the fleet ${fleetName}`, {
    hint: `Write name: ${fleetName} into Pulumi.yaml; \`pulumi up\` and \`neon-tenants apply\` must mean the same stacks.`,
  });
}

function findFile(cwd: string, projectFile: string | undefined, project: ProjectFile | undefined): string {
  const candidates = [path.join(cwd, "tenants.yaml")];
  if (projectFile) {
    const main = typeof project?.main === "string" ? project.main : ".";
    const program = path.resolve(path.dirname(projectFile), main);
    candidates.push(path.join(program, "tenants.yaml"), path.join(path.dirname(program), "tenants.yaml"));
  }
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found) return found;
  throw new FleetError(
    "FLEET_FILE_MISSING",
    `no tenants.yaml here (looked for ${[...new Set(candidates)].join(", ")})`,
    {
      hint: "Name one with --file, or copy examples/fleet/tenants.yaml to begin with.",
    },
  );
}

function backendOf(
  env: NodeJS.ProcessEnv,
  project: ProjectFile | undefined,
  projectFolder: string,
  folder: string,
): string {
  const fromEnv = env.PULUMI_BACKEND_URL;
  if (fromEnv) return absolute(fromEnv, process.cwd());
  const fromProject = project?.backend?.url;
  if (typeof fromProject === "string" && fromProject) return absolute(fromProject, projectFolder);
  return `file://${path.join(folder, "state")}`;
}

function nameOf(project: ProjectFile | undefined): string | undefined {
  return typeof project?.name === "string" ? project.name : undefined;
}

/** A relative `file://` means the folder it was written in; the engine runs elsewhere. */
function absolute(url: string, from: string): string {
  const relative = /^file:\/\/(\.[^?]*)(\?.*)?$/.exec(url);
  return relative ? `file://${path.resolve(from, relative[1] ?? ".")}${relative[2] ?? ""}` : url;
}

function readProject(file: string): ProjectFile {
  try {
    const project: unknown = parse(readFileSync(file, "utf8"));
    return typeof project === "object" && project !== null ? project : {};
  } catch (cause) {
    throw new FleetError("FLEET_PROJECT_FILE", `${file} cannot be read as YAML`, { cause });
  }
}

function upwards(from: string, name: string): string | undefined {
  for (let folder = path.resolve(from); ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, name);
    if (existsSync(candidate)) return candidate;
    if (folder === path.dirname(folder)) return undefined;
  }
}
