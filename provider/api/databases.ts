import type { DatabaseOperations } from "@neondatabase/api-client";
import type { Caller } from "./caller";
import type { NeonApi } from "./neonApi";

type DatabaseMethods = Pick<
  NeonApi,
  "createDatabase" | "getDatabase" | "listDatabases" | "updateDatabase" | "deleteDatabase"
>;

export function databaseMethods(call: Caller): DatabaseMethods {
  return {
    createDatabase: (projectId, branchId, database) =>
      call({
        operation: "createProjectBranchDatabase",
        at: [projectId, branchId],
        expect: "database",
        send: (neon, params) => neon.createProjectBranchDatabase(projectId, branchId, { database }, params),
      }),
    async getDatabase(projectId, branchId, name) {
      const answer = await call({
        operation: "getProjectBranchDatabase",
        at: [projectId, branchId, name],
        expect: "database",
        send: (neon, params) => neon.getProjectBranchDatabase(projectId, branchId, name, params),
      });
      return answer.database;
    },
    async listDatabases(projectId, branchId) {
      const answer = await call({
        operation: "listProjectBranchDatabases",
        at: [projectId, branchId],
        expect: "databases",
        send: (neon, params) => neon.listProjectBranchDatabases(projectId, branchId, params),
      });
      return answer.databases;
    },
    updateDatabase: (projectId, branchId, name, database) =>
      call({
        operation: "updateProjectBranchDatabase",
        at: [projectId, branchId, name],
        expect: "database",
        send: (neon, params) => neon.updateProjectBranchDatabase(projectId, branchId, name, { database }, params),
      }),
    async deleteDatabase(projectId, branchId, name) {
      const answer = await call<Partial<DatabaseOperations>>({
        operation: "deleteProjectBranchDatabase",
        at: [projectId, branchId, name],
        expect: "operations",
        send: (neon, params) => neon.deleteProjectBranchDatabase(projectId, branchId, name, params),
        gone: { operations: [] },
      });
      return answer.operations ?? [];
    },
  };
}
