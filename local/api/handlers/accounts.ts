import { ApiError } from "../apiError";
import { type Handler, type Handlers, ok, pathOf } from "../call";
import type { LocalOrganization } from "../callers";
import type { ApiContext } from "../context";
import { findOrganization } from "../find";

const getAuthDetails: Handler = ({ caller }) =>
  ok({
    account_id: caller.accountId,
    auth_method: caller.kind === "organization" ? "api_key_org" : "api_key_user",
  });

const getCurrentUserInfo: Handler = ({ caller }, context) => {
  // Neon answers 404 here and 403 for the organizations.
  if (caller.kind === "organization") throw new ApiError(404, "not allowed for organization API keys");
  const { id, email, name } = context.user;
  const organizations = context.organizations.filter((organization) => caller.orgIds.includes(organization.id));
  return ok({
    active_seconds_limit: 0,
    auth_accounts: [{ provider: "github", email, name, login: name, image: "" }],
    email,
    id,
    image: "",
    login: name,
    name,
    last_name: "",
    projects_limit: organizations.reduce((sum, { projectsLimit }) => sum + projectsLimit, 0),
    branches_limit: 5000,
    max_autoscaling_limit: 16,
    plan: organizations[0]?.plan ?? "free",
  });
};

const organizationView = ({ id, name, plan }: LocalOrganization, context: ApiContext) => ({
  id,
  name,
  handle: id.replace(/^org-/, ""),
  plan,
  created_at: context.startedAt.toISOString(),
  updated_at: context.startedAt.toISOString(),
  managed_by: "console",
});

const getCurrentUserOrganizations: Handler = ({ caller }, context) => {
  if (caller.kind === "organization") throw new ApiError(403, "not allowed for organization API keys");
  const own = context.organizations.filter(({ id }) => caller.orgIds.includes(id));
  return ok({ organizations: own.map((organization) => organizationView(organization, context)) });
};

/** The configured keys by their place; the keys themselves are never shown. */
function keyList(context: ApiContext, select: (key: ApiContext["apiKeys"][number]) => boolean) {
  const { id, name } = context.user;
  return context.apiKeys.flatMap((key, index) =>
    select(key)
      ? [
          {
            id: index + 1,
            name: `local key ${index + 1}`,
            created_at: context.startedAt.toISOString(),
            created_by: { id, name, image: "" },
            last_used_at: null,
            last_used_from_addr: "",
          },
        ]
      : [],
  );
}

export const accountHandlers: Handlers = {
  getAuthDetails,
  getCurrentUserInfo,
  getCurrentUserOrganizations,
  getOrganization: (call, context) =>
    ok(organizationView(findOrganization(context, call.caller, pathOf(call, "org_id")), context)),
  listApiKeys: ({ caller }, context) => {
    if (caller.kind === "organization") throw new ApiError(403, "not allowed for organization API keys");
    return ok(keyList(context, (key) => key.kind === "personal"));
  },
  listOrgApiKeys: (call, context) => {
    const { id } = findOrganization(context, call.caller, pathOf(call, "org_id"));
    return ok(keyList(context, (key) => key.kind === "organization" && key.orgId === id));
  },
};
