import type { RoleOperations } from "@neondatabase/api-client";
import type { Caller } from "./caller";
import type { NeonApi } from "./neonApi";

type RoleMethods = Pick<
  NeonApi,
  "createRole" | "getRole" | "listRoles" | "deleteRole" | "revealRolePassword" | "resetRolePassword"
>;

export function roleMethods(call: Caller): RoleMethods {
  return {
    createRole: (projectId, branchId, role) =>
      call({
        operation: "createProjectBranchRole",
        at: [projectId, branchId],
        expect: "role",
        send: (neon, params) => neon.createProjectBranchRole(projectId, branchId, { role }, params),
      }),
    async getRole(projectId, branchId, name) {
      const answer = await call({
        operation: "getProjectBranchRole",
        at: [projectId, branchId, name],
        expect: "role",
        send: (neon, params) => neon.getProjectBranchRole(projectId, branchId, name, params),
      });
      return answer.role;
    },
    async listRoles(projectId, branchId) {
      const answer = await call({
        operation: "listProjectBranchRoles",
        at: [projectId, branchId],
        expect: "roles",
        send: (neon, params) => neon.listProjectBranchRoles(projectId, branchId, params),
      });
      return answer.roles;
    },
    async deleteRole(projectId, branchId, name) {
      const answer = await call<Partial<RoleOperations>>({
        operation: "deleteProjectBranchRole",
        at: [projectId, branchId, name],
        expect: "operations",
        send: (neon, params) => neon.deleteProjectBranchRole(projectId, branchId, name, params),
        gone: { operations: [] },
      });
      return answer.operations ?? [];
    },
    async revealRolePassword(projectId, branchId, name) {
      const answer = await call({
        operation: "getProjectBranchRolePassword",
        at: [projectId, branchId, name],
        expect: "password",
        send: (neon, params) => neon.getProjectBranchRolePassword(projectId, branchId, name, params),
      });
      return answer.password;
    },
    resetRolePassword: (projectId, branchId, name) =>
      call({
        operation: "resetProjectBranchRolePassword",
        at: [projectId, branchId, name],
        expect: "role",
        send: (neon, params) => neon.resetProjectBranchRolePassword(projectId, branchId, name, params),
      }),
  };
}
