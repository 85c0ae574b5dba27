import { projectInfo, type ProjectInfo } from "./getProject";
import { lookupApi, type LookupOptions } from "./lookupApi";

/** Which projects are listed. */
export interface ListProjectsOptions extends LookupOptions {
  /** Part of the name or id, as Neon searches: names are not unique, so compare what is found exactly. Default all. */
  search?: string;
}

/** Every project of the organization (`listProjects`), 400 with each request. */
export async function listProjects({ search, ...options }: ListProjectsOptions = {}): Promise<ProjectInfo[]> {
  const projects = await lookupApi(options).listProjects(search === undefined ? {} : { search });
  return projects.map(projectInfo);
}
