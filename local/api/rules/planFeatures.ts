import type { CompleteProjectSettings } from "../../store/documents";
import { ApiError } from "../apiError";
import type { LocalOrganization } from "../callers";
import type { CompleteAccessRules, ScaleFeature } from "./accessRules";

/** What decides whether a plan has a feature. */
export interface PlanFacts {
  organization: Pick<LocalOrganization, "plan">;
  rules: Pick<CompleteAccessRules, "scaleOnly">;
}

const names: Record<ScaleFeature, string> = { allowed_ips: "IP allow list", private_networking: "private networking" };

/** Refuses a feature that the organization's plan does not have. Neon's own words for this are not known. */
export function checkFeature(feature: ScaleFeature, { organization, rules }: PlanFacts): void {
  if (organization.plan === "scale" || !rules.scaleOnly.includes(feature)) return;
  throw new ApiError(403, `${names[feature]} is not available on your plan`);
}

/** The same for settings that are being switched on or changed; what is there already, and taking it away, is no matter of the plan. */
export function checkSettingsFeatures(
  before: CompleteProjectSettings,
  after: CompleteProjectSettings,
  facts: PlanFacts,
): void {
  const isNewList = after.allowed_ips.ips.length > 0 && !isSame(before.allowed_ips, after.allowed_ips);
  if (isNewList) checkFeature("allowed_ips", facts);
  const blocks = (["block_public_connections", "block_vpc_connections"] as const).some(
    (name) => after[name] && !before[name],
  );
  if (blocks) checkFeature("private_networking", facts);
}

const isSame = (one: object, other: object) => JSON.stringify(one) === JSON.stringify(other);
