import { FleetError } from "../config";
import { allowText, type ConsentClass, type ConsentNeed, consentNeeds, type Plan } from "../plan";

const effects: Record<ConsentClass, string> = {
  restartsCompute: "restarts the compute",
  reducesProtection: "reduces the protection",
  maySuspend: "may suspend the compute",
};

/** An apply that would do what nobody allowed. It ended before it changed anything. */
export class ConsentError extends FleetError {
  constructor(readonly needs: readonly ConsentNeed[]) {
    super("FLEET_CONSENT_MISSING", `this apply ${needs.map(needText).join(", ")}`, {
      hint: `Nothing was changed; neon-tenants plan shows every change. To go on: --allow ${allowText(needs)}`,
    });
  }
}

/** Throws a {@link ConsentError} where the plan holds changes of a class that hurts and that is not in `allow`. */
export function requireConsent(plan: Plan, allow: readonly ConsentClass[] = []): void {
  const needs = consentNeeds(plan, allow);
  if (needs.length > 0) throw new ConsentError(needs);
}

/** `restarts the compute of 2 tenants (restartsCompute: 3 changes)` */
function needText({ class: name, changes, tenants }: ConsentNeed): string {
  return `${effects[name]} of ${count(tenants, "tenant")} (${name}: ${count(changes, "change")})`;
}

function count(many: number, what: string): string {
  return `${many} ${what}${many === 1 ? "" : "s"}`;
}
