import type { BranchDocument } from "../store/documents";

/** Every branch before the one that it comes from. After a restore a child may be older than its parent. */
export function childrenFirst(branches: readonly BranchDocument[]): BranchDocument[] {
  const byId = new Map(branches.map((branch) => [branch.id, branch]));
  const depth = (branch: BranchDocument): number => {
    const parent = byId.get(branch.parent_id ?? "");
    return parent ? 1 + depth(parent) : 0;
  };
  return branches
    .map((branch) => ({ branch, depth: depth(branch) }))
    .sort((a, b) => b.depth - a.depth)
    .map(({ branch }) => branch);
}
