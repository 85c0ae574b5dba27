import { badRequest } from "../apiError";

/** A library that `shared_preload_libraries` may name, as the local PostgreSQL has it. */
export interface PreloadLibrary {
  library_name: string;
  description: string;
  is_default: boolean;
  is_experimental: boolean;
  version: string;
}

/** Versions of pg_stat_statements by PostgreSQL's major version. */
const statementsVersions: Record<number, string> = { 14: "1.9", 15: "1.10", 16: "1.10", 17: "1.11", 18: "1.12" };

/** Modules of PostgreSQL's own distribution; Neon's further ones (pg_cron, timescaledb, …) are not there. */
export function availablePreloadLibraries(pgVersion: number): PreloadLibrary[] {
  const library = (library_name: string, description: string, version: string): PreloadLibrary => ({
    library_name,
    description,
    is_default: false,
    is_experimental: false,
    version,
  });
  return [
    library(
      "pg_stat_statements",
      "track planning and execution statistics of all SQL statements executed",
      statementsVersions[pgVersion] ?? "",
    ),
    library("auto_explain", "log execution plans of slow statements", String(pgVersion)),
    library("pg_prewarm", "prewarm relation data", "1.2"),
  ];
}

/** Refuses a library that the compute would not start with. */
export function checkPreloadLibraries(pgVersion: number, names: readonly string[]): void {
  const known = availablePreloadLibraries(pgVersion).map(({ library_name }) => library_name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw badRequest("preload library is not available", { library_name: unknown });
}
