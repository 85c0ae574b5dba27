import type { OrganizationInvitesCreateRequest, OrganizationMemberUpdateRequest } from "@neondatabase/api-client";
import type { InvitationDocument, MemberDocument, Plain } from "../../store/documents";
import { administered } from "../access";
import { badRequest, conflict, notFound, unprocessable } from "../apiError";
import { bodyOf, type Call, type Handler, type Handlers, ok, pathOf, queryOf } from "../call";
import type { OrganizationRole } from "../callers";
import { type ApiContext, nowText } from "../context";
import { findOrganization } from "../find";
import { keysetPage } from "../keysetPage";
import { isSame, join, membersOf } from "../members";
import { checkLimit } from "../rules/planLimits";

/** Where no limit is named. */
const defaultLimit = 100;

const memberView = ({ id, user_id, org_id, role, joined_at }: MemberDocument) => ({
  id,
  user_id,
  org_id,
  role,
  joined_at,
});

const getOrganizationMembers: Handler = (call, context) => {
  const { id: orgId } = findOrganization(context, call.caller, pathOf(call, "org_id"));
  const by = queryOf<"email" | "role" | "joined_at">(call, "sort_by") ?? "joined_at";
  const order = queryOf<"asc" | "desc">(call, "sort_order") ?? "desc";
  const { page, next } = keysetPage(membersOf(context.store, orgId), {
    place: (member) => [member[by], member.id],
    order,
    cursor: queryOf<string>(call, "cursor"),
    limit: queryOf<number>(call, "limit") ?? defaultLimit,
  });
  return ok({
    members: page.map((member) => ({
      member: memberView(member),
      user: { email: member.email, has_mfa: false },
    })),
    pagination: { ...(next === undefined ? {} : { next }), sort_by: by, sort_order: order.toUpperCase() },
  });
};

function findMember(call: Call, context: ApiContext, orgId: string): MemberDocument {
  const id = pathOf(call, "member_id").toLowerCase();
  const member = membersOf(context.store, orgId).find((each) => each.id === id);
  if (!member) throw notFound("organization member not found", { member_id: id });
  return member;
}

/** The member of the path; refused where the organization would be left without an admin. */
function memberToDemote(call: Call, context: ApiContext, orgId: string): MemberDocument {
  const member = findMember(call, context, orgId);
  const others = membersOf(context.store, orgId).filter(({ id }) => id !== member.id);
  if (member.role === "admin" && !others.some(({ role }) => role === "admin")) {
    throw unprocessable("the last admin of an organization cannot be removed", { member_id: member.id });
  }
  return member;
}

const save = ({ store }: ApiContext, member: MemberDocument) =>
  store.update("member", `${member.org_id}/${member.user_id}`, member);

/** Neon's document knows more roles than an organization offers. */
function offeredRole(role: string): OrganizationRole {
  if (role !== "admin" && role !== "member") {
    throw badRequest("role is not available for this organization", { role });
  }
  return role;
}

const updateOrganizationMember: Handler = (call, context) => {
  const { id: orgId } = administered(call, context, pathOf(call, "org_id"));
  const role = offeredRole(bodyOf<Plain<OrganizationMemberUpdateRequest>>(call).role);
  const member = role === "admin" ? findMember(call, context, orgId) : memberToDemote(call, context, orgId);
  return ok(memberView(save(context, { ...member, role })));
};

const removeOrganizationMember: Handler = (call, context) => {
  const { id: orgId } = administered(call, context, pathOf(call, "org_id"));
  save(context, { ...memberToDemote(call, context, orgId), removed: true });
  return ok({});
};

/** Who has an account joins at once; the others do when a later start of the server names them. */
const createOrganizationInvitations: Handler = (call, context) => {
  const { id: orgId } = administered(call, context, pathOf(call, "org_id"));
  const { invitations: wanted } = bodyOf<Plain<OrganizationInvitesCreateRequest>>(call);
  const { store } = context;
  checkLimit(
    "invitations",
    "INVITATIONS_LIMIT_EXCEEDED",
    context.accessRules.invitationsLimit,
    store.count("invitation", orgId) + wanted.length,
  );
  const invitations = wanted.map(({ email, role }) => invite(call, context, orgId, email, offeredRole(role)));
  return ok({ invitations });
};

function invite(
  call: Call,
  context: ApiContext,
  orgId: string,
  email: string,
  role: OrganizationRole,
): InvitationDocument {
  const { store, random, users, user } = context;
  if (membersOf(store, orgId).some((member) => isSame(member.email, email))) {
    throw conflict("user is a member of the organization already", { email });
  }
  for (const earlier of store.list("invitation", orgId)) {
    if (!isSame(earlier.email, email)) continue;
    // Somebody who joined and was removed can be invited again.
    const joined = users.some((known) => isSame(known.email, email));
    if (!joined) throw conflict("user has been invited already", { email });
    store.remove("invitation", earlier.id);
  }
  const invitation: InvitationDocument = {
    id: random.uuid(),
    email,
    org_id: orgId,
    invited_by: (call.caller.user ?? user).id,
    invited_at: nowText(context),
    role,
  };
  store.insert("invitation", invitation.id, orgId, invitation);
  const invited = users.find((known) => isSame(known.email, email));
  if (invited) join(context, { org_id: orgId, user: invited, role, configured: false });
  return invitation;
}

export const memberHandlers: Handlers = {
  getOrganizationMembers,
  getOrganizationMember: (call, context) => {
    const { id: orgId } = findOrganization(context, call.caller, pathOf(call, "org_id"));
    return ok(memberView(findMember(call, context, orgId)));
  },
  updateOrganizationMember,
  removeOrganizationMember,
  createOrganizationInvitations,
  getOrganizationInvitations: (call, context) => {
    const { id: orgId } = findOrganization(context, call.caller, pathOf(call, "org_id"));
    return ok({ invitations: context.store.list("invitation", orgId) });
  },
};
