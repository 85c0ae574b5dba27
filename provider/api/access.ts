import type { Caller } from "./caller";
import type { NeonApi } from "./neonApi";

type AccessMethods = Pick<
  NeonApi,
  | "getSnapshotSchedule"
  | "setSnapshotSchedule"
  | "listProjectPermissions"
  | "grantProjectPermission"
  | "revokeProjectPermission"
  | "listOrgApiKeys"
  | "createOrgApiKey"
  | "revokeOrgApiKey"
  | "listJwks"
  | "addJwks"
  | "deleteJwks"
>;

/** Snapshot schedules, and who and what may reach a project: people, keys and token issuers. */
export function accessMethods(call: Caller): AccessMethods {
  return {
    async getSnapshotSchedule(projectId, branchId) {
      const answer = await call({
        operation: "getSnapshotSchedule",
        at: [projectId, branchId],
        expect: "schedule",
        send: (neon, params) => neon.getSnapshotSchedule(projectId, branchId, params),
      });
      return answer.schedule;
    },
    async setSnapshotSchedule(projectId, branchId, schedule) {
      await call({
        operation: "setSnapshotSchedule",
        at: [projectId, branchId],
        send: (neon, params) => neon.setSnapshotSchedule(projectId, branchId, { schedule }, params),
      });
    },

    async listProjectPermissions(projectId) {
      const answer = await call({
        operation: "listProjectPermissions",
        at: [projectId],
        expect: "project_permissions",
        send: (neon, params) => neon.listProjectPermissions(projectId, params),
      });
      return answer.project_permissions;
    },
    grantProjectPermission: (projectId, email) =>
      call({
        operation: "grantPermissionToProject",
        at: [projectId],
        expect: "id",
        send: (neon, params) => neon.grantPermissionToProject(projectId, { email }, params),
      }),
    async revokeProjectPermission(projectId, permissionId) {
      await call<{ id?: string }>({
        operation: "revokePermissionFromProject",
        at: [projectId, permissionId],
        expect: "id",
        send: (neon, params) => neon.revokePermissionFromProject(projectId, permissionId, params),
        gone: { id: permissionId },
      });
    },

    listOrgApiKeys: (orgId) =>
      call({
        operation: "listOrgApiKeys",
        at: [orgId],
        expect: "length",
        send: (neon, params) => neon.listOrgApiKeys(orgId, params),
      }),
    createOrgApiKey: (orgId, request) =>
      call({
        operation: "createOrgApiKey",
        at: [orgId],
        expect: "key",
        send: (neon, params) => neon.createOrgApiKey(orgId, request, params),
      }),
    async revokeOrgApiKey(orgId, keyId) {
      await call<{ id?: number }>({
        operation: "revokeOrgApiKey",
        at: [orgId, String(keyId)],
        expect: "id",
        send: (neon, params) => neon.revokeOrgApiKey(orgId, keyId, params),
        gone: { id: keyId },
      });
    },

    async listJwks(projectId) {
      const answer = await call({
        operation: "getProjectJWKS",
        at: [projectId],
        expect: "jwks",
        send: (neon, params) => neon.getProjectJwks(projectId, params),
      });
      return answer.jwks;
    },
    addJwks: (projectId, request) =>
      call({
        operation: "addProjectJWKS",
        at: [projectId],
        expect: "jwks",
        send: (neon, params) => neon.addProjectJwks(projectId, request, params),
      }),
    async deleteJwks(projectId, jwksId) {
      await call<{ id?: string }>({
        operation: "deleteProjectJWKS",
        at: [projectId, jwksId],
        expect: "id",
        send: (neon, params) => neon.deleteProjectJwks(projectId, jwksId, params),
        gone: { id: jwksId },
      });
    },
  };
}
