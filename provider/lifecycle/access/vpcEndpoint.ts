import type { VPCEndpoint } from "@neondatabase/api-client";
import { isNeonError, NeonError } from "../../api/errors";
import {
  declaredIn,
  declaredOf,
  driftedDeclared,
  type Fields,
  type Values,
  type VpcEndpointAssignmentDeclared,
  vpcEndpointAssignmentFields,
  type VpcEndpointRestrictionDeclared,
  vpcEndpointRestrictionFields,
} from "../../fields";
import { checkResource, diffResource } from "../checkResource";
import type { Lifecycle, LifecycleContext } from "../context";
import { alreadyExists } from "../createOnce";
import { adoptProblems } from "../role";
import { adoptedInThisRun, keeping, placeOf, refuseLockedDelete, stateOf, unlessGone } from "../subResource";

type Declared = VpcEndpointAssignmentDeclared | VpcEndpointRestrictionDeclared;

/** Where assignments and restrictions differ. */
interface Kind<K extends string> {
  readonly fields: Fields;
  readonly place: readonly K[];
  readonly what: (at: Record<K, string>) => string;
  readonly placeOfDeclared: (context: LifecycleContext, declared: Declared) => Record<K, string>;
  readonly find: (context: LifecycleContext, at: Record<K, string>) => Promise<VPCEndpoint | undefined>;
  /** Sets it, also where it is there already: then the label is changed. */
  readonly assign: (context: LifecycleContext, at: Record<K, string>, label: string) => Promise<void>;
  readonly remove: (context: LifecycleContext, at: Record<K, string>) => Promise<void>;
}

/** The life of a VpcEndpointAssignment: an endpoint that an organization's projects may be reached through. */
export const vpcEndpointAssignmentLifecycle = lifecycleOf<"orgId" | "regionId" | "vpcEndpointId">({
  fields: vpcEndpointAssignmentFields,
  place: ["orgId", "regionId", "vpcEndpointId"],
  what: ({ orgId, vpcEndpointId }) => `VPC endpoint ${vpcEndpointId} of organization ${orgId}`,
  placeOfDeclared: (context, declared) => {
    const { orgId, regionId, vpcEndpointId } = declared as VpcEndpointAssignmentDeclared;
    return { orgId: orgIdOf(context, orgId), regionId, vpcEndpointId };
  },
  find: ({ api }, { orgId, regionId, vpcEndpointId }) =>
    unlessGone(() => api.getOrgVpcEndpoint(orgId, regionId, vpcEndpointId)),
  assign: ({ api }, { orgId, regionId, vpcEndpointId }, label) =>
    api.assignOrgVpcEndpoint(orgId, regionId, vpcEndpointId, label),
  remove: ({ api }, { orgId, regionId, vpcEndpointId }) => api.deleteOrgVpcEndpoint(orgId, regionId, vpcEndpointId),
});

/** The life of a VpcEndpointRestriction: an endpoint that a project is reached through, and no others. */
export const vpcEndpointRestrictionLifecycle = lifecycleOf<"projectId" | "vpcEndpointId">({
  fields: vpcEndpointRestrictionFields,
  place: ["projectId", "vpcEndpointId"],
  what: ({ projectId, vpcEndpointId }) => `restriction of project ${projectId} to VPC endpoint ${vpcEndpointId}`,
  placeOfDeclared: (_context, declared) => {
    const { projectId, vpcEndpointId } = declared as VpcEndpointRestrictionDeclared;
    return { projectId, vpcEndpointId };
  },
  find: async ({ api }, { projectId, vpcEndpointId }) => {
    const endpoints = await unlessGone(() => api.listProjectVpcEndpoints(projectId));
    return endpoints?.find((endpoint) => endpoint.vpc_endpoint_id === vpcEndpointId);
  },
  assign: ({ api }, { projectId, vpcEndpointId }, label) =>
    api.assignProjectVpcEndpoint(projectId, vpcEndpointId, label),
  remove: ({ api }, { projectId, vpcEndpointId }) => api.deleteProjectVpcEndpoint(projectId, vpcEndpointId),
});

/** The organization of an input, or else the configured one. */
export function orgIdOf(context: LifecycleContext, given: string | undefined): string {
  const orgId = given ?? context.api.orgId;
  if (orgId !== undefined) return orgId;
  throw new NeonError("NEON_ORG_REQUIRED", "no organization was given", {
    hint: "Set orgId, neon:orgId or NEON_ORG_ID; it is on the organization's settings page.",
  });
}

function lifecycleOf<K extends string>(kind: Kind<K>): Lifecycle {
  const { fields, place } = kind;
  const idOf = (at: Record<K, string>): string => place.map((name) => at[name]).join("/");
  const outputsOf = (at: Record<K, string>, label: string, declared: Values): Values => ({ ...at, label, declared });
  return {
    check: (_run, olds, news) => ({
      inputs: news,
      problems: [...checkResource(fields, olds, news), ...adoptProblems(news)],
    }),
    diff: (outputs, news) => diffResource(fields, outputs, news),

    create: async (context, inputs) => {
      const declared = declaredOf(fields, inputs) as Declared;
      const at = kind.placeOfDeclared(context, declared);
      const present = await kind.find(context, at);
      if (present && declared.adoptExisting !== true) throw alreadyExists(kind.what(at));
      const id = idOf(at);
      if (present) context.run.refuseDelete(id, adoptedInThisRun);
      if (present?.label !== declared.label) await assignSurely(kind, context, at, declared.label);
      return { id, outputs: outputsOf(at, declared.label, declared) };
    },

    read: async (context, id, outputs) => {
      const at = placeOf(id, outputs, place);
      const present = await kind.find(context, at);
      if (!present) return undefined;
      const drifted = driftedDeclared(fields, declaredIn(outputs), { label: present.label });
      return { id, outputs: outputsOf(at, present.label, drifted), inputs: drifted };
    },

    update: async (context, id, outputs, news) => {
      const before = stateOf(outputs);
      diffResource(fields, before, news);
      const declared = declaredOf(fields, news) as Declared;
      const at = placeOf(id, before, place);
      await keeping(id, before, news, async () => {
        const present = await kind.find(context, at);
        if (present?.label !== declared.label) await assignSurely(kind, context, at, declared.label);
      });
      return outputsOf(at, declared.label, declared);
    },

    delete: async (context, id, outputs) => {
      const at = placeOf(id, outputs, place);
      const { allowDelete } = declaredIn(outputs);
      refuseLockedDelete(context, id, {
        what: kind.what(at),
        why: "guards who may connect",
        open: allowDelete === true,
        unlock: "allowDelete: true",
      });
      await kind.remove(context, at);
    },
  };
}

/** Setting it twice does no harm: after a lost answer it is looked at, and set once more. */
async function assignSurely<K extends string>(
  kind: Kind<K>,
  context: LifecycleContext,
  at: Record<K, string>,
  label: string,
): Promise<void> {
  try {
    await kind.assign(context, at, label);
  } catch (error) {
    if (!isNeonError(error) || !error.unanswered) throw error;
    const present = await kind.find(context, at);
    if (present?.label !== label) await kind.assign(context, at, label);
  }
}
