import { badRequest, unprocessable } from "../apiError";
import type { Plan } from "../callers";

/** Limits of Neon's plans (documented 2026-01), as far as they are enforced here. */
export interface PlanLimits {
  branches: number;
  rootBranches: number;
  protectedBranches: number;
  readReplicas: number;
  /** Snapshots of a project that no schedule made. */
  snapshots: number;
  /** Whether snapshots can be made by a schedule. */
  hasSchedules: boolean;
  /** Longest `history_retention_seconds`. */
  maxRetentionSeconds: number;
  defaultRetentionSeconds: number;
}

const limits: Record<Plan, PlanLimits> = {
  free: {
    branches: 10,
    rootBranches: 3,
    protectedBranches: 0,
    readReplicas: 3,
    snapshots: 1,
    hasSchedules: false,
    maxRetentionSeconds: 21_600,
    defaultRetentionSeconds: 21_600,
  },
  launch: {
    branches: 5000,
    rootBranches: 5,
    protectedBranches: 2,
    readReplicas: Infinity,
    snapshots: 10,
    hasSchedules: true,
    maxRetentionSeconds: 604_800,
    defaultRetentionSeconds: 86_400,
  },
  scale: {
    branches: 5000,
    rootBranches: 25,
    protectedBranches: 5,
    readReplicas: Infinity,
    snapshots: 100,
    hasSchedules: true,
    maxRetentionSeconds: 2_592_000,
    defaultRetentionSeconds: 86_400,
  },
};

export const planLimits = (plan: Plan): PlanLimits => limits[plan];

/** On every plan. */
export const rolesPerBranch = 500;
export const databasesPerBranch = 500;

export function checkRetention(seconds: number, plan: Plan): void {
  const max = limits[plan].maxRetentionSeconds;
  if (seconds <= max) return;
  throw badRequest("requested history retention seconds exceeds allowed maximum", {
    requested_history_retention_seconds: String(seconds),
    max: String(max),
  });
}

/** Refuses the one that would be too many, with the count it would lead to. */
export function checkLimit(what: string, code: string, limit: number, wouldBe: number): void {
  if (wouldBe > limit) throw unprocessable(`${what} limit of ${limit} exceeded, got ${wouldBe}`, {}, code);
}
