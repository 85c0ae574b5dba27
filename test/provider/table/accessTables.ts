import {
  apiKeyFields,
  jwksUrlFields,
  projectPermissionFields,
  snapshotScheduleFields,
  vpcEndpointAssignmentFields,
  vpcEndpointRestrictionFields,
} from "../../../provider/fields";
import { nested, type Resource, type Row, unlessGone } from "./row";
import { quickClient, type TableWorld } from "./world";

const elsewhere = (from: string): Row => ({ from, to: "some-other-place", change: "refused" });
const consent: Row = { from: false, to: true, change: "reducesProtection", back: "inPlace" };
const ours: Row = { from: false, to: true, change: "inPlace" };

/** Every input of a SnapshotSchedule. */
export const snapshotScheduleTable: Resource = {
  kind: "snapshotSchedule",
  fields: snapshotScheduleFields,
  base: ({ projectId, branchId }) => ({ projectId, branchId, schedule: [{ frequency: "daily", hour: 3 }] }),
  look: async ({ api }, { projectId, branchId }) => {
    const schedule = await api.getSnapshotSchedule(String(projectId), String(branchId));
    return schedule.length > 0 ? { schedule, branchId } : undefined;
  },
  change: ({ api }, { projectId, branchId }, _raw, value) =>
    api.setSnapshotSchedule(String(projectId), String(branchId), value as never),
  rows: ({ projectId, branchId, rootBranchId }) => ({
    projectId: elsewhere(projectId),
    branchId: {
      from: branchId,
      to: rootBranchId,
      change: "inPlace",
      raw: "branchId",
      outside: false,
      effect: async ({ api }) => expect(await api.getSnapshotSchedule(projectId, branchId)).toEqual([]),
    },
    schedule: {
      from: [
        { frequency: "daily", hour: 3, retentionSeconds: 86_400 },
        { frequency: "weekly", hour: 4, day: 7 },
      ],
      to: [{ frequency: "daily", hour: 3, retentionSeconds: 43_200 }],
      change: "reducesProtection",
      back: "inPlace",
      raw: "schedule",
      rawFrom: [
        { frequency: "daily", hour: 3, retention_seconds: 86_400 },
        { frequency: "weekly", hour: 4, day: 7 },
      ],
      rawTo: [{ frequency: "daily", hour: 3, retention_seconds: 43_200 }],
    },
    adoptExisting: ours,
  }),
};

/** Every input of a ProjectPermission. */
export const projectPermissionTable: Resource = {
  kind: "projectPermission",
  fields: projectPermissionFields,
  base: ({ projectId }, n) => ({ projectId, email: `person${n}@example.com` }),
  look: async ({ api }, { projectId, permissionId }) =>
    (await api.listProjectPermissions(String(projectId))).find(({ id }) => id === permissionId),
  rows: ({ projectId }, n) => ({
    projectId: elsewhere(projectId),
    email: {
      from: `person${n}@example.com`,
      to: `other${n}@example.com`,
      change: "reducesProtection",
      raw: "granted_to_email",
      outside: false,
      effect: async ({ api }) =>
        expect((await api.listProjectPermissions(projectId)).map((one) => one.granted_to_email)).toEqual([
          `other${n}@example.com`,
        ]),
    },
    adoptExisting: ours,
  }),
};

const keysOf = ({ api, orgId }: TableWorld) => api.listOrgApiKeys(orgId);

/** A key that works reads its project. */
async function expectWorks({ apiHost, orgId, projectId }: TableWorld, key: unknown, works: boolean): Promise<void> {
  const answer = quickClient({ apiHost, orgId, apiKey: String(key) }).getProject(projectId);
  if (works) expect((await answer).id).toBe(projectId);
  else await expect(answer).rejects.toMatchObject({ code: "NEON_UNAUTHORIZED" });
}

