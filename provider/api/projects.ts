import type { ProjectListItem } from "@neondatabase/api-client";
import type { Caller } from "./caller";
import { NeonError } from "./errors";
import type { NeonApi } from "./neonApi";
import { collectPages } from "./pages";
import type { RecentlyCreated } from "./recentlyCreated";

/** The most that `listProjects` gives per page; its default is 10. */
const PROJECTS_PER_PAGE = 400;

type ProjectMethods = Pick<
  NeonApi,
  "createProject" | "getProject" | "listProjects" | "updateProject" | "deleteProject" | "listRegions" | "connectionUri"
>;

export function projectMethods(
  call: Caller,
  context: {
    orgId: string | undefined;
    tenant: string | undefined;
    recent: RecentlyCreated;
    forget: (projectId: string) => void;
  },
): ProjectMethods {
  const { orgId, tenant, recent } = context;

  const fetchPage = async (query: { search?: string; recoverable?: boolean }, cursor: string | undefined) => {
    const answer = await call({
      operation: "listProjects",
      at: [],
      expect: "projects",
      send: (neon, params) => neon.listProjects({ ...query, org_id: orgId, limit: PROJECTS_PER_PAGE, cursor }, params),
    });
    // A list with gaps would make a project look absent, and it would be made a second time.
    if (answer.unavailable_project_ids?.length) {
      throw new NeonError(
        "NEON_UNAVAILABLE",
        `listProjects: Neon left ${answer.unavailable_project_ids.length} projects out of the list`,
        {
          hint: "Run the same command again later.",
          operation: "listProjects",
          tenant,
        },
      );
    }
    return { items: answer.projects, next: answer.pagination?.cursor };
  };

  return {
    async createProject(request) {
      const project = { ...request.project, org_id: request.project.org_id ?? orgId };
      const created = await call({
        operation: "createProject",
        at: [],
        expect: "project",
        send: (neon, params) => neon.createProject({ ...request, project }, params),
      });
      recent.add(created.project.id);
      return created;
    },
    async getProject(projectId) {
      const answer = await call({
        operation: "getProject",
        at: [projectId],
        expect: "project",
        send: (neon, params) => neon.getProject(projectId, params),
      });
      return answer.project;
    },
    listProjects: (query = {}) =>
      collectPages<ProjectListItem>({ fetchPage: (cursor) => fetchPage(query, cursor), idOf: (project) => project.id }),
    updateProject: (projectId, request) =>
      call({
        operation: "updateProject",
        at: [projectId],
        expect: "project",
        send: (neon, params) => neon.updateProject(projectId, request, params),
      }),
    async deleteProject(projectId) {
      const answer = await call<object & { project?: unknown }>({
        operation: "deleteProject",
        at: [projectId],
        expect: "project",
        send: (neon, params) => neon.deleteProject(projectId, params),
        gone: { project: "absent" },
        goneByUs: { project: "deleted" },
      });
      context.forget(projectId);
      return answer.project === "absent" ? "absent" : "deleted";
    },
    async connectionUri(projectId, query) {
      const answer = await call({
        operation: "getConnectionURI",
        at: [projectId],
        expect: "uri",
        send: (neon, params) =>
          neon.getConnectionUri(
            {
              projectId,
              branch_id: query.branchId,
              endpoint_id: query.endpointId,
              database_name: query.databaseName,
              role_name: query.roleName,
              pooled: query.pooled,
            },
            params,
          ),
      });
      return answer.uri;
    },
    async listRegions() {
      const answer = await call({
        operation: "getActiveRegions",
        at: [],
        expect: "regions",
        send: (neon, params) => neon.getActiveRegions({ org_id: orgId }, params),
      });
      return answer.regions;
    },
  };
}
