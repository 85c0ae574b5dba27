import type { SpendingLimitUpdateRequest } from "@neondatabase/api-client";
import { administered } from "../access";
import { ApiError } from "../apiError";
import { bodyOf, type Handlers, ok, pathOf } from "../call";
import type { LocalOrganization } from "../callers";
import { findOrganization } from "../find";

/** The limit only alerts, at Neon too: no compute is suspended for it. */
function checkPlan({ id, plan }: LocalOrganization): string {
  if (plan === "free") throw new ApiError(403, "spending limits are available on Launch and Scale plans only");
  return id;
}

export const spendingLimitHandlers: Handlers = {
  getOrganizationSpendingLimit: (call, context) => {
    const orgId = checkPlan(findOrganization(context, call.caller, pathOf(call, "org_id")));
    const limit = context.store.get("spendingLimit", orgId);
    return ok({ spending_limit_cents: limit?.spending_limit_cents ?? null });
  },
  setOrganizationSpendingLimit: (call, context) => {
    const orgId = checkPlan(administered(call, context, pathOf(call, "org_id")));
    const limit = { spending_limit_cents: bodyOf<SpendingLimitUpdateRequest>(call).spending_limit_cents };
    context.store.remove("spendingLimit", orgId);
    return ok(context.store.insert("spendingLimit", orgId, "", limit));
  },
  deleteOrganizationSpendingLimit: (call, context) => {
    const orgId = checkPlan(administered(call, context, pathOf(call, "org_id")));
    context.store.remove("spendingLimit", orgId);
    return ok({});
  },
};
