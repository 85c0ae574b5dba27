import type { BranchDocument } from "../../store/documents";
import { keysetPage } from "../keysetPage";

export interface BranchSort {
  by: "name" | "created_at" | "updated_at";
  order: "asc" | "desc";
}

/** Where no limit is named. */
const defaultLimit = 100;

/** One page of branches in the order asked for; `next` is there only when another page is. */
export function branchPage(
  branches: BranchDocument[],
  sort: BranchSort,
  cursor: string | undefined,
  limit = defaultLimit,
): { branches: BranchDocument[]; next?: string } {
  const { order } = sort;
  const { page, next } = keysetPage(branches, {
    place: (branch) => [branch[sort.by], branch.id],
    order,
    cursor,
    limit,
  });
  return { branches: page, ...(next === undefined ? {} : { next }) };
}
