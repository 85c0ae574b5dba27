import type { UsageBranchDocument, UsageHourDocument } from "../store/usageDocuments";
import { nothingStored, nothingUsed, addByteHours, sum } from "./amounts";
import { byteHoursUntil, hourLengthMs } from "./hours";

/** What a span of time comes to, in exact numbers: fractions of seconds and of byte-hours are kept. */
export interface Figures {
  activeSeconds: number;
  computeSeconds: number;
  writtenBytes: number;
  transferredBytes: number;
  rootByteHours: number;
  childByteHours: number;
  /** WAL of root branches that is kept for restores: each byte for as long as the retention. */
  historyByteHours: number;
}

export type FigureName = keyof Figures;

export const noFigures: Figures = {
  activeSeconds: 0,
  computeSeconds: 0,
  writtenBytes: 0,
  transferredBytes: 0,
  rootByteHours: 0,
  childByteHours: 0,
  historyByteHours: 0,
};

export const figureNames = Object.keys(noFigures) as FigureName[];

export function addFigures(a: Figures, b: Figures): Figures {
  const total = { ...a };
  for (const name of figureNames) total[name] += b[name];
  return total;
}

/** A branch and its hours in order of time: from early enough for the retention until now. */
export interface BranchUsage {
  branch: UsageBranchDocument;
  hours: readonly UsageHourDocument[];
}

export interface Span {
  fromMs: number;
  toMs: number;
}

/** What a branch used and stored in a span that begins and ends at full hours, or ends now. */
export function figuresOf(usage: BranchUsage, span: Span, retentionMs: number): Figures {
  const within = usage.hours.filter(({ hourMs }) => hourMs >= span.fromMs && hourMs < span.toMs);
  const used = within.reduce((total, hour) => sum(total, hour.used), nothingUsed);
  const stored = byteHours(usage, within, span);
  return {
    activeSeconds: used.activeMs / 1000,
    computeSeconds: used.computeMs / 1000,
    writtenBytes: used.writtenBytes,
    transferredBytes: used.transferredBytes,
    rootByteHours: stored.root,
    childByteHours: stored.child,
    historyByteHours: historyByteHours(usage, span, retentionMs),
  };
}

/** Hours in which something changed know how much; between them, what is stored stays as it was. */
function byteHours(usage: BranchUsage, within: readonly UsageHourDocument[], { fromMs, toMs }: Span) {
  let total = nothingStored;
  let untilMs = fromMs;
  for (const hour of within) {
    total = addByteHours(total, hour.before, hour.hourMs - untilMs);
    untilMs = Math.min(toMs, hour.hourMs + hourLengthMs);
    const { root, child } = byteHoursUntil(hour, untilMs);
    total = { root: total.root + root, child: total.child + child };
  }
  const next = usage.hours.find(({ hourMs }) => hourMs >= toMs);
  const since = within.at(-1)?.after ?? next?.before ?? usage.branch.stored;
  return addByteHours(total, since, toMs - untilMs);
}

function historyByteHours({ branch, hours }: BranchUsage, { fromMs, toMs }: Span, retentionMs: number): number {
  let total = 0;
  for (const { hourMs, used, after } of hours) {
    if (after.child > 0 || used.writtenBytes === 0) continue;
    const endMs = Math.min(toMs, hourMs + retentionMs, branch.deletedMs ?? Infinity);
    const ms = endMs - Math.max(fromMs, hourMs);
    if (ms > 0) total += (used.writtenBytes * ms) / hourLengthMs;
  }
  return total;
}

/** Hours that a branch existed within a span. */
export function branchHours({ createdMs, deletedMs = Infinity }: UsageBranchDocument, { fromMs, toMs }: Span): number {
  return Math.max(0, Math.min(toMs, deletedMs) - Math.max(fromMs, createdMs)) / hourLengthMs;
}
