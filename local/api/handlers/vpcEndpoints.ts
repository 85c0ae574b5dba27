import type { VPCEndpointAssignment } from "@neondatabase/api-client";
import type { VpcEndpointDocument } from "../../store/documents";
import { administered } from "../access";
import { badRequest, notFound, unprocessable } from "../apiError";
import { bodyOf, type Call, type Handler, type Handlers, ok, pathOf } from "../call";
import type { ApiContext } from "../context";
import { findOrganization, findProject, organizationOf } from "../find";
import { checkDisplayName } from "../rules/names";
import { checkFeature } from "../rules/planFeatures";
import { checkRegion } from "./regions";

/** Without content, as Neon answers where an endpoint was assigned or taken away. */
const done = { status: 200 };

/** At most so many projects are named as examples. */
const maxExamples = 3;

const view = ({ vpc_endpoint_id, label }: VpcEndpointDocument) => ({ vpc_endpoint_id, label });

const idOf = (call: Call): string => {
  const id = pathOf(call, "vpc_endpoint_id");
  if (!/^vpce-[0-9a-z]{1,64}$/.test(id)) throw badRequest("invalid VPC endpoint ID", { vpc_endpoint_id: id });
  return id;
};

const labelOf = (call: Call): string => {
  const { label } = bodyOf<VPCEndpointAssignment>(call);
  checkDisplayName("VPC endpoint", label);
  return label;
};

function regionOf(call: Call): string {
  const regionId = pathOf(call, "region_id");
  checkRegion(regionId);
  return regionId;
}

const orgEndpoints = ({ store }: ApiContext, orgId: string) =>
  store.list("orgVpcEndpoint", orgId).filter(({ removed }) => !removed);

/** At Neon it is `new` until Neon accepts the connection; here nothing has to be waited for. */
const getOrganizationVPCEndpointDetails: Handler = (call, context) => {
  const { id: orgId } = findOrganization(context, call.caller, pathOf(call, "org_id"));
  const found = findOrgEndpoint(context, orgId, regionOf(call), idOf(call));
  const restricted = context.store
    .list("project", orgId)
    .filter(({ id }) => context.store.get("projectVpcEndpoint", `${id}/${found.vpc_endpoint_id}`))
    .map(({ id }) => id);
  return ok({
    ...view(found),
    state: "accepted",
    num_restricted_projects: restricted.length,
    example_restricted_projects: restricted.slice(0, maxExamples),
  });
};

function findOrgEndpoint(context: ApiContext, orgId: string, regionId: string, id: string): VpcEndpointDocument {
  const found = context.store.get("orgVpcEndpoint", `${orgId}/${regionId}/${id}`);
  if (!found || found.removed) throw notFound("VPC endpoint not found", { vpc_endpoint_id: id });
  return found;
}

const assignOrganizationVPCEndpoint: Handler = (call, context) => {
  const organization = administered(call, context, pathOf(call, "org_id"));
  checkFeature("private_networking", { organization, rules: context.accessRules });
  const { id: orgId } = organization;
  const regionId = regionOf(call);
  const endpoint = { vpc_endpoint_id: idOf(call), label: labelOf(call), region_id: regionId };
  const key = `${orgId}/${regionId}/${endpoint.vpc_endpoint_id}`;
  const former = context.store.get("orgVpcEndpoint", key);
  if (former?.removed) {
    const detail = { vpc_endpoint_id: endpoint.vpc_endpoint_id };
    throw unprocessable("a VPC endpoint that was deleted cannot be added again", detail);
  }
  if (former) context.store.update("orgVpcEndpoint", key, endpoint);
  else context.store.insert("orgVpcEndpoint", key, orgId, endpoint);
  return done;
};

const deleteOrganizationVPCEndpoint: Handler = (call, context) => {
  const { id: orgId } = administered(call, context, pathOf(call, "org_id"));
  const regionId = regionOf(call);
  const found = findOrgEndpoint(context, orgId, regionId, idOf(call));
  const key = `${orgId}/${regionId}/${found.vpc_endpoint_id}`;
  context.store.update("orgVpcEndpoint", key, { ...found, removed: true });
  return done;
};

/** Only what is assigned to the project's organization, in the project's region. */
const assignProjectVPCEndpoint: Handler = (call, context) => {
  const project = findProject(call, context);
  checkFeature("private_networking", { organization: organizationOf(context, project), rules: context.accessRules });
  const endpoint = { vpc_endpoint_id: idOf(call), label: labelOf(call) };
  findOrgEndpoint(context, project.org_id, project.region_id, endpoint.vpc_endpoint_id);
  const key = `${project.id}/${endpoint.vpc_endpoint_id}`;
  if (context.store.get("projectVpcEndpoint", key)) context.store.update("projectVpcEndpoint", key, endpoint);
  else context.store.insert("projectVpcEndpoint", key, project.id, endpoint);
  return done;
};

const deleteProjectVPCEndpoint: Handler = (call, context) => {
  const project = findProject(call, context);
  const id = idOf(call);
  const key = `${project.id}/${id}`;
  if (!context.store.get("projectVpcEndpoint", key)) {
    throw notFound("VPC endpoint restriction not found", { vpc_endpoint_id: id });
  }
  context.store.remove("projectVpcEndpoint", key);
  return done;
};

export const vpcEndpointHandlers: Handlers = {
  listOrganizationVPCEndpointsAllRegions: (call, context) => {
    const { id } = findOrganization(context, call.caller, pathOf(call, "org_id"));
    const endpoints = orgEndpoints(context, id);
    return ok({ endpoints: endpoints.map((each) => ({ ...view(each), region_id: each.region_id })) });
  },
  listOrganizationVPCEndpoints: (call, context) => {
    const { id } = findOrganization(context, call.caller, pathOf(call, "org_id"));
    const regionId = regionOf(call);
    const endpoints = orgEndpoints(context, id).filter(({ region_id }) => region_id === regionId);
    return ok({ endpoints: endpoints.map(view) });
  },
  getOrganizationVPCEndpointDetails,
  assignOrganizationVPCEndpoint,
  deleteOrganizationVPCEndpoint,
  listProjectVPCEndpoints: (call, context) => {
    const { id } = findProject(call, context);
    return ok({ endpoints: context.store.list("projectVpcEndpoint", id).map(view) });
  },
  assignProjectVPCEndpoint,
  deleteProjectVPCEndpoint,
};
