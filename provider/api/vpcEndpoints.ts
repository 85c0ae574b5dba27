import type { Caller } from "./caller";
import type { NeonApi } from "./neonApi";

type VpcEndpointMethods = Pick<
  NeonApi,
  | "getOrgVpcEndpoint"
  | "assignOrgVpcEndpoint"
  | "deleteOrgVpcEndpoint"
  | "listProjectVpcEndpoints"
  | "assignProjectVpcEndpoint"
  | "deleteProjectVpcEndpoint"
>;

/** VPC endpoints of an organization, and those that a project is restricted to. Their changes are answered without content. */
export function vpcEndpointMethods(call: Caller): VpcEndpointMethods {
  return {
    getOrgVpcEndpoint: (orgId, regionId, id) =>
      call({
        operation: "getOrganizationVPCEndpointDetails",
        at: [orgId, regionId, id],
        expect: "vpc_endpoint_id",
        send: (neon, params) => neon.getOrganizationVpcEndpointDetails(orgId, regionId, id, params),
      }),
    async assignOrgVpcEndpoint(orgId, regionId, id, label) {
      await call({
        operation: "assignOrganizationVPCEndpoint",
        at: [orgId, regionId, id],
        send: async (neon, params) =>
          withoutContent(await neon.assignOrganizationVpcEndpoint(orgId, regionId, id, { label }, params)),
      });
    },
    async deleteOrgVpcEndpoint(orgId, regionId, id) {
      await call({
        operation: "deleteOrganizationVPCEndpoint",
        at: [orgId, regionId, id],
        send: async (neon, params) =>
          withoutContent(await neon.deleteOrganizationVpcEndpoint(orgId, regionId, id, params)),
        gone: {},
      });
    },

    async listProjectVpcEndpoints(projectId) {
      const answer = await call({
        operation: "listProjectVPCEndpoints",
        at: [projectId],
        expect: "endpoints",
        send: (neon, params) => neon.listProjectVpcEndpoints(projectId, params),
      });
      return answer.endpoints;
    },
    async assignProjectVpcEndpoint(projectId, id, label) {
      await call({
        operation: "assignProjectVPCEndpoint",
        at: [projectId, id],
        send: async (neon, params) =>
          withoutContent(await neon.assignProjectVpcEndpoint(projectId, id, { label }, params)),
      });
    },
    async deleteProjectVpcEndpoint(projectId, id) {
      await call({
        operation: "deleteProjectVPCEndpoint",
        at: [projectId, id],
        send: async (neon, params) => withoutContent(await neon.deleteProjectVpcEndpoint(projectId, id, params)),
        gone: {},
      });
    },
  };
}

const withoutContent = ({ status }: { status: number }): { status: number; data: object } => ({ status, data: {} });
