import type { ProjectDocument } from "../store/documents";
import { addFigures, branchHours, type BranchUsage, type Figures, figuresOf, noFigures, type Span } from "./figures";
import { periodOf } from "./period";
import type { Usage } from "./usage";

/** What a project and its branches, also deleted ones, used in the course of time. */
export interface UsageHistory {
  branches: BranchUsage[];
  /** Figures of one branch, or of all. What lies ahead counts as nothing. */
  figures: (span: Span, branchId?: string) => Figures;
  /** Hours that branches existed beside the first. */
  extraBranchHours: (span: Span) => number;
  /** Logical size of all branches at a moment: what is known of it. */
  logicalSizeAt: (atMs: number) => number;
}

/** Reads the usage of a project from the billing period of a moment on, and as much before as its history of WAL goes back. */
export function readHistory(usage: Usage, project: ProjectDocument, fromMs: number): UsageHistory {
  const { meter, rules } = usage;
  const nowMs = usage.nowMs();
  const retentionMs = project.history_retention_seconds * 1000;
  meter.countUntil(nowMs, project.id);
  const earliestMs = periodOf(Math.min(fromMs, nowMs), rules.periodAnchorDay).startMs - retentionMs;
  const hours = meter.hoursOf(project.id, earliestMs, nowMs + 1);
  const branches = meter.branchesOf(project.id).map((branch) => ({ branch, hours: hours.get(branch.branch_id) ?? [] }));
  const untilNow = ({ fromMs: start, toMs: end }: Span) => ({ fromMs: start, toMs: Math.min(end, nowMs) });
  const known = new Map<string, Figures>();
  const chosen = (branchId?: string) =>
    branchId === undefined ? branches : branches.filter(({ branch }) => branch.branch_id === branchId);
  return {
    branches,
    // Every metric asks for the same spans.
    figures(span, branchId) {
      const key = `${span.fromMs} ${span.toMs} ${branchId}`;
      const figures =
        known.get(key) ??
        chosen(branchId)
          .map((branch) => figuresUntilNow(branch, untilNow(span), retentionMs))
          .reduce(addFigures, noFigures);
      known.set(key, figures);
      return figures;
    },
    extraBranchHours(span) {
      const each = branches.map(({ branch }) => branchHours(branch, untilNow(span)));
      return each.reduce((total, one) => total + one, 0) - Math.max(0, ...each);
    },
    logicalSizeAt: (atMs) => branches.reduce((total, branch) => total + storedAt(branch, Math.min(atMs, nowMs)), 0),
  };
}

const figuresUntilNow = (branch: BranchUsage, span: Span, retentionMs: number) =>
  span.toMs > span.fromMs ? figuresOf(branch, span, retentionMs) : noFigures;

/** What a branch stored at the end of the hour before, or stores now. */
function storedAt({ branch, hours }: BranchUsage, atMs: number): number {
  const next = hours.find(({ hourMs }) => hourMs >= atMs);
  const { root, child } = next?.before ?? branch.stored;
  return root + child;
}
