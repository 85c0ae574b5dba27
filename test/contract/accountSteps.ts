import type { Step } from "./step";

/** What concerns the person of the key, and lists that name no project. */
export const accountSteps = (orgId: string): Step[] => [
  ["getAuthDetails", "GET", "/auth", undefined, 200],
  ["getCurrentUserInfo", "GET", "/users/me", undefined, 200],
  ["getCurrentUserOrganizations", "GET", "/users/me/organizations", undefined, 200],
  ["getOrganization", "GET", `/organizations/${orgId}`, undefined, 200],
  ["listApiKeys", "GET", "/api_keys", undefined, 200],
  ["listOrgApiKeys", "GET", `/organizations/${orgId}/api_keys`, undefined, 200],
  ["createApiKey", "POST", "/api_keys", { key_name: "k" }, 200],
  ["listApiKeys", "GET", "/api_keys", undefined, 200],
  ["revokeApiKey", "DELETE", "/api_keys/{key}", undefined, 200],
  ["createOrgApiKey", "POST", `/organizations/${orgId}/api_keys`, { key_name: "k" }, 200],
  ["revokeOrgApiKey", "DELETE", `/organizations/${orgId}/api_keys/{key}`, undefined, 200],
  ["getActiveRegions", "GET", "/regions", undefined, 200],
  ["getActiveRegions", "GET", `/regions?org_id=${orgId}`, undefined, 200],
  ["listSharedProjects", "GET", "/projects/shared?limit=5", undefined, 200],
  ["listProjects", "GET", `/projects?limit=400&search=a&org_id=${orgId}&timeout=1000`, undefined, 200],
];

/** What concerns an organization; the ids of what the steps make are filled in when they run. */
export const organizationSteps = (orgId: string): Step[] => {
  const o = `/organizations/${orgId}`;
  const vpc = `${o}/vpc/region/aws-eu-central-1/vpc_endpoints`;
  const invitations = [
    { email: "other@example.com", role: "admin" },
    { email: "late@example.com", role: "member" },
  ];
  const transfer = { destination_org_id: orgId, project_ids: ["none-of-these"] };
  return [
    ["createOrganizationInvitations", "POST", `${o}/invitations`, { invitations }, 200],
    ["getOrganizationInvitations", "GET", `${o}/invitations`, undefined, 200],
    ["getOrganizationMembers", "GET", `${o}/members?sort_by=email&sort_order=desc&limit=1`, undefined, 200],
    ["getOrganizationMember", "GET", `${o}/members/{member}`, undefined, 200],
    ["updateOrganizationMember", "PATCH", `${o}/members/{member}`, { role: "member" }, 200],
    ["removeOrganizationMember", "DELETE", `${o}/members/{member}`, undefined, 200],
    ["getOrganizationSpendingLimit", "GET", `${o}/billing/spending_limit`, undefined, 200],
    ["setOrganizationSpendingLimit", "PUT", `${o}/billing/spending_limit`, { spending_limit_cents: 1 }, 200],
    ["deleteOrganizationSpendingLimit", "DELETE", `${o}/billing/spending_limit`, undefined, 200],
    ["assignOrganizationVPCEndpoint", "POST", `${vpc}/vpce-1`, { label: "one" }, 200],
    ["listOrganizationVPCEndpoints", "GET", vpc, undefined, 200],
    ["listOrganizationVPCEndpointsAllRegions", "GET", `${o}/vpc/vpc_endpoints`, undefined, 200],
    ["getOrganizationVPCEndpointDetails", "GET", `${vpc}/vpce-1`, undefined, 200],
    ["assignOrganizationVPCEndpoint", "POST", `${vpc}/vpce-2`, { label: "two" }, 200],
    ["deleteOrganizationVPCEndpoint", "DELETE", `${vpc}/vpce-2`, undefined, 200],
    // No project belongs to a person any more.
    ["transferProjectsFromUserToOrg", "POST", "/users/me/projects/transfer", transfer, 404],
  ];
};
