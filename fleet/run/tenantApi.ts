import type { Operation, ProjectListItem } from "@neondatabase/api-client";
import type { NeonApi } from "../../provider/api";

export interface TenantApiHooks {
  /** Every project of the organization as the run found it; answers the look that comes before a POST nobody attempted yet. */
  projects?: () => Promise<readonly ProjectListItem[]>;
  /** Writes down that a POST is about to be sent: a run that is killed now must look for what it made. */
  beforeCreate: () => void;
  /** Takes over the waiting for what the POST began; without it the provider waits, and the engine process with it. */
  defer?: (following: { api: NeonApi; projectId: string; operations: readonly Operation[] }) => void;
}

/**
 * The Neon API of one tenant's run: the provider's own, with what the driver knows better. One list of all projects replaces a search per
 * create, and the operations of a tenant whose graph is that one POST are followed by the driver.
 */
export function tenantApi(api: NeonApi, hooks: TenantApiHooks): NeonApi {
  let listed = false;
  const deferred = new Set<string>();
  const wrapped: NeonApi = Object.create(api) as NeonApi;
  wrapped.listProjects = async (query) => {
    const first = !listed;
    listed = true;
    // Only the first look: after an unanswered POST the world has moved on.
    if (!first || !hooks.projects || !query?.search || query.recoverable) return api.listProjects(query);
    const search = query.search;
    return (await hooks.projects()).filter(({ id, name }) => name.includes(search) || id.includes(search));
  };
  wrapped.createProject = async (request) => {
    hooks.beforeCreate();
    const created = await api.createProject(request);
    if (hooks.defer && created.operations.length > 0) {
      for (const { id } of created.operations) deferred.add(id);
      hooks.defer({ api, projectId: created.project.id, operations: created.operations });
    }
    return created;
  };
  wrapped.waitForOperations = (operations, options) =>
    api.waitForOperations(
      operations.filter(({ id }) => !deferred.has(id)),
      options,
    );
  return wrapped;
}
