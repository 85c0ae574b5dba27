import { createHash } from "node:crypto";
import type { TenantSpec } from "../config";
import { appliedFields, canonicalJson } from "./appliedFields";

/**
 * Hex SHA-256 of what a tenant asks for and of the version of the program that applies it. Equal hashes mean that an apply would send
 * and store the same; the order of keys, and of databases and roles, does not count.
 */
export function specHash(spec: TenantSpec, programVersion: string): string {
  const fields = Object.fromEntries(appliedFields(spec));
  return createHash("sha256").update(canonicalJson({ programVersion, fields })).digest("hex");
}
