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
  if (!caller.user) throw new ApiError(404, "not allowed for organization API keys");
  const { id, email, name } = caller.user;
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

const organizationView = ({ id, name, plan, allowHipaa = true }: LocalOrganization, context: ApiContext) => ({
  id,
  name,
  handle: id.replace(/^org-/, ""),
  plan,
  created_at: context.startedAt.toISOString(),
  updated_at: context.startedAt.toISOString(),
  managed_by: "console",
  allow_hipaa_projects: allowHipaa,
  require_mfa: false,
});

const getCurrentUserOrganizations: Handler = ({ caller }, context) => {
  if (!caller.user && !context.accessRules.organizationKeysListOrganizations) {
    throw new ApiError(403, "not allowed for organization API keys");
  }
  const own = context.organizations.filter(({ id }) => caller.orgIds.includes(id));
  return ok({ organizations: own.map((organization) => organizationView(organization, context)) });
};

export const accountHandlers: Handlers = {
  getAuthDetails,
  getCurrentUserInfo,
  getCurrentUserOrganizations,
  getOrganization: (call, context) =>
    ok(organizationView(findOrganization(context, call.caller, pathOf(call, "org_id")), context)),
};
