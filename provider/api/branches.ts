import type { AnnotationData, BranchOperations } from "@neondatabase/api-client";
import type { Caller } from "./caller";
import type { AnnotatedBranch, NeonApi } from "./neonApi";
import { collectPages } from "./pages";
import type { RecentlyCreated } from "./recentlyCreated";

/** The most that `listProjectBranches` gives per page. */
const BRANCHES_PER_PAGE = 10_000;

type BranchMethods = Pick<NeonApi, "createBranch" | "getBranch" | "listBranches" | "updateBranch" | "deleteBranch">;

export function branchMethods(call: Caller, context: { recent: RecentlyCreated }): BranchMethods {
  const { recent } = context;

  const fetchPage = async (projectId: string, search: string | undefined, cursor: string | undefined) => {
    const answer = await call({
      operation: "listProjectBranches",
      at: [projectId],
      expect: "branches",
      send: (neon, params) => neon.listProjectBranches({ projectId, search, cursor, limit: BRANCHES_PER_PAGE }, params),
    });
    const items = answer.branches.map((branch): AnnotatedBranch => {
      return { branch, annotations: annotationsOf(answer.annotations?.[branch.id]) };
    });
    return { items, next: answer.pagination?.next };
  };

  return {
    async createBranch(projectId, request) {
      const created = await call({
        operation: "createProjectBranch",
        at: [projectId],
        expect: "branch",
        send: (neon, params) => neon.createProjectBranch(projectId, request, params),
      });
      recent.add(created.branch.id);
      for (const endpoint of created.endpoints ?? []) recent.add(endpoint.id);
      return created;
    },
    async getBranch(projectId, branchId) {
      const answer = await call({
        operation: "getProjectBranch",
        at: [projectId, branchId],
        expect: "branch",
        send: (neon, params) => neon.getProjectBranch(projectId, branchId, params),
      });
      return { branch: answer.branch, annotations: annotationsOf(answer.annotation) };
    },
    listBranches: (projectId, query = {}) =>
      collectPages({
        fetchPage: (cursor) => fetchPage(projectId, query.search, cursor),
        idOf: (annotated) => annotated.branch.id,
      }),
    updateBranch: (projectId, branchId, request) =>
      call({
        operation: "updateProjectBranch",
        at: [projectId, branchId],
        expect: "branch",
        send: (neon, params) => neon.updateProjectBranch(projectId, branchId, request, params),
      }),
    async deleteBranch(projectId, branchId) {
      const answer = await call<Partial<BranchOperations>>({
        operation: "deleteProjectBranch",
        at: [projectId, branchId],
        expect: "operations",
        send: (neon, params) => neon.deleteProjectBranch({ projectId, branchId }, params),
        gone: { operations: [] },
      });
      return answer.operations ?? [];
    },
  };
}

/** Neon leaves a branch without annotations out of the map. */
function annotationsOf(annotation: AnnotationData | undefined): Record<string, string> {
  return { ...annotation?.value };
}
