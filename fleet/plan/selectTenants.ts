import { suggest } from "../config/suggest";
import { countActions, countClasses } from "./counts";
import { matchesGlob } from "./matchesGlob";
import type { Plan } from "./plan";

/** A name or pattern that no tenant of the plan matches. */
export interface UnknownName {
  name: string;
  /** The nearest tenant. */
  suggestion?: string;
}

export interface Selection {
  /** The plan with the selected entries only, in their order, counted anew; a stop of the whole plan stays. */
  plan: Plan;
  /** Names and patterns that chose nobody, each once. */
  unknown: UnknownName[];
}

/** The part of a plan that names (`acme`) and patterns (`eu-*`, `?`) choose; everything where `only` is missing or empty. */
export function selectTenants(plan: Plan, options: { only?: readonly string[] }): Selection {
  const only = [...new Set(options.only ?? [])];
  if (only.length === 0) return { plan, unknown: [] };
  const keys = plan.entries.map((entry) => entry.tenant);
  const names = new Set(keys);
  const isPattern = (name: string): boolean => /[*?]/.test(name);
  const exact = new Set(only.filter((name) => !isPattern(name)));
  const patterns = only.filter(isPattern);
  const chosen = (key: string): boolean => exact.has(key) || patterns.some((pattern) => matchesGlob(key, pattern));
  const entries = plan.entries.filter((entry) => chosen(entry.tenant));
  const unknown = only
    .filter((name) => (isPattern(name) ? !keys.some((key) => matchesGlob(key, name)) : !names.has(name)))
    .map((name): UnknownName => ({ name, suggestion: isPattern(name) ? undefined : suggest(name, keys) }));
  return { plan: { ...plan, entries, actions: countActions(entries), classes: countClasses(entries) }, unknown };
}
