/** Longest name of a role or database in PostgreSQL, in bytes of UTF-8. */
const longestIdentifierBytes = 63;
const reservedRoles = new Set(["neon_superuser", "cloud_admin", "zenith_admin", "public", "none", "web_access"]);
const reservedDatabases = new Set(["postgres", "template0", "template1"]);
const windowsDevice = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])$/i;

/** What Pulumi accepts as a stack's name, narrowed to what is a file name everywhere. */
export const tenantKeyPattern = "^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$";

/** What is wrong with the key of a tenant; undefined when it can be a stack's and a file's name. */
export function tenantKeyFault(key: string): string | undefined {
  if (!new RegExp(tenantKeyPattern).test(key)) {
    return "cannot name a tenant; use up to 100 letters, digits, dots, dashes and underscores, a letter or digit first";
  }
  // Windows takes the part before the first dot for the device, whatever follows.
  if (windowsDevice.test(key.split(".")[0]!)) return "cannot name a tenant, because Windows reserves it as a device";
  if (key.endsWith(".")) return "cannot name a tenant, because Windows drops a dot at the end of a file's name";
  return undefined;
}

/** What is wrong with the name of a role that is to be made through Neon's API. */
export function roleNameFault(name: string): string | undefined {
  if (/^pg/i.test(name)) return "cannot name a role, because Neon reserves names that begin with pg";
  if (reservedRoles.has(name.toLowerCase())) return "cannot name a role, because Neon reserves it";
  return identifierFault(name, "role");
}

/** What is wrong with the name of a database. */
export function databaseNameFault(name: string): string | undefined {
  if (reservedDatabases.has(name)) return "cannot name a database, because PostgreSQL keeps it for itself";
  return identifierFault(name, "database");
}

function identifierFault(name: string, what: string): string | undefined {
  if (name === "") return `is empty; a ${what} needs a name`;
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for.
  if (/[\u0000-\u001f\u007f]/.test(name)) return `cannot name a ${what}, because it holds a control character`;
  if (name.trim() !== name) return `cannot name a ${what}, because it begins or ends with a space`;
  const bytes = Buffer.byteLength(name);
  if (bytes <= longestIdentifierBytes) return undefined;
  return `cannot name a ${what}, because it has ${bytes} bytes and PostgreSQL keeps ${longestIdentifierBytes}`;
}
