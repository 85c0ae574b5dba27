import { createHash } from "node:crypto";
import type { MemberDocument } from "../store/documents";
import type { Store } from "../store/store";
import type { LocalApiKey, LocalOrganization, LocalPerson, OrganizationRole } from "./callers";
import type { ApiContext, LocalUser } from "./context";

/** The organizations that a person is in. */
export const membershipsOf = (store: Store, userId: string): MemberDocument[] =>
  store.list("member", userId).filter(({ removed }) => !removed);

/** The people who are in an organization. */
export const membersOf = (store: Store, orgId: string): MemberDocument[] =>
  store.all("member").filter(({ org_id, removed }) => org_id === orgId && !removed);

interface PeopleOptions {
  user: LocalUser;
  organizations: LocalOrganization[];
  apiKeys: LocalApiKey[];
}

/** Everybody who has an account: the local user, and who is named by a key or an organization of the options. */
export function usersOf({ user, organizations, apiKeys }: PeopleOptions): LocalUser[] {
  const named = [
    ...organizations.flatMap(({ members = [] }) => members),
    ...apiKeys.flatMap((key) => (key.kind === "personal" && key.user ? [key.user] : [])),
  ];
  const users = new Map([[user.email.toLowerCase(), user]]);
  for (const { email, name = email } of named) {
    const known = users.get(email.toLowerCase());
    if (!known) users.set(email.toLowerCase(), { id: idOf(email), email, name });
    else if (known.name === known.email) known.name = name;
  }
  return [...users.values()];
}

/** The same id at every start: a UUID made of the email address. */
function idOf(email: string): string {
  const hex = createHash("sha256").update(email.toLowerCase()).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}

type Membership = Pick<MemberDocument, "org_id" | "role" | "configured"> & { user: LocalUser };

/** Makes a person a member, also one who was removed before. */
export function join(context: Pick<ApiContext, "store" | "clock" | "random">, membership: Membership): MemberDocument {
  const { store, clock, random } = context;
  const { user, ...rest } = membership;
  const id = `${rest.org_id}/${user.id}`;
  const former = store.get("member", id);
  const member: MemberDocument = {
    ...rest,
    id: former?.id ?? random.uuid(),
    user_id: user.id,
    email: user.email,
    joined_at: clock.now().toISOString(),
    removed: false,
  };
  return former ? store.update("member", id, member) : store.insert("member", id, user.id, member);
}

type Seeded = Pick<ApiContext, "store" | "clock" | "random" | "users" | "organizations" | "apiKeys" | "user">;

/** At start-up: brings in whom the options name for the first time, and those invited who have an account by now. */
export function seedMembers(context: Seeded): void {
  const { store, organizations, users } = context;
  const userOf = (person: LocalPerson) => users.find(({ email }) => isSame(email, person.email)) ?? context.user;
  const seed = (orgId: string, user: LocalUser, role: OrganizationRole) => {
    if (store.get("member", `${orgId}/${user.id}`)) return;
    join(context, { org_id: orgId, user, role, configured: true });
  };
  store.transaction(() => {
    for (const { id, members = [] } of organizations) {
      for (const member of members) seed(id, userOf(member), member.role ?? "admin");
    }
    for (const key of context.apiKeys) {
      if (key.kind === "organization") continue;
      for (const orgId of key.orgIds) seed(orgId, key.user ? userOf(key.user) : context.user, "admin");
    }
    for (const { org_id, email, role } of store.all("invitation")) {
      const user = users.find((known) => isSame(known.email, email));
      if (!user || store.get("member", `${org_id}/${user.id}`)) continue;
      join(context, { org_id, user, role: role === "admin" ? "admin" : "member", configured: false });
    }
  });
}

/** Email addresses are the same in any case. */
export const isSame = (email: string, other: string): boolean => email.toLowerCase() === other.toLowerCase();
