import type { Role, RoleDocument } from "../../store/documents";

/** A role; its password only where Neon shows it: in the answer that made it. */
export function roleView(role: RoleDocument, withPassword = false): Role {
  return {
    branch_id: role.branch_id,
    name: role.name,
    ...(withPassword && !role.no_login ? { password: role.password } : {}),
    protected: false,
    authentication_method: role.no_login ? "no_login" : "password",
    created_at: role.created_at,
    updated_at: role.updated_at,
  };
}