/** Every input of an ApiKey. */
export const apiKeyTable: Resource = {
  kind: "apiKey",
  fields: apiKeyFields,
  base: ({ projectId }, n) => ({ projectId, name: `key ${n}` }),
  look: async (world, { keyId }) => (await keysOf(world)).find(({ id }) => String(id) === keyId),
  rows: ({ orgId, projectId }, n) => ({
    orgId: elsewhere(orgId),
    projectId: { ...elsewhere(projectId), raw: "project_id" },
    name: { from: `key ${n}`, to: `renamed ${n}`, change: "inPlace", raw: "name", outside: false },
    epoch: {
      from: "1",
      to: "2",
      change: "inPlace",
      effect: async (world, before, after) => {
        expect(after.outputs.key).not.toBe(before.outputs.key);
        await expectWorks(world, before.outputs.key, true);
        await expectWorks(world, after.outputs.key, true);
      },
    },
    revokePrevious: { from: false, to: true, change: "inPlace" },
    adoptExisting: ours,
  }),
};

/** Every input of a JwksUrl. */
export const jwksUrlTable: Resource = {
  kind: "jwksUrl",
  fields: jwksUrlFields,
  base: ({ projectId }, n) => ({ projectId, jwksUrl: `https://example.com/${n}`, providerName: "Clerk" }),
  look: async ({ api }, { projectId, jwksId }) =>
    (await api.listJwks(String(projectId))).find(({ id }) => id === jwksId),
  rows: ({ projectId, branchId, otherBranchId }, n) => ({
    projectId: elsewhere(projectId),
    jwksUrl: {
      from: `https://example.com/${n}`,
      to: `https://example.com/other/${n}`,
      change: "inPlace",
      raw: "jwks_url",
      outside: false,
      effect: async ({ api }) => expect(await api.listJwks(projectId)).toHaveLength(1),
    },
    providerName: { from: "Clerk", to: "Auth0", change: "inPlace", raw: "provider_name", outside: false },
    branchId: { from: branchId, to: otherBranchId, change: "inPlace", raw: "branch_id", outside: false },
    jwtAudience: { from: "shop", to: "store", change: "inPlace", raw: "jwt_audience", outside: false },
    roleNames: { from: ["anonymous"], to: ["reader"], change: "inPlace", raw: "role_names", outside: false },
    adoptExisting: ours,
  }),
};

/** Every input of a VpcEndpointAssignment. */
export const vpcEndpointAssignmentTable: Resource = {
  kind: "vpcEndpointAssignment",
  fields: vpcEndpointAssignmentFields,
  base: (_world, n) => ({ regionId: "aws-us-east-2", vpcEndpointId: `vpce-a${n}`, label: "office" }),
  unlock: { allowDelete: true, adoptExisting: false },
  look: async ({ api }, { orgId, regionId, vpcEndpointId }) =>
    unlessGone(api.getOrgVpcEndpoint(String(orgId), String(regionId), String(vpcEndpointId))),
  change: ({ api }, { orgId, regionId, vpcEndpointId }, _raw, value) =>
    api.assignOrgVpcEndpoint(String(orgId), String(regionId), String(vpcEndpointId), String(value)),
  rows: ({ orgId }, n) => ({
    orgId: elsewhere(orgId),
    regionId: elsewhere("aws-us-east-2"),
    vpcEndpointId: { from: `vpce-a${n}`, to: "vpce-other", change: "refused", raw: "vpc_endpoint_id" },
    label: { from: "office", to: "head office", change: "inPlace", raw: "label" },
    allowDelete: consent,
    adoptExisting: ours,
  }),
};

/** Every input of a VpcEndpointRestriction. */
export const vpcEndpointRestrictionTable: Resource = {
  kind: "vpcEndpointRestriction",
  fields: vpcEndpointRestrictionFields,
  base: ({ projectId }) => ({ projectId, vpcEndpointId: "vpce-world", label: "office" }),
  unlock: { allowDelete: true, adoptExisting: false },
  look: async ({ api }, { projectId, vpcEndpointId }) =>
    (await api.listProjectVpcEndpoints(String(projectId))).find((one) => one.vpc_endpoint_id === vpcEndpointId),
  change: ({ api }, { projectId, vpcEndpointId }, raw, value) =>
    api.assignProjectVpcEndpoint(String(projectId), String(vpcEndpointId), String(nested(raw, value).label)),
  rows: ({ projectId }) => ({
    projectId: elsewhere(projectId),
    vpcEndpointId: { from: "vpce-world", to: "vpce-other", change: "refused", raw: "vpc_endpoint_id" },
    label: { from: "office", to: "head office", change: "inPlace", raw: "label" },
    allowDelete: consent,
    adoptExisting: ours,
  }),
};
