import type { Project, ProjectListItem } from "@neondatabase/api-client";
import type { ProjectDeclared } from "../fields";
import { observedProject } from "../lifecycle/project/requests";
import { lookupApi, type LookupOptions } from "./lookupApi";

/** A project as it is at Neon, in the names of the inputs of a Project. */
export interface ProjectInfo {
  /** Id at Neon. */
  readonly projectId: string;
  readonly name: string;
  readonly regionId: string;
  /** Major version of PostgreSQL. */
  readonly pgVersion: number;
  /** Owning organization; undefined for a personal project. */
  readonly orgId: string | undefined;
  /** RFC 3339. */
  readonly createdAt: string;
  /** The inputs of a Project that would describe it, as far as the answer tells. */
  readonly inputs: Partial<ProjectDeclared>;
}

/**
 * One project by its id (`getProject`): one GET that wakes no compute. Nothing comes under management; that is what `Project.get` is for.
 *
 * @throws NeonError `NEON_NOT_FOUND` where it does not exist or the key cannot see it.
 */
export async function getProject(projectId: string, options?: LookupOptions): Promise<ProjectInfo> {
  return projectInfo(await lookupApi(options).getProject(projectId));
}

/** A project of an answer in the names of this package. */
export function projectInfo(project: Project | ProjectListItem): ProjectInfo {
  return {
    projectId: project.id,
    name: project.name,
    regionId: project.region_id,
    pgVersion: project.pg_version,
    orgId: project.org_id,
    createdAt: project.created_at,
    inputs: observedProject(project),
  };
}
