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
  /** Largest `autoscaling_limit_max_cu` of a compute that scales, and of one with a fixed size. */
  maxAutoscalingCu: number;
  maxFixedCu: number;
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
    maxAutoscalingCu: 2,
    maxFixedCu: 2,
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
    maxAutoscalingCu: 16,
    maxFixedCu: 16,
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
    maxAutoscalingCu: 16,
    maxFixedCu: 56,
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

/** Neon's own words for this are not known; these are built like those for the history. */
export function checkPlanSize(minCu: number, maxCu: number, plan: Plan): void {
  const { maxAutoscalingCu, maxFixedCu } = limits[plan];
  const max = minCu === maxCu ? maxFixedCu : maxAutoscalingCu;
  if (maxCu <= max) return;
  throw badRequest("requested compute size exceeds allowed maximum", {
    requested_autoscaling_limit_max_cu: String(maxCu),
    max: String(max),
  });
}

/** Refuses the one that would be too many, with the count it would lead to. */
export function checkLimit(what: string, code: string, limit: number, wouldBe: number): void {
  if (wouldBe > limit) throw unprocessable(`${what} limit of ${limit} exceeded, got ${wouldBe}`, {}, code);
}
