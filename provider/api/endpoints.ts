import type { EndpointOperations } from "@neondatabase/api-client";
import type { Caller } from "./caller";
import type { NeonApi } from "./neonApi";
import type { RecentlyCreated } from "./recentlyCreated";

type EndpointMethods = Pick<
  NeonApi,
  "createEndpoint" | "getEndpoint" | "listEndpoints" | "updateEndpoint" | "deleteEndpoint"
>;

export function endpointMethods(call: Caller, context: { recent: RecentlyCreated }): EndpointMethods {
  return {
    async createEndpoint(projectId, request) {
      const created = await call({
        operation: "createProjectEndpoint",
        at: [projectId],
        expect: "endpoint",
        send: (neon, params) => neon.createProjectEndpoint(projectId, request, params),
      });
      context.recent.add(created.endpoint.id);
      return created;
    },
    async getEndpoint(projectId, endpointId) {
      const answer = await call({
        operation: "getProjectEndpoint",
        at: [projectId, endpointId],
        expect: "endpoint",
        send: (neon, params) => neon.getProjectEndpoint(projectId, endpointId, params),
      });
      return answer.endpoint;
    },
    async listEndpoints(projectId) {
      const answer = await call({
        operation: "listProjectEndpoints",
        at: [projectId],
        expect: "endpoints",
        send: (neon, params) => neon.listProjectEndpoints(projectId, params),
      });
      return answer.endpoints;
    },
    updateEndpoint: (projectId, endpointId, request) =>
      call({
        operation: "updateProjectEndpoint",
        at: [projectId, endpointId],
        expect: "endpoint",
        send: (neon, params) => neon.updateProjectEndpoint(projectId, endpointId, request, params),
      }),
    async deleteEndpoint(projectId, endpointId) {
      const answer = await call<Partial<EndpointOperations>>({
        operation: "deleteProjectEndpoint",
        at: [projectId, endpointId],
        expect: "operations",
        send: (neon, params) => neon.deleteProjectEndpoint(projectId, endpointId, params),
        gone: { operations: [] },
      });
      return answer.operations ?? [];
    },
  };
}
