import { badRequest } from "../apiError";

const reservedRoles = new Set(["neon_superuser", "cloud_admin", "zenith_admin", "public", "none"]);
const reservedDatabases = new Set(["postgres", "template0", "template1"]);

/** A zero, or half of a surrogate pair: neither UTF-8 nor PostgreSQL has a place for these. */
const isUnstorable = (name: string) => name.includes("\0") || /\p{Surrogate}/u.test(name);

/** What PostgreSQL can hold as an identifier: 1 to 63 bytes of well-formed text without a zero. Everything else gets quoted. */
function checkIdentifier(kind: string, name: string): void {
  if (name === "") throw badRequest(`${kind} name must not be empty`);
  if (isUnstorable(name)) throw badRequest(`${kind} name contains invalid characters`);
  if (Buffer.byteLength(name) > 63) throw badRequest(`${kind} name is too long, the maximum is 63 bytes`);
}

export function checkRoleName(name: string): void {
  checkIdentifier("role", name);
  if (name.startsWith("pg") || reservedRoles.has(name)) throw badRequest("role name is reserved", { role_name: name });
}

export function checkDatabaseName(name: string): void {
  checkIdentifier("database", name);
  if (reservedDatabases.has(name)) throw badRequest("database name is reserved", { database_name: name });
}

/** Names of projects, branches and computes: text that survives being stored. */
export function checkDisplayName(kind: string, name: string): void {
  if (isUnstorable(name)) throw badRequest(`${kind} name contains invalid characters`);
}
