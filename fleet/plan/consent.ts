import type { ChangeClass, Plan } from "./plan";

/** The classes of changes that hurt: an apply makes them only with a word for each, from harmless to severe. */
export const consentClasses = ["restartsCompute", "reducesProtection", "maySuspend"] as const;

/** A class that needs a word. */
export type ConsentClass = (typeof consentClasses)[number];

/** What an apply would do that nobody has allowed yet. */
export interface ConsentNeed {
  class: ConsentClass;
  /** Field changes of this class. */
  changes: number;
  /** Tenants that have one. */
  tenants: number;
}

export function isConsentClass(word: string): word is ConsentClass {
  return (consentClasses as readonly string[]).includes(word);
}

/**
 * The classes that an apply of this plan needs a word for, without those in `allow`. Only what would be done counts: a new tenant has
 * nothing to lose, and what is refused or left alone is not touched.
 */
export function consentNeeds(plan: Plan, allow: readonly ConsentClass[] = []): ConsentNeed[] {
  const updates = plan.entries.filter((entry) => entry.action === "update");
  return consentClasses
    .filter((name) => !allow.includes(name))
    .map((name) => {
      const counts = updates.map(({ changes }) => countOf(changes, name)).filter((count) => count > 0);
      return { class: name, changes: counts.reduce((sum, count) => sum + count, 0), tenants: counts.length };
    })
    .filter((need) => need.changes > 0);
}

/** `restartsCompute,maySuspend`: what stands behind `--allow`. */
export function allowText(needs: readonly ConsentNeed[]): string {
  return needs.map((need) => need.class).join(",");
}

function countOf(changes: readonly { class: ChangeClass }[], name: ConsentClass): number {
  return changes.filter((change) => change.class === name).length;
}
